//! A store in a schema of its own, which goes with the guard.

use std::sync::Arc;

use alley_core::Record as _;
use alley_core::conformance::Sample;
use alley_store::sqlx::postgres::PgPool;
use alley_store::{Domain, Layout, Pooler, PostgresOptions, PostgresStore};

use super::server::{Schema, Server};

/// A store with a table for the sample record.
pub(crate) struct Fresh {
    pub(crate) store: Arc<PostgresStore>,
    pub(crate) pool: PgPool,
    pub(crate) schema: Schema,
}

/// What a store of this schema keeps.
pub(crate) fn options(server: &Server, schema: &Schema) -> PostgresOptions {
    let sample = Domain::from_declarations("conformance", &[Sample::TYPE], Sample::QUERIES);
    let pooler = if server.is_pooled() { Pooler::Transaction } else { Pooler::None };
    PostgresOptions::default()
        .with_domain(sample)
        .with_layout(Layout::default().in_schema(schema.name()).unwrap())
        .with_pooler(pooler)
}

pub(crate) async fn fresh(server: &Server) -> Fresh {
    let schema = server.fresh_schema();
    let options = options(server, &schema);
    let pool = PostgresStore::pool(server.url(), &options).unwrap();
    PostgresStore::migrate(&pool, &options).await.unwrap();
    let store = PostgresStore::open(pool.clone(), options).await.unwrap();
    Fresh { store: Arc::new(store), pool, schema }
}
