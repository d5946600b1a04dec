//! A host's own tables behind the port of tenants and members.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::sync::Arc;

use alley_core::{
    Commit, Expect, Key, Membership, RecordStore, RecordWrite, TenancyChange, TenancyStore as _,
    Tenant, TenantId, TenantRole, Version, Write,
};
use alley_examples::env;
use alley_store::SqliteStore;
use alley_store::rusqlite::Connection;

#[path = "../own-storage/organizations.rs"]
mod organizations;

use organizations::{Organizations, open};

mod promises {
    alley_core::tenancy_conformance!(super::organizations::trial());
}

#[tokio::test]
async fn columns_of_the_host_survive_and_other_ports_expect_its_rows() {
    let (folder, env) = (tempfile::tempdir().unwrap(), env().unwrap());
    let file = folder.path().join("host.db");
    let store = open(&file).unwrap();
    let host = Connection::open(&file).unwrap();
    let port = Organizations::new(Arc::clone(&store));
    let id: TenantId = env.id().unwrap();
    let tenant = Tenant::new(id, "1".to_owned(), "Harbor".to_owned(), env.now());
    let role = TenantRole::Owner;
    let mut member = Membership::new(id, env.id().unwrap(), env.id().unwrap(), role, env.now());
    let commit: Commit<TenancyChange> = env.commit().unwrap();
    let commit = commit.change(Write::Insert(tenant.clone())).change(Write::Insert(member.clone()));
    port.commit(commit).await.unwrap();
    host.execute("UPDATE organizations SET plan = 'gold'", []).unwrap();
    host.execute("UPDATE staff SET desk = 'by the window'", []).unwrap();

    let commit: Commit<TenancyChange> = env.commit().unwrap();
    member.role = TenantRole::Admin;
    let commit = commit
        .change(Write::Update { record: tenant.members_changed(env.now()), read: Version::FIRST })
        .change(Write::Update { record: member.clone(), read: Version::FIRST });
    port.commit(commit).await.unwrap();
    let columns = "SELECT plan, desk, job FROM organizations JOIN staff ON organization = id";
    let row = |row: &alley_store::rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?]);
    let row: [String; 3] = host.query_row(columns, [], row).unwrap();
    assert_eq!(row, ["gold", "by the window", "admin"]);
    assert_eq!(port.members(id).await.unwrap().pop().unwrap().record, member);

    expects(&store, id, Version::FIRST, false).await;
    expects(&store, id, Version::FIRST.next(), true).await;
}

/// A commit of any other port that was decided on the tenant.
async fn expects(store: &SqliteStore, tenant: TenantId, read: Version, holds: bool) {
    let commit: Commit<RecordWrite> = env().unwrap().commit().unwrap();
    let expect = Expect::unchanged::<Tenant>(Key::global(&tenant), read);
    let committed = RecordStore::commit(store, commit.expect(expect)).await;
    assert_eq!(committed.is_ok(), holds, "{committed:?}");
}
