//! Statements of the host on the store's own connections.

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

use alley_core::{Commit, Committed, RecordWrite, StoreError, StoreErrorKind};
use rusqlite::Connection;

use super::{SqliteStore, commit, driver};
use crate::failure;

impl SqliteStore {
    /// Commits, and runs statements of the host in the same transaction, on the thread that writes.
    /// All of it is applied or nothing. A repeated commit does not run them again and answers
    /// `None` for their result.
    ///
    /// The statements must not end the transaction, must not wait for this store, and keep all
    /// other writers waiting while they run.
    ///
    /// # Errors
    /// As [`RecordStore::commit`](alley_core::RecordStore::commit). A [`StoreError`] of the host's
    /// statements comes back as it is, so that they can answer `Conflict` or `Duplicate` for tables
    /// of their own; any other error comes back as the source of kind `Other`.
    ///
    /// # Cancel safety
    /// Dropping the future leaves everything applied or nothing.
    pub async fn commit_with<C, T, F>(
        &self,
        commit: Commit<C>,
        statements: F,
    ) -> Result<(Committed, Option<T>), StoreError>
    where
        C: Into<RecordWrite>,
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Box<dyn Error + Send + Sync>> + Send + 'static,
    {
        let mut commit = commit.lower();
        self.write_alone(move |connection, shared| {
            let committed = commit::apply(connection, shared, &mut commit)?;
            if committed.replayed {
                return Ok((committed, None));
            }
            let value = statements(connection).map_err(of_host)?;
            if connection.is_autocommit() {
                return Err(failure::other("the host's statements ended the transaction"));
            }
            Ok((committed, Some(value)))
        })
        .await
    }

    /// Runs statements of the host that read, on a connection that reads. They see every commit that
    /// returned before, must not write and must not wait for this store; a transaction that they
    /// begin ends with them.
    ///
    /// # Errors
    /// A [`StoreError`] of the statements comes back as it is, any other error as the source of kind
    /// `Other`.
    pub async fn read_with<T, F>(&self, statements: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Box<dyn Error + Send + Sync>> + Send + 'static,
    {
        self.read(move |connection, _| {
            // Also after a panic an open transaction must not hold on to an old picture.
            let run = catch_unwind(AssertUnwindSafe(|| statements(connection)));
            if !connection.is_autocommit() {
                driver::execute(connection, "ROLLBACK", &[]).map_err(driver::failed)?;
            }
            match run {
                Ok(result) => result.map_err(of_host),
                Err(_panic) => Err(failure::other("the host's statements panicked")),
            }
        })
        .await
    }
}

/// An error of the host's statements, as the caller is to see it.
fn of_host(error: Box<dyn Error + Send + Sync>) -> StoreError {
    match error.downcast::<StoreError>() {
        Ok(own) => *own,
        Err(foreign) => StoreError::with_source(StoreErrorKind::Other, foreign),
    }
}
