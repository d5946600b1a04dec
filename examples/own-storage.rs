//! A host that had tenants and members before Alley came keeps them in its own tables, behind one
//! port; everything else is in tables of Alley's in the same file. `cargo run -p alley-examples
//! --example own-storage` runs the public suite of that port, works with it, and erases.

#![expect(clippy::print_stdout, reason = "an example tells what it does")]

use std::sync::Arc;

use alley_core::conformance::tenancy;
use alley_core::offload::InlineOffload;
use alley_core::{AccountsConfig, CloseAccount, ManualClock, Purpose, TenantRole};
use alley_examples::{Failure, env, sign_up};
use alley_privacy::ExportOf;
use alley_store::rusqlite::Connection;
use alley_store::{Alley, Config, Storage};
use chrono::TimeDelta;

#[path = "own-storage/organizations.rs"]
mod organizations;

use organizations::{Organizations, open, trial};

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let clock = Arc::new(ManualClock::new("2026-03-02T14:00:00Z".parse()?));
    let env = env()?.with_clock(Arc::clone(&clock) as _);

    // One fresh file for each promise; the suite blocks, so it gets a thread of its own.
    tokio::task::spawn_blocking(|| tenancy::suite(trial)).await??;
    println!("The port over the host's tables keeps every promise of TenancyStore.");

    let file = folder.path().join("host.db");
    let store = open(&file)?;
    let host = Connection::open(&file)?;
    let mut storage = Storage::from(Arc::clone(&store));
    storage.core.tenancy = Arc::new(Organizations::new(Arc::clone(&store)));
    let accounts = AccountsConfig::new("Harbor", Arc::new(InlineOffload::new()));
    let alley = Alley::new(&env, storage, Config::new(accounts))?;

    let olivia = sign_up(&alley, "olivia@harbor-candles.example").await?;
    let max = sign_up(&alley, "max@harbor-candles.example").await?;
    let tenant = alley.tenancy().create(&olivia, "Harbor Candles").await?;
    let tenant = tenant.tenant().ok_or("the tenant was not created")?;
    let access = alley.tenancy().access(&olivia, tenant, Purpose::UserWorkflows).await?;
    let access = access.granted().ok_or("the owner was refused")?;

    // The host's own columns: Alley's updates leave them as they are.
    host.execute("UPDATE organizations SET plan = 'gold'", [])?;
    host.execute("UPDATE staff SET desk = 'by the window'", [])?;
    let added = alley.tenancy().add_member(&access, max.account(), TenantRole::Owner).await?;
    println!("\nMax joins: {added:?}. In the host's tables:");
    show(&host)?;

    // The commit of this port names a row of the host that must not have changed meanwhile: the
    // store looks for it where the host keeps it.
    let CloseAccount::Closed(_mail) = alley.accounts().close_account(&olivia).await? else {
        return Err("Olivia could not close her account although Max is an owner".into());
    };
    clock.advance(TimeDelta::hours(1));
    alley.jobs().run_due(1_000).await?;
    println!("Olivia closes her account, and is no member any more:");
    show(&host)?;

    let export = alley.privacy().export();
    let summary = export.write(&ExportOf::Tenant(tenant), &mut Vec::new()).await?;
    let of_host = summary.counts.iter().filter(|count| is_of_host(count.record));
    let counts: Vec<_> = of_host.map(|count| format!("{} {}", count.rows, count.record)).collect();
    println!("\nThe tenant's export holds {}.", counts.join(", "));

    let access = alley.tenancy().access(&max, tenant, Purpose::UserWorkflows).await?;
    let access = access.granted().ok_or("the other owner was refused")?;
    let closed = alley.tenancy().close(&access).await?;
    clock.advance(TimeDelta::hours(1));
    while alley.jobs().run_due(1_000).await?.more() {}
    println!("The tenant closes: {closed:?}, and its erasure is carried out. What is left:");
    show(&host)?;
    store.coverage(&[]).await?;
    println!("\nEvery column of the file is a declared field, or the host's own.");
    Ok(())
}

/// The record types that the host keeps.
fn is_of_host(record: &str) -> bool {
    matches!(record, "tenant" | "membership")
}

fn show(host: &Connection) -> Result<(), Failure> {
    for (table, columns) in
        [("organizations", "firm, state, plan"), ("staff", "job, coalesce(desk, 'no desk'), ''")]
    {
        let mut rows = host.prepare(&format!("SELECT {columns} FROM {table}"))?;
        let rows = rows.query_map([], |row| {
            Ok([row.get::<_, String>(0)?, row.get(1)?, row.get(2)?].join("  "))
        })?;
        let rows: Vec<String> = rows.collect::<Result<_, _>>()?;
        println!(
            "  {table}: {}",
            if rows.is_empty() { "nothing".to_owned() } else { rows.join(" | ") }
        );
    }
    Ok(())
}
