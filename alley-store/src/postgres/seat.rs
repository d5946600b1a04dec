//! Where a store's statements run: on connections of a pool, or in a transaction of the host.

use std::fmt;

use sqlx::postgres::PgPool;
use sqlx::{Postgres, Transaction};
use tokio::sync::Mutex;

use super::Shared;
use super::connection::{Session, Work};
use super::failure::Failure;
use super::transaction;
use crate::failure::other;

pub(super) enum Seat {
    Pool(PgPool),
    Joined(Joined),
}

/// A transaction of the host. Calls take turns. While one runs it has the transaction; if it is
/// dropped in the middle the transaction goes with it, and is rolled back.
pub(super) struct Joined {
    transaction: Mutex<Option<Transaction<'static, Postgres>>>,
}

impl Joined {
    pub(super) fn new(transaction: Transaction<'static, Postgres>) -> Self {
        Self { transaction: Mutex::new(Some(transaction)) }
    }

    pub(super) async fn in_savepoint<W: Work>(
        &self,
        shared: &Shared,
        work: &W,
    ) -> Result<W::Output, Failure> {
        let mut place = self.transaction.lock().await;
        let mut transaction = place.take().ok_or_else(ended)?;
        let mut session = Session::new(&mut transaction, shared);
        let worked = transaction::in_savepoint(&mut session, work).await;
        if !matches!(&worked, Err(failure) if failure.ended_connection()) {
            *place = Some(transaction);
        }
        worked
    }

    /// The transaction, once.
    pub(super) async fn take(&self) -> Result<Transaction<'static, Postgres>, Failure> {
        self.transaction.lock().await.take().ok_or_else(ended)
    }
}

fn ended() -> Failure {
    other(
        "the host's transaction has ended: it was given back, its connection was lost, or a call on \
         it was dropped in the middle",
    )
    .into()
}

impl fmt::Debug for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pool(_) => "Pool",
            Self::Joined(_) => "Joined",
        })
    }
}
