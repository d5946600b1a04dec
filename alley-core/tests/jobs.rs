//! A job runs when it is due, in one process at a time, and for as long as its lease is renewed.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use alley_core::{
    Acquired, Clock as _, Job, JobError, JobOutcome, JobReport, Jobs, JobsReport, Lease, Leases,
    ManualClock, MemoryStore, StoreError, StoreErrorKind,
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

/// Leases whose renewals fail while the store is down.
#[derive(Debug, Default)]
struct Flaky {
    store: MemoryStore,
    down: AtomicBool,
    renewals: AtomicU64,
}

#[async_trait]
impl Leases for Flaky {
    async fn acquire(
        &self,
        name: &str,
        ttl: Duration,
        now: DateTime<Utc>,
    ) -> Result<Acquired, StoreError> {
        self.store.acquire(name, ttl, now).await
    }

    async fn renew(
        &self,
        lease: &Lease,
        ttl: Duration,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        if self.down.load(Ordering::SeqCst) {
            return Err(StoreErrorKind::Unavailable.into());
        }
        self.renewals.fetch_add(1, Ordering::SeqCst);
        self.store.renew(lease, ttl, now).await
    }

    async fn release(&self, lease: Lease, due: DateTime<Utc>) -> Result<(), StoreError> {
        self.store.release(lease, due).await
    }
}

struct Stage {
    clock: Arc<ManualClock>,
    leases: Arc<Flaky>,
    jobs: Jobs,
}

impl Stage {
    fn new(job: Arc<dyn Job>) -> Self {
        let clock = Arc::new(ManualClock::new(DateTime::UNIX_EPOCH));
        let leases = Arc::new(Flaky::default());
        let jobs = Jobs::new(vec![job], leases.clone(), clock.clone(), clock.clone());
        Self { clock, leases, jobs }
    }

    fn wait(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    /// What another process is told that wants to run the job.
    fn other(&self, name: &str) -> Acquired {
        pollster::block_on(self.leases.acquire(name, Jobs::LEASE, self.clock.now())).unwrap()
    }

    fn run(&self) -> Run<'_> {
        Run(Box::pin(self.jobs.run_due(1)))
    }
}

/// A call of `run_due` that goes on when it is polled, in the thread of the test.
struct Run<'a>(Pin<Box<dyn Future<Output = Result<JobsReport, StoreError>> + 'a>>);

impl Run<'_> {
    fn poll(&mut self) -> Poll<JobsReport> {
        let mut context = Context::from_waker(Waker::noop());
        self.0.as_mut().poll(&mut context).map(Result::unwrap)
    }

    fn is_running(&mut self) -> bool {
        self.poll().is_pending()
    }

    fn outcome(&mut self) -> JobOutcome {
        match self.poll() {
            Poll::Ready(report) => report.runs.into_iter().next().unwrap().outcome,
            Poll::Pending => unreachable!("it still runs"),
        }
    }
}

#[derive(Debug, Default)]
struct Counter(Mutex<u64>);

#[async_trait]
impl Job for Counter {
    fn name(&self) -> &'static str {
        "count"
    }

    fn every(&self) -> TimeDelta {
        TimeDelta::seconds(60)
    }

    async fn run_once(&self, _: u32) -> Result<JobReport, JobError> {
        let mut count = self.0.lock().unwrap();
        *count += 1;
        Ok(JobReport::new(1, *count == 1))
    }
}

#[tokio::test]
async fn a_job_runs_when_it_is_due_and_under_one_lease() {
    let counter = Arc::new(Counter::default());
    let stage = Stage::new(counter.clone());
    let first = stage.jobs.run_due(1).await.unwrap();
    assert!(first.more(), "work was left");
    assert_eq!(first.next, stage.clock.now(), "so it is due at once");
    let second = stage.jobs.run_due(1).await.unwrap();
    assert_eq!(second.next, stage.clock.now() + TimeDelta::seconds(60));
    let early = stage.jobs.run_due(1).await.unwrap();
    assert!(matches!(early.runs[0].outcome, JobOutcome::NotDue(_)));
    assert_eq!(*counter.0.lock().unwrap(), 2);

    stage.wait(61);
    assert!(matches!(stage.other("count"), Acquired::Lease(_)));
    let blocked = stage.jobs.run_due(1).await.unwrap();
    assert!(matches!(blocked.runs[0].outcome, JobOutcome::Held(_)), "another process has it");
    stage.wait(301);
    stage.jobs.run_due(1).await.unwrap();
    assert_eq!(*counter.0.lock().unwrap(), 3, "a lease that ran out is taken over");
}

