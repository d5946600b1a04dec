//! The thread that writes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use alley_core::{StoreError, StoreErrorKind};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use futures_channel::oneshot;
use rusqlite::Connection;

use super::{Shared, driver};
use crate::failure;

/// Pieces of work that share one COMMIT at most.
const GROUP: usize = 128;

/// Rounds of work after which the log is emptied although more work waits.
const ROUNDS: u32 = 64;

/// How long emptying the log may wait for readers; meanwhile nobody can write.
const CHECKPOINT_PATIENCE: Duration = Duration::from_millis(50);

/// How long after a failure emptying the log is tried again.
const CHECKPOINT_PAUSE: Duration = Duration::from_secs(1);

/// What the writer is sent.
pub(super) enum Message {
    /// Work for a transaction that others may share.
    Write(Box<dyn Work>),
    /// Work for a transaction of its own.
    Alone(Box<dyn Work>),
    /// Work outside any transaction.
    Outside(Box<dyn Work>),
}

/// A piece of work and the caller who waits for it.
pub(super) trait Work: Send {
    /// Whether nobody waits for it any more.
    fn is_canceled(&self) -> bool;

    /// Does it; whether its savepoint stays.
    fn run(&mut self, connection: &Connection) -> bool;

    /// Tells the caller what became of it.
    fn answer(self: Box<Self>, ended: &Ended);
}

/// How the transaction of a piece of work ended.
pub(super) enum Ended {
    Committed,
    /// It did not begin.
    NotBegun(rusqlite::Error),
    /// Its COMMIT failed.
    CommitFailed(rusqlite::Error),
    /// The engine rolled it back because another piece of work met a failure of the system.
    RolledBack,
}

/// Where the result of a piece of work will be.
pub(super) type Answer<T> = oneshot::Receiver<Result<T, StoreError>>;

/// Work with what it is done on and the place for its result.
pub(super) struct Task<T, I, F> {
    work: Option<F>,
    input: I,
    shared: Arc<Shared>,
    result: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, I, F> Task<T, I, F>
where
    T: Send + 'static,
    I: Send + 'static,
    F: FnOnce(&Connection, &Shared, &mut I) -> Result<T, StoreError> + Send + 'static,
{
    /// The work as the writer takes it, and where its answer will be. `input` is freed after the caller
    /// has that answer.
    pub(super) fn boxed(input: I, work: F, shared: Arc<Shared>) -> (Box<dyn Work>, Answer<T>) {
        let (reply, answer) = oneshot::channel();
        (Box::new(Self { work: Some(work), input, shared, result: None, reply }), answer)
    }
}

impl<T, I, F> Work for Task<T, I, F>
where
    T: Send + 'static,
    I: Send + 'static,
    F: FnOnce(&Connection, &Shared, &mut I) -> Result<T, StoreError> + Send + 'static,
{
    fn is_canceled(&self) -> bool {
        self.reply.is_canceled()
    }

    fn run(&mut self, connection: &Connection) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        let (shared, input) = (&self.shared, &mut self.input);
        // Statements of the host run here; a panic in them must not end the writer. What they
        // leave behind is rolled back with the savepoint.
        let run = catch_unwind(AssertUnwindSafe(|| work(connection, shared, input)));
        let result =
            run.unwrap_or_else(|_panic| Err(failure::other("the host's statements panicked")));
        self.result.insert(result).is_ok()
    }

    fn answer(self: Box<Self>, ended: &Ended) {
        let lost = |kind| Err(StoreError::new(kind));
        let Self { input, result, reply, .. } = *self;
        let answer = match (result, ended) {
            (Some(Err(own)), _) => Err(own),
            (Some(Ok(value)), Ended::Committed) => Ok(value),
            (_, Ended::CommitFailed(error)) => Err(driver::commit_failed(error)),
            (_, Ended::NotBegun(error)) => {
                let kind = driver::kind(error);
                Err(StoreError::with_source(kind, error.to_string()))
            }
            (_, Ended::RolledBack) => lost(StoreErrorKind::Unavailable),
            (None, Ended::Committed) => lost(StoreErrorKind::Other),
        };
        // Whoever asked may have gone meanwhile.
        drop(reply.send(answer));
        drop(input);
    }
}

/// Works until every sender is gone and nothing waits.
pub(super) fn run(connection: &Connection, work: &Receiver<Message>, shared: &Shared) {
    let mut emptying = Emptying::default();
    let mut next = work.recv().ok();
    while let Some(message) = next.take() {
        match message {
            Message::Write(task) => {
                let mut group = vec![task];
                while group.len() < GROUP && next.is_none() {
                    match work.try_recv() {
                        Ok(Message::Write(task)) => group.push(task),
                        Ok(other) => next = Some(other),
                        Err(_) => break,
                    }
                }
                transact(connection, group);
            }
            Message::Alone(task) => transact(connection, vec![task]),
            Message::Outside(mut task) => {
                if !task.is_canceled() {
                    task.run(connection);
                }
                task.answer(&Ended::Committed);
            }
        }
        emptying.after_round(connection, shared);
        if next.is_none() {
            next = work.try_recv().ok().or_else(|| emptying.idle(connection, work, shared));
        }
    }
    if shared.erased.load(Ordering::SeqCst) {
        // What a reader keeps in the log now is for the next process that opens the file.
        drop(checkpoint(connection, shared));
    }
}

