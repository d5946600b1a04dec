//! Connections of the pool: how one is borrowed, and how it is given back clean.
//!
//! Whoever drops a call in the middle leaves a connection in an unknown state: inside a transaction,
//! or with an answer on its way (sqlx 0.9.0 gives such a connection back to the pool while BEGIN is
//! on its way; transact-rs/sqlx issue 4385). So a connection goes back only if its work ended in a
//! known state, and is closed otherwise, which makes the server roll back.

use alley_core::{StoreError, Value};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{Executor as _, Postgres};

use super::driver::{self, Argument};
use super::failure::Failure;
use super::{Pooler, Shared};

/// A borrowed connection.
pub(super) struct Checkout {
    connection: Option<PoolConnection<Postgres>>,
    clean: bool,
}

impl Checkout {
    pub(super) async fn of(pool: &PgPool) -> Result<Self, sqlx::Error> {
        Ok(Self { connection: Some(pool.acquire().await?), clean: false })
    }

    /// The connection with the statements.
    pub(super) fn session<'a>(&'a mut self, shared: &'a Shared) -> Result<Session<'a>, Failure> {
        let connection = self.connection.as_deref_mut();
        let connection = connection.ok_or(Failure::Engine(sqlx::Error::PoolClosed))?;
        Ok(Session { connection, shared })
    }

    /// Its work ended in a known state: it may be used again.
    pub(super) fn give_back(mut self) {
        self.clean = true;
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take().filter(|_| !self.clean) {
            drop(connection.detach());
        }
    }
}

/// A connection on which statements run, inside a transaction or not.
pub(super) struct Session<'a> {
    connection: &'a mut PgConnection,
    pub(super) shared: &'a Shared,
}

impl<'a> Session<'a> {
    pub(super) const fn new(connection: &'a mut PgConnection, shared: &'a Shared) -> Self {
        Self { connection, shared }
    }

    /// All rows of a statement.
    pub(super) async fn rows(
        &mut self,
        text: &str,
        arguments: &[Argument<'_>],
    ) -> Result<Vec<Vec<Value>>, Failure> {
        let rows = driver::rows(self.connection, text, arguments, self.keeps_statements()).await?;
        Ok(rows.iter().map(driver::values).collect::<Result<_, StoreError>>()?)
    }

    /// All rows of a statement whose arguments are single values.
    pub(super) async fn list(
        &mut self,
        text: &str,
        values: &[Value],
    ) -> Result<Vec<Vec<Value>>, Failure> {
        let arguments: Vec<_> = values.iter().map(Argument::One).collect();
        self.rows(text, &arguments).await
    }

    /// The first row of a statement whose arguments are single values.
    pub(super) async fn first(
        &mut self,
        text: &str,
        values: &[Value],
    ) -> Result<Option<Vec<Value>>, Failure> {
        Ok(self.list(text, values).await?.into_iter().next())
    }

    /// How many rows a statement changed.
    pub(super) async fn execute(
        &mut self,
        text: &str,
        arguments: &[Argument<'_>],
    ) -> Result<u64, Failure> {
        let keep = self.keeps_statements();
        Ok(driver::execute(self.connection, text, arguments, keep).await?)
    }

    /// Runs a fixed text without arguments.
    pub(super) async fn command(&mut self, text: &'static str) -> Result<(), Failure> {
        self.connection.execute(text).await?;
        Ok(())
    }

    /// A pooler gives the next transaction another connection, which does not know the statements.
    fn keeps_statements(&self) -> bool {
        self.shared.pooler == Pooler::None
    }
}

/// A piece of work on a connection. It may run again from the start, so it keeps nothing.
pub(super) trait Work: Sync {
    type Output: Send;

    fn run(
        &self,
        session: &mut Session<'_>,
    ) -> impl Future<Output = Result<Self::Output, Failure>> + Send;
}
