//! Transactions of our own: begun, repeated where the engine asks for it, ended. In a host's
//! transaction a savepoint takes their place, and nothing is repeated.

use std::time::{Duration, Instant};

use alley_core::{StoreError, StoreErrorKind};
use sqlx::postgres::PgPool;

use super::connection::{Checkout, Session, Work};
use super::failure::{self, Failure, Said};
use super::seat::Seat;
use super::{Pooler, PostgresStore, Shared};

/// Tries of one call at most.
const ATTEMPTS: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
/// Between two tries to learn what became of a commit.
const RETURN_PAUSE: Duration = Duration::from_millis(100);

/// The level is said, since a host's pool may have another default. That it writes is not: a standby
/// would refuse the words as something unknown, and who sets a server to reading only means it.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// How a transaction ended.
pub(super) enum Ended<T> {
    Committed(T),
    /// It was undone, or never begun.
    Undone(Failure),
    /// The connection was lost while committing what the work answered.
    Unknown(Failure, T),
}

impl PostgresStore {
    /// Runs work that writes, again while the engine asks for it.
    pub(super) async fn write<W: Work>(&self, work: &W) -> Result<W::Output, StoreError> {
        let mut tries = self.tries();
        loop {
            match self.transact(work, &tries).await {
                Ended::Committed(value) => return Ok(value),
                Ended::Undone(failure) => self.again(&mut tries, failure).await?,
                Ended::Unknown(failure, _) => return Err(unknown(&failure)),
            }
        }
    }

    pub(super) fn tries(&self) -> Tries {
        let closed = match &self.seat {
            Seat::Pool(pool) => pool.options().get_max_connections(),
            Seat::Joined(_) => 0,
        };
        let Shared { patience, deadline, .. } = *self.shared;
        let patience = patience.min(deadline);
        Tries { left: ATTEMPTS, closed, began: Instant::now(), patience, deadline }
    }

    /// Waits before the next try, or answers that there is none.
    pub(super) async fn again(
        &self,
        tries: &mut Tries,
        failure: Failure,
    ) -> Result<(), StoreError> {
        match &self.seat {
            Seat::Pool(_) => tries.again(failure).await,
            Seat::Joined(_) => Err(failure.into_store()),
        }
    }

    /// One transaction, or one savepoint of the host's.
    pub(super) async fn transact<W: Work>(&self, work: &W, tries: &Tries) -> Ended<W::Output> {
        let pool = match &self.seat {
            Seat::Pool(pool) => pool,
            Seat::Joined(joined) => {
                return match joined.in_savepoint(&self.shared, work).await {
                    Ok(value) => Ended::Committed(value),
                    Err(failure) => Ended::Undone(failure),
                };
            }
        };
        let worked = tries.in_time(self.begin_and_work(pool, work, BEGIN)).await;
        let (mut checkout, value) = match worked {
            Ok(worked) => worked,
            Err(failure) => return Ended::Undone(failure),
        };
        let commit = match checkout.session(&self.shared) {
            Ok(mut session) => tries.in_time(session.command("COMMIT")).await,
            Err(failure) => return Ended::Undone(failure),
        };
        match commit {
            Ok(()) => {
                checkout.give_back();
                Ended::Committed(value)
            }
            // The server said no: it rolled back.
            Err(failure) if !failure.lost_connection() => {
                checkout.give_back();
                Ended::Undone(failure)
            }
            Err(failure) => Ended::Unknown(failure, value),
        }
    }

    /// Runs one statement that reads.
    pub(super) async fn read<W: Work>(&self, work: &W) -> Result<W::Output, StoreError> {
        match self.shared.pooler {
            Pooler::None => self.look(work, None).await,
            Pooler::Transaction => self.look(work, Some(BEGIN_SNAPSHOT)).await,
        }
    }

    /// Runs several statements that read one picture of the data; in a host's transaction, what its
    /// isolation level shows.
    pub(super) async fn snapshot<W: Work>(&self, work: &W) -> Result<W::Output, StoreError> {
        self.look(work, Some(BEGIN_SNAPSHOT)).await
    }

    async fn look<W: Work>(
        &self,
        work: &W,
        begin: Option<&'static str>,
    ) -> Result<W::Output, StoreError> {
        let pool = match &self.seat {
            Seat::Pool(pool) => pool,
            Seat::Joined(joined) => {
                let looked = joined.in_savepoint(&self.shared, work).await;
                return looked.map_err(Failure::into_store);
            }
        };
        let mut tries = self.tries();
        loop {
            let look = async {
                match begin {
                    None => self.work_bare(pool, work).await,
                    Some(begin) => {
                        let (checkout, value) = self.begin_and_work(pool, work, begin).await?;
                        self.undo(checkout).await.map(|()| value)
                    }
                }
            };
            match tries.in_time(look).await {
                Ok(value) => return Ok(value),
                Err(failure) => tries.again(failure).await?,
            }
        }
    }

