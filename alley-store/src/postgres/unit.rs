//! The ports over a transaction of the host.

use std::sync::Arc;

use alley_core::StoreError;
use sqlx::{Postgres, Transaction};

use super::PostgresStore;
use super::failure::Failure;
use super::seat::{Joined, Seat};

/// A transaction of the host with the storage ports on it. Cheap to clone; clones are one transaction.
///
/// Each commit runs in a savepoint: a refused one leaves the transaction as it was, and the host goes
/// on or rolls back as it likes. Nothing is repeated: `Retry` means that the host begins anew. What is
/// committed here becomes durable, and facts become due, when the host commits.
///
/// The level READ COMMITTED serves every door. At another one, `Retry` is the answer where PostgreSQL
/// finds a conflict, and a commit that expects a record to be absent is refused, since its absence
/// could not be checked against what others committed meanwhile.
///
/// A call that is dropped in the middle, or a lost connection, ends the transaction: everything in
/// it is rolled back, and every later call fails.
#[derive(Clone, Debug)]
pub struct PostgresUnit {
    store: Arc<PostgresStore>,
}

impl PostgresStore {
    /// Takes an open transaction of the host, of this or another pool, and puts the ports on it. The
    /// tables must be in the same database.
    pub fn join(&self, transaction: Transaction<'static, Postgres>) -> PostgresUnit {
        let seat = Seat::Joined(Joined::new(transaction));
        PostgresUnit { store: Arc::new(Self { seat, shared: Arc::clone(&self.shared) }) }
    }
}

impl PostgresUnit {
    /// The ports, all on this transaction.
    pub const fn store(&self) -> &Arc<PostgresStore> {
        &self.store
    }

    /// Gives the transaction back, to be committed or rolled back. Waits for a call that runs. Later
    /// calls on clones fail.
    ///
    /// # Errors
    /// When the transaction has ended: it was given back before, a call was dropped in the middle, or
    /// the connection was lost.
    pub async fn into_inner(self) -> Result<Transaction<'static, Postgres>, StoreError> {
        match &self.store.seat {
            Seat::Joined(joined) => joined.take().await.map_err(Failure::into_store),
            Seat::Pool(_) => Err(crate::failure::other("there is no transaction")),
        }
    }
}
