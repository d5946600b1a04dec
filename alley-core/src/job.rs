//! Background work as a list: what is due is run under a lease, in as many processes as the host likes.

use std::error::Error;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::{Clock, Timer};
use crate::error::StoreError;

mod lease;

pub use lease::{Acquired, Lease, Leases};

/// Any failure inside a job.
pub type JobError = Box<dyn Error + Send + Sync>;

/// A piece of background work that can be stopped and resumed at any time.
#[async_trait]
pub trait Job: std::fmt::Debug + Send + Sync + 'static {
    /// Unique name: `deliver-facts`.
    fn name(&self) -> &'static str;

    /// How long after one complete run the next is due.
    fn every(&self) -> TimeDelta;

    /// Does up to `limit` units of work. What is done stays done if the future is dropped.
    ///
    /// # Errors
    /// When the work could not go on; it is due again after [`every`](Self::every).
    async fn run_once(&self, limit: u32) -> Result<JobReport, JobError>;
}

/// What one run did.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct JobReport {
    /// Units of work done.
    pub done: u64,
    /// Whether work is left that could be done at once.
    pub more: bool,
    /// Units that failed and will be tried again.
    pub failures: Vec<JobError>,
}

impl JobReport {
    /// `done` units, and whether there is `more` to do at once.
    pub const fn new(done: u64, more: bool) -> Self {
        Self { done, more, failures: Vec::new() }
    }
}

/// What [`Jobs::run_due`] did with one job.
#[derive(Debug)]
#[non_exhaustive]
pub struct JobRun {
    /// The job.
    pub name: &'static str,
    /// What came of it.
    pub outcome: JobOutcome,
}

/// What came of one job.
#[derive(Debug)]
#[non_exhaustive]
pub enum JobOutcome {
    /// It ran.
    Ran(JobReport),
    /// It ran and failed.
    Failed(JobError),
    /// It is not due before this instant.
    NotDue(DateTime<Utc>),
    /// Another process runs it; the lease ends at this instant unless it is renewed.
    Held(DateTime<Utc>),
    /// It was stopped while it ran, since its lease was lost or could not be renewed in time:
    /// another process may run it now. What it had done stays done.
    Lost,
}

/// What [`Jobs::run_due`] did, and when to come again.
#[derive(Debug)]
#[non_exhaustive]
pub struct JobsReport {
    /// One entry a job, in the order of the list.
    pub runs: Vec<JobRun>,
    /// Call again at this instant: now, if work is left.
    pub next: DateTime<Utc>,
}

impl JobsReport {
    /// Failures of jobs and of their units, with the job's name.
    pub fn failures(&self) -> impl Iterator<Item = (&'static str, &JobError)> {
        self.runs.iter().flat_map(|run| {
            let failures: Vec<&JobError> = match &run.outcome {
                JobOutcome::Ran(report) => report.failures.iter().collect(),
                JobOutcome::Failed(error) => vec![error],
                JobOutcome::NotDue(_) | JobOutcome::Held(_) | JobOutcome::Lost => Vec::new(),
            };
            failures.into_iter().map(|error| (run.name, error))
        })
    }

    /// Whether a job said that it has more to do at once.
    pub fn more(&self) -> bool {
        self.runs.iter().any(|run| matches!(&run.outcome, JobOutcome::Ran(report) if report.more))
    }
}

/// The jobs of all crates over one lease store.
#[derive(Clone, Debug)]
pub struct Jobs {
    list: Vec<Arc<dyn Job>>,
    leases: Arc<dyn Leases>,
    clock: Arc<dyn Clock>,
    timer: Arc<dyn Timer>,
}

impl Jobs {
    /// How long after a process died in a job another one takes over. A process that lives renews
    /// the lease every third of it.
    pub const LEASE: Duration = Duration::from_mins(5);

    /// A list of jobs; they run in its order. What is due is decided by `clock`; `timer` wakes the
    /// renewal of leases.
    pub fn new(
        list: Vec<Arc<dyn Job>>,
        leases: Arc<dyn Leases>,
        clock: Arc<dyn Clock>,
        timer: Arc<dyn Timer>,
    ) -> Self {
        Self { list, leases, clock, timer }
    }

    /// The jobs.
    pub fn list(&self) -> &[Arc<dyn Job>] {
        &self.list
    }

    /// Runs every job that is due, each once with `limit` units, one after the other. The host owns
    /// the loop: it calls this again at the instant that the report names. Safe in many processes:
    /// the lease of a job is renewed while it runs, however long that takes, and a run whose lease
    /// is lost is dropped ([`JobOutcome::Lost`]). A process that stood still for longer than its
    /// lease, such as a suspended machine, learns that when it renews; until then its job may take
    /// a step while another process runs it, which every job must bear as it bears a crash.
    ///
    /// # Errors
    /// When the lease store fails. What a job fails with is in the report.
    ///
    /// # Cancel safety
    /// A dropped call leaves a lease that others take over after [`LEASE`](Self::LEASE).
    pub async fn run_due(&self, limit: u32) -> Result<JobsReport, StoreError> {
        let mut runs = Vec::with_capacity(self.list.len());
        let mut next: Option<DateTime<Utc>> = None;
        for job in &self.list {
            let now = self.clock.now();
            let (outcome, due) = match self.leases.acquire(job.name(), Self::LEASE, now).await? {
                Acquired::NotDue(at) => (JobOutcome::NotDue(at), at),
                Acquired::Held(until) => (JobOutcome::Held(until), until),
                Acquired::Lease(lease) => self.run(job.as_ref(), lease, limit).await?,
            };
            next = Some(next.map_or(due, |next| next.min(due)));
            runs.push(JobRun { name: job.name(), outcome });
        }
        Ok(JobsReport { runs, next: next.unwrap_or_else(|| self.clock.now()) })
    }

    /// Runs one job under its lease; answers when it is due again, too.
    async fn run(
        &self,
        job: &dyn Job,
        lease: Lease,
        limit: u32,
    ) -> Result<(JobOutcome, DateTime<Utc>), StoreError> {
        let outcome = match before(job.run_once(limit), self.loss(&lease)).await {
            Some(Ok(report)) => JobOutcome::Ran(report),
            Some(Err(error)) => JobOutcome::Failed(error),
            None => JobOutcome::Lost,
        };
        let again = matches!(&outcome, JobOutcome::Ran(report) if report.more);
        let now = self.clock.now();
        let due = if again { now } else { now + job.every() };
        if !matches!(outcome, JobOutcome::Lost) {
            self.leases.release(lease, due).await?;
        }
        Ok((outcome, due))
    }

    /// Renews a lease for as long as it is polled; completes when it is lost, or when it could not be
    /// renewed until half of it was over.
    async fn loss(&self, lease: &Lease) {
        loop {
            self.timer.watch(Self::LEASE / 3).await;
            let deadline = self.timer.watch(Self::LEASE / 6);
            if before(self.renewed(lease), deadline).await != Some(true) {
                return;
            }
        }
    }

    /// Renews the lease, again while the store fails; `false` when the lease is lost.
    async fn renewed(&self, lease: &Lease) -> bool {
        loop {
            match self.leases.renew(lease, Self::LEASE, self.clock.now()).await {
                Ok(held) => return held,
                Err(_failed) => self.timer.watch(Self::LEASE / 30).await,
            }
        }
    }
}

/// What `work` answers, unless `end` completes first; whichever is late is dropped.
async fn before<T>(
    work: impl Future<Output = T> + Send,
    end: impl Future<Output = ()> + Send,
) -> Option<T> {
    let mut work = pin!(work);
    let mut end = pin!(end);
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    })
    .await
}
