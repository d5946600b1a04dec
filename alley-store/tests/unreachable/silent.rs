//! No message shows a password or what is in a row, whatever the server says.

use alley_core::conformance::Sample;
use alley_core::{Commit, RecordStore, RecordWrite, StoreError, Write};
use alley_store::PostgresOptions;

use crate::relay::CommitCut;
use crate::{Relayed, all_of, common, relayed, server, tenant};

const CANARY: &str = "canary-7f3a";

#[tokio::test]
async fn errors_show_nothing_of_the_rows() {
    let Some(server) = server::postgres() else { return };
    let patience = std::time::Duration::from_millis(300);
    let change = |options: PostgresOptions| options.with_patience(patience).with_connections(1);
    let relayed = relayed(&server, change).await;
    let (Relayed { relay, store, schema, pool: _ }, env) = (relayed, common::env(1));
    let table = format!("{}.alley_conformance_conformance_sample", schema.name());
    let row = |id: &str, suffix: &str| {
        let mut row = Sample::new(tenant(), id, 1);
        row.label = Some(format!("{CANARY}{suffix}"));
        row.person = Some(format!("{CANARY}-person"));
        row.body = CANARY.as_bytes().to_vec();
        row
    };
    let commit = async |rows: &[Sample]| {
        let mut commit: Commit<RecordWrite> = env.commit().unwrap();
        commit.changes.extend(rows.iter().cloned().map(|row| Write::Insert(row).into()));
        RecordStore::commit(store.as_ref(), commit).await
    };
    commit(&[row("a", "")]).await.unwrap();
    let mut errors: Vec<(&str, StoreError)> = Vec::new();
    let mut note = |what, answer: Result<_, StoreError>| {
        errors.push((what, answer.expect_err(what)));
    };
    note("duplicate", commit(&[row("b", "")]).await);
    note("duplicate of two", commit(&[row("b", "x"), row("c", "x")]).await);
    note("conflict", commit(&[row("a", "2")]).await);
    note("not storable", commit(&[row("n", "\0")]).await);
    // The server's own words hold the whole row here.
    let check = format!("ALTER TABLE {table} ADD CHECK (label <> '{CANARY}-bad')");
    server.number(&check).unwrap();
    note("check", commit(&[row("d", "-bad")]).await);
    server.number(&format!("ALTER TABLE {table} ALTER rank TYPE smallint")).unwrap();
    let mut large = row("e", "-large");
    large.rank = 1 << 40;
    note("out of range", commit(&[large]).await);
    relay.cut_next_commit(CommitCut::Withheld);
    relay.refuse(true);
    note("cut", commit(&[row("f", "-cut")]).await);
    relay.cut_all();
    note("gone", commit(&[row("g", "-gone")]).await);
    for (what, error) in &errors {
        let text = all_of(error);
        let bytes = format!("{:?}", CANARY.as_bytes());
        let inner = bytes.trim_matches(['[', ']']);
        assert!(!text.contains(CANARY) && !text.contains(inner), "{what}: {text}");
    }
    let shown = format!("{store:?} {:?}", store.join(begun(&server).await));
    assert!(!shown.contains("127.0.0.1") && !shown.contains("postgres@"), "{shown}");
}

async fn begun(server: &server::Server) -> sqlx::Transaction<'static, sqlx::Postgres> {
    sqlx::PgPool::connect(server.url()).await.unwrap().begin().await.unwrap()
}
