//! What a pool's connections must be like when nobody uses them, asked from the server.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, Postgres, Row as _};

use crate::server::Server;

/// All settings of a session, and where each comes from.
const SETTINGS: &str = "SELECT string_agg(concat_ws(' ', name, setting, source), '; ' ORDER BY name) \
    FROM pg_settings";

/// No connection of the application is inside a transaction, holds a lock by name, or has a setting
/// or a temporary table that a new one has not. All connections must be in the pool.
pub(crate) async fn assert_clean(server: &Server, pool: &PgPool, application: &str) {
    let of_it = format!(
        "FROM pg_stat_activity AS a LEFT JOIN pg_locks AS l ON l.pid = a.pid \
         AND l.locktype = 'advisory' WHERE a.application_name = '{application}'"
    );
    // Whoever lost its client may still be at the client's last statement.
    let busy = format!("SELECT count(*) {of_it} AND (a.state <> 'idle' OR l.pid IS NOT NULL)");
    let mut left = None;
    for _ in 0..1_000 {
        left = server.number(&busy).unwrap();
        if left == Some(0) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let states = format!(
        "SELECT string_agg(concat_ws(' ', a.pid, a.state, l.objid, a.query), '; ') {of_it}"
    );
    let mut fresh = pool.connect_options().connect().await.unwrap();
    let states: Option<String> = text(&mut fresh, &states).await;
    assert_eq!(left, Some(0), "inside a transaction, or with a lock: {states:?}");
    let settings = text(&mut fresh, SETTINGS).await;
    let mut connections: Vec<PoolConnection<Postgres>> = Vec::new();
    while connections.len() < usize::try_from(pool.options().get_max_connections()).unwrap() {
        connections.push(pool.acquire().await.unwrap());
    }
    for connection in &mut connections {
        assert!(!is_inside_a_transaction(connection).await);
        assert_eq!(text(connection, SETTINGS).await, settings);
        let temporary = "SELECT (pg_my_temp_schema() <> 0)::text";
        assert_eq!(text(connection, temporary).await.as_deref(), Some("false"));
    }
}

/// A statement by itself is its own transaction: both begin at once.
pub(crate) async fn is_inside_a_transaction(connection: &mut PgConnection) -> bool {
    let asked = "SELECT (now() <> statement_timestamp() \
        OR pg_current_xact_id_if_assigned() IS NOT NULL)::text";
    text(connection, asked).await.as_deref() == Some("true")
}

async fn text(connection: &mut PgConnection, statement: &str) -> Option<String> {
    let statement = sqlx::raw_sql(AssertSqlSafe(statement.to_owned()));
    connection.fetch_one(statement).await.unwrap().get(0)
}