    async fn work_bare<W: Work>(&self, pool: &PgPool, work: &W) -> Result<W::Output, Failure> {
        let mut checkout = Checkout::of(pool).await?;
        let worked = work.run(&mut checkout.session(&self.shared)?).await;
        if !matches!(&worked, Err(failure) if failure.lost_connection()) {
            checkout.give_back();
        }
        worked
    }

    /// Begins and works; undoes what was done if the work fails.
    async fn begin_and_work<W: Work>(
        &self,
        pool: &PgPool,
        work: &W,
        begin: &'static str,
    ) -> Result<(Checkout, W::Output), Failure> {
        let mut checkout = Checkout::of(pool).await?;
        let mut session = checkout.session(&self.shared)?;
        session.command(begin).await?;
        match work.run(&mut session).await {
            Ok(value) => Ok((checkout, value)),
            Err(failure) => {
                if !failure.lost_connection() {
                    // If this fails the connection is closed, which undoes it as well.
                    drop(self.undo(checkout).await);
                }
                Err(failure)
            }
        }
    }

    async fn undo(&self, mut checkout: Checkout) -> Result<(), Failure> {
        checkout.session(&self.shared)?.command("ROLLBACK").await?;
        checkout.give_back();
        Ok(())
    }
}

/// Runs work in a savepoint.
pub(super) async fn in_savepoint<W: Work>(
    session: &mut Session<'_>,
    work: &W,
) -> Result<W::Output, Failure> {
    session.command("SAVEPOINT alley").await?;
    match work.run(session).await {
        Ok(value) => {
            session.command("RELEASE SAVEPOINT alley").await?;
            Ok(value)
        }
        Err(failure) => {
            session.command("ROLLBACK TO SAVEPOINT alley").await?;
            session.command("RELEASE SAVEPOINT alley").await?;
            Err(failure)
        }
    }
}

/// The answer when a commit got lost on its way.
pub(super) fn unknown(failure: &Failure) -> StoreError {
    match failure {
        Failure::Engine(error) => {
            StoreError::with_source(StoreErrorKind::CommitUnknown, Said::of(error))
        }
        _ => failure::late(StoreErrorKind::CommitUnknown),
    }
}

/// Repeats what may be repeated: serialization failures and deadlocks after a pause, and work whose
/// connection was lost before COMMIT at once, since a pool keeps connections that a server closed.
pub(super) struct Tries {
    left: u32,
    /// How many connections of the pool a server may have closed meanwhile. They cost no try.
    closed: u32,
    began: Instant,
    patience: Duration,
    deadline: Duration,
}

impl Tries {
    fn is_late(&self) -> bool {
        self.began.elapsed() >= self.patience
    }

    /// Waits for a part of the call as long as the whole of it may take.
    async fn in_time<T>(
        &self,
        part: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let left = self.deadline.saturating_sub(self.began.elapsed());
        tokio::time::timeout(left, part).await.unwrap_or(Err(Failure::Late))
    }

    async fn again(&mut self, failure: Failure) -> Result<(), StoreError> {
        let refused = matches!(&failure, Failure::Engine(error) if is_refused(error));
        let lost = failure.lost_connection() && !refused;
        let idle = lost && !failure.only_reads();
        match self.closed.checked_sub(1).filter(|_| idle) {
            Some(closed) => self.closed = closed,
            None => self.left = self.left.saturating_sub(1),
        }
        if matches!(failure, Failure::Late) || self.left == 0 || self.is_late() {
            return Err(failure.into_store());
        }
        if failure.asks_again() || failure.only_reads() {
            tokio::time::sleep(self.pause()).await;
            return Ok(());
        }
        if lost { Ok(()) } else { Err(failure.into_store()) }
    }

    /// Waits for a server that went away in the middle of a commit; whether to try again.
    pub(super) async fn wait_for_return(&mut self) -> bool {
        if self.is_late() {
            return false;
        }
        tokio::time::sleep(RETURN_PAUSE).await;
        true
    }

    /// Between nothing and a span that doubles with each try, so that two do not meet again.
    fn pause(&self) -> Duration {
        let made = ATTEMPTS.saturating_sub(self.left);
        let span = FIRST_PAUSE.saturating_mul(1 << made.min(10)).min(LONGEST_PAUSE);
        let span = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        // Seeded by the system, also where the host's randomness is a seeded one: two stores must differ.
        let seed = std::collections::hash_map::RandomState::new();
        let chance = std::hash::BuildHasher::hash_one(&seed, made);
        Duration::from_micros(chance.checked_rem(span).unwrap_or(0))
    }
}

/// Nobody listens: another connection will not be had at once either.
fn is_refused(error: &sqlx::Error) -> bool {
    let refused = std::io::ErrorKind::ConnectionRefused;
    matches!(error, sqlx::Error::Io(error) if error.kind() == refused)
        || failure::code(error) == Some("57P03")
}