/// Goes on until it is told to end.
#[derive(Debug, Default)]
struct Long {
    end: AtomicBool,
    dropped: AtomicBool,
}

struct Guard<'a>(&'a AtomicBool);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[async_trait]
impl Job for Long {
    fn name(&self) -> &'static str {
        "long"
    }

    fn every(&self) -> TimeDelta {
        TimeDelta::seconds(60)
    }

    async fn run_once(&self, _: u32) -> Result<JobReport, JobError> {
        let _guard = Guard(&self.dropped);
        std::future::poll_fn(|_| {
            if self.end.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        Ok(JobReport::new(1, false))
    }
}

#[test]
fn a_job_that_takes_long_keeps_its_lease() {
    let job = Arc::new(Long::default());
    let stage = Stage::new(job.clone());
    let mut run = stage.run();
    for _ in 0..30 {
        assert!(run.is_running());
        assert!(matches!(stage.other("long"), Acquired::Held(_)), "two processes run it");
        stage.wait(100);
    }
    assert_eq!(stage.leases.renewals.load(Ordering::SeqCst), 29, "one each third of the lease");
    job.end.store(true, Ordering::SeqCst);
    assert!(matches!(run.outcome(), JobOutcome::Ran(_)));
    let due = stage.clock.now() + TimeDelta::seconds(60);
    assert_eq!(stage.other("long"), Acquired::NotDue(due), "it was given back");
}

#[test]
fn a_job_whose_lease_was_taken_over_is_dropped() {
    let job = Arc::new(Long::default());
    let stage = Stage::new(job.clone());
    let mut run = stage.run();
    assert!(run.is_running());
    stage.wait(301);
    let taken = stage.other("long");
    assert!(matches!(taken, Acquired::Lease(_)), "this process stood still: {taken:?}");
    assert!(matches!(run.outcome(), JobOutcome::Lost));
    assert!(job.dropped.load(Ordering::SeqCst));
    assert!(matches!(stage.other("long"), Acquired::Held(_)), "the other process keeps it");
}

#[test]
fn a_job_is_dropped_before_a_lease_ends_that_cannot_be_renewed() {
    let job = Arc::new(Long::default());
    let stage = Stage::new(job.clone());
    let mut run = stage.run();
    stage.leases.down.store(true, Ordering::SeqCst);
    for _ in 0..14 {
        assert!(run.is_running());
        stage.wait(10);
    }
    assert!(run.is_running());
    stage.wait(10);
    assert!(matches!(run.outcome(), JobOutcome::Lost));
    assert!(matches!(stage.other("long"), Acquired::Held(_)), "half of the lease was left");
}

#[test]
fn a_store_that_comes_back_in_time_costs_nothing() {
    let job = Arc::new(Long::default());
    let stage = Stage::new(job.clone());
    let mut run = stage.run();
    stage.leases.down.store(true, Ordering::SeqCst);
    assert!(run.is_running());
    stage.wait(100);
    assert!(run.is_running());
    stage.wait(30);
    stage.leases.down.store(false, Ordering::SeqCst);
    assert!(run.is_running());
    stage.wait(60);
    assert!(run.is_running());
    stage.wait(200);
    assert!(matches!(stage.other("long"), Acquired::Held(_)), "it was renewed meanwhile");
    job.end.store(true, Ordering::SeqCst);
    assert!(matches!(run.outcome(), JobOutcome::Ran(_)));
}
