//! A store in a schema of a PostgreSQL server, for parents and their children.

use std::ffi::OsString;
use std::sync::Arc;

use alley_core::Record as _;
use alley_core::conformance::Sample;
use alley_store::{Domain, Layout, OpenError, PostgresOptions, PostgresStore};

use crate::killing::Place;
use crate::load::Store;

/// A schema, by the address of its database and its name.
pub(crate) struct InSchema {
    url: String,
    schema: String,
}

impl InSchema {
    pub(crate) fn new(url: &str, schema: &str) -> Self {
        Self { url: url.to_owned(), schema: schema.to_owned() }
    }

    /// The one that a parent named; `None` in the parent.
    pub(crate) fn from_environment() -> Option<Self> {
        let url = std::env::var(URL).ok()?;
        Some(Self { url, schema: std::env::var(SCHEMA).ok()? })
    }

    /// What the children call themselves when they connect.
    pub(crate) fn child(&self) -> String {
        format!("child_{}", self.schema)
    }
}

impl Place for InSchema {
    fn environment(&self) -> Vec<(&'static str, OsString)> {
        let url = format!("{}?application_name={}", self.url, self.child());
        vec![(URL, url.into()), (SCHEMA, self.schema.clone().into())]
    }

    async fn open(&self) -> Result<Arc<dyn Store>, OpenError> {
        let sample = Domain::from_declarations("conformance", &[Sample::TYPE], Sample::QUERIES);
        let layout = Layout::default().in_schema(&self.schema).unwrap();
        let options = PostgresOptions::default().with_domain(sample).with_layout(layout);
        let pool = PostgresStore::pool(&self.url, &options)?;
        PostgresStore::migrate(&pool, &options).await?;
        Ok(Arc::new(PostgresStore::open(pool, options).await?))
    }
}

const URL: &str = "ALLEY_CRASH_POSTGRES";
const SCHEMA: &str = "ALLEY_CRASH_SCHEMA";