/// When the log is emptied after an erasure without anybody asking for it.
#[derive(Default)]
struct Emptying {
    /// Rounds of work since the erasure or the last try.
    rounds: u32,
    /// Not before, because a try failed.
    not_before: Option<Instant>,
}

impl Emptying {
    /// Counts a round of work; tries when there were many without a rest.
    fn after_round(&mut self, connection: &Connection, shared: &Shared) {
        if !shared.erased.load(Ordering::SeqCst) {
            *self = Self::default();
            return;
        }
        self.rounds = self.rounds.saturating_add(1);
        if self.rounds >= ROUNDS && self.pause().is_zero() {
            self.attempt(connection, shared);
        }
    }

    /// Waits for work, and tries meanwhile. `None` when every sender is gone.
    fn idle(
        &mut self,
        connection: &Connection,
        work: &Receiver<Message>,
        shared: &Shared,
    ) -> Option<Message> {
        while shared.erased.load(Ordering::SeqCst) {
            let pause = self.pause();
            if pause.is_zero() {
                self.attempt(connection, shared);
                continue;
            }
            match work.recv_timeout(pause) {
                Ok(message) => return Some(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        work.recv().ok()
    }

    /// How long to leave it alone.
    fn pause(&self) -> Duration {
        let until = self.not_before;
        until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()))
    }

    fn attempt(&mut self, connection: &Connection, shared: &Shared) {
        let failed = checkpoint(connection, shared).is_err();
        self.rounds = 0;
        self.not_before = failed.then(|| Instant::now() + CHECKPOINT_PAUSE);
    }
}

/// Empties the log into the database. Waits for readers only briefly, as every writer waits along.
pub(super) fn checkpoint(connection: &Connection, shared: &Shared) -> Result<(), StoreError> {
    shared.erased.store(false, Ordering::SeqCst);
    let patience = |time| connection.busy_timeout(time).map_err(driver::failed);
    let emptied = patience(shared.patience.min(CHECKPOINT_PATIENCE)).and_then(|()| {
        connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
            .map_err(driver::failed)
    });
    let emptied = patience(shared.patience).and(emptied).and_then(|busy| match busy {
        0 => Ok(()),
        _ => Err(StoreError::with_source(StoreErrorKind::Retry, "a reader holds the log")),
    });
    if emptied.is_err() {
        shared.erased.store(true, Ordering::SeqCst);
    }
    emptied
}

fn transact(connection: &Connection, tasks: Vec<Box<dyn Work>>) {
    let mut tasks = tasks;
    tasks.retain(|task| !task.is_canceled());
    // A savepoint keeps a copy of each page that is written; who is alone has nobody to be kept from.
    let work = if tasks.len() == 1 { alone } else { in_savepoint };
    let mut tasks = tasks.into_iter().peekable();
    while tasks.peek().is_some() {
        if let Err(error) = statement(connection, "BEGIN IMMEDIATE") {
            let ended = Ended::NotBegun(error);
            for task in tasks {
                task.answer(&ended);
            }
            return;
        }
        let mut done = Vec::new();
        let mut kept = false;
        let mut ended = Ended::Committed;
        for mut task in tasks.by_ref() {
            kept |= work(connection, task.as_mut());
            done.push(task);
            // A full disk or a failing one makes the engine roll back the whole transaction.
            if connection.is_autocommit() {
                ended = Ended::RolledBack;
                break;
            }
        }
        if matches!(ended, Ended::Committed) {
            let end = if kept { "COMMIT" } else { "ROLLBACK" };
            if let Err(error) = statement(connection, end) {
                ended = Ended::CommitFailed(error);
            }
            if !connection.is_autocommit() {
                drop(statement(connection, "ROLLBACK"));
            }
        }
        for task in done {
            task.answer(&ended);
        }
    }
}

/// Runs the only piece of work of a transaction; whether it stays. What does not stay is rolled back
/// with the transaction.
fn alone(connection: &Connection, task: &mut dyn Work) -> bool {
    task.run(connection) && !connection.is_autocommit()
}

/// Runs one piece of work of several; whether it stays.
fn in_savepoint(connection: &Connection, task: &mut dyn Work) -> bool {
    if statement(connection, "SAVEPOINT alley").is_err() {
        return false;
    }
    let keep = task.run(connection);
    if connection.is_autocommit() {
        return false;
    }
    if !keep && statement(connection, "ROLLBACK TO alley").is_err() {
        // Half of it would stay: give up the transaction instead.
        drop(statement(connection, "ROLLBACK"));
        return false;
    }
    statement(connection, "RELEASE alley").is_ok() && keep
}

fn statement(connection: &Connection, text: &str) -> rusqlite::Result<()> {
    driver::execute(connection, text, &[]).map(drop)
}
