//! Several processes that migrate at once, and one that is killed over it.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use alley_core::{OsRandom, SecureRandom as _};
use alley_store::{Domain, Migration, PostgresStore, SchemaState};

use crate::server::{self, Schema, Server};
use crate::{options, pool, sql};

const URL: &str = "ALLEY_MIGRATION_POSTGRES";
const SCHEMA: &str = "ALLEY_MIGRATION_SCHEMA";
/// Whether the last step takes its time.
const SLOWLY: &str = "ALLEY_MIGRATION_SLOWLY";

/// In the parent this does nothing.
#[tokio::test]
async fn child_that_migrates_a_schema() {
    let Ok(url) = std::env::var(URL) else { return };
    let mut options = options(&std::env::var(SCHEMA).unwrap());
    if std::env::var_os(SLOWLY).is_some() {
        let steps = vec![Migration::new("host", 1, "slow", "SELECT pg_sleep(0.5)")];
        options = options.with_domain(Domain::new("host", &[], &[], steps));
    }
    let pool = PostgresStore::pool(&url, &options).unwrap();
    let applied = PostgresStore::migrate(&pool, &options).await.unwrap();
    println!("\napplied {}", applied.len());
}

fn child(server: &Server, schema: &Schema, slowly: bool) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "processes::child_that_migrates_a_schema", "--nocapture"]);
    let url = format!("{}?application_name={}", server.url(), schema.name());
    command.env(URL, url).env(SCHEMA, schema.name());
    if slowly {
        command.env(SLOWLY, "1");
    }
    command.stdout(Stdio::piped()).spawn().unwrap()
}

fn rounds() -> u64 {
    std::env::var("ALLEY_ROUNDS").map_or(5, |rounds| rounds.parse().unwrap())
}

#[tokio::test]
async fn eight_processes_may_migrate_one_schema_at_once() {
    let Some(server) = server::postgres() else { return };
    for round in 0..rounds() {
        let schema = server.fresh_schema();
        let options = options(schema.name());
        let children: Vec<_> = (0..8).map(|_| child(&server, &schema, false)).collect();
        let mut applied = Vec::new();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "round {round}");
            let said = String::from_utf8(output.stdout).unwrap();
            let line = said.lines().find_map(|line| line.strip_prefix("applied "));
            applied.push(line.unwrap().parse::<usize>().unwrap());
        }
        let all = PostgresStore::migrations(&options).len();
        applied.sort_unstable();
        assert_eq!(applied, [&[0; 7][..], &[all]].concat(), "round {round}");
        let lines = "SELECT count(*) FROM {s}.alley_migrations";
        assert_eq!(sql(&server, &schema, lines), Some(i64::try_from(all).unwrap()));
        let pool = pool(&server, &options);
        assert_eq!(PostgresStore::check(&pool, &options).await.unwrap(), SchemaState::UpToDate);
        PostgresStore::open(pool, options).await.unwrap().coverage(&[]).await.unwrap();
    }
}

/// What is there after a child was killed, and that migrating again makes the rest of it.
async fn assert_finishes(server: &Server, schema: &Schema) -> SchemaState {
    let options = options(schema.name());
    let all = PostgresStore::migrations(&options);
    let pool = pool(server, &options);
    let state = PostgresStore::check(&pool, &options).await.unwrap();
    let applied = PostgresStore::migrate(&pool, &options).await.unwrap();
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = '{s}'::regnamespace";
    match &state {
        SchemaState::UpToDate => assert_eq!(applied, []),
        SchemaState::Behind { pending } if *pending == all.len() => assert_eq!(applied, all),
        other => unreachable!("half a migration: {other:?}"),
    }
    assert!(sql(server, schema, tables) > Some(50));
    PostgresStore::open(pool, options).await.unwrap().coverage(&[]).await.unwrap();
    state
}

#[tokio::test]
async fn a_migration_that_is_killed_leaves_nothing_and_is_finished_by_the_next() {
    let Some(server) = server::postgres() else { return };
    let schema = server.fresh_schema();
    let mut process = child(&server, &schema, true);
    let asleep = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = '{}' \
         AND wait_event = 'PgSleep'",
        schema.name()
    );
    // All other steps were run by then.
    while server.number(&asleep).unwrap() != Some(1) {
        assert!(process.try_wait().unwrap().is_none(), "it was too quick");
    }
    process.kill().unwrap();
    process.wait().unwrap();
    server.wait_until_gone(schema.name());
    let state = assert_finishes(&server, &schema).await;
    assert!(matches!(state, SchemaState::Behind { .. }), "{state:?}");
}

#[tokio::test]
async fn a_migration_may_be_killed_at_any_moment() {
    let Some(server) = server::postgres() else { return };
    for _ in 0..rounds() {
        let schema = server.fresh_schema();
        let mut process = child(&server, &schema, false);
        let mut bytes = [0; 8];
        OsRandom::new().fill(&mut bytes).unwrap();
        let micros = u64::from_be_bytes(bytes) % 400_000;
        std::thread::sleep(Duration::from_micros(micros));
        // It may have ended already.
        drop(process.kill());
        process.wait().unwrap();
        server.wait_until_gone(schema.name());
        assert_finishes(&server, &schema).await;
    }
}
