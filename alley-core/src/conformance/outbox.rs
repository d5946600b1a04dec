//! The promises of [`Outbox`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;

use super::{Harness, Violation, ensure, kept, together};
use crate::commit::{Commit, RecordWrite};
use crate::env::Env;
use crate::fact::{
    Fact, FactEntry, FactId, Outbox, OutboxEntry, Relay, Settled, Settlement, Stream, Subscriber,
    SubscriberError,
};
use crate::ids::TenantId;
use crate::job::{Jobs, Leases};
use crate::store::RecordStore;

/// One test for each promise of [`Outbox`] and of relays over it: `outbox_conformance!(harness)`. The
/// store commits the facts and has the relays' leases, too.
#[macro_export]
macro_rules! outbox_conformance {
    ($make:expr) => {
        $crate::outbox_conformance! { @to conformance_tests, $make }
    };
    (@to $then:ident, $make:expr) => {
        $crate::$then! {
            $make, [$crate::conformance::outbox],
            one: [
                a_postponed_fact_holds_back_its_stream_alone,
                settling_what_is_gone_changes_nothing,
                a_limit_is_kept_and_nothing_starves,
            ]
            many: [several_relays_deliver_in_order_and_once]
            reopening: []
        }
    };
}

/// Checks every promise, each on a fresh store that `make` gives.
///
/// # Errors
/// The first promise that the store breaks.
pub fn suite<H: Harness>(make: impl Fn() -> H) -> Result<(), Violation>
where
    H::Store: RecordStore + Outbox + Leases,
{
    crate::outbox_conformance! { @to conformance_suite, make }
}

/// The outbox of a harness.
pub fn fixture<H: Harness>(harness: &H) -> super::Fixture<dyn RecordStore>
where
    H::Store: RecordStore + Outbox,
{
    super::kernel::fixture(harness)
}

type Fixture = super::Fixture<dyn RecordStore>;

/// A fact whose delivery is postponed holds back what is behind it in its stream, and no other
/// stream; when its time has come all of it is due, in order.
///
/// # Errors
/// When something is due that is not, or the other way round.
pub async fn a_postponed_fact_holds_back_its_stream_alone(
    fixture: &Fixture,
) -> Result<(), Violation> {
    const PROMISE: &str = "a postponed fact holds back its stream and no other";
    let (outbox, env) = (fixture.outbox.as_ref(), &fixture.env);
    let (one, other) = (tenant(1), tenant(2));
    commit(fixture, PROMISE, &[one, one, other]).await?;
    let now = env.now();
    let first = due(outbox, env, PROMISE).await?.into_iter().find(|entry| of(entry, one));
    let Some(first) = first else {
        return Err(Violation::new(PROMISE, "a committed fact is not due"));
    };
    let until = now + TimeDelta::seconds(10);
    settle(outbox, PROMISE, &first, Settled::RetryAt(until)).await?;
    let found = due(outbox, env, PROMISE).await?;
    let ahead = found.iter().any(|entry| of(entry, one));
    ensure(PROMISE, !ahead, "a fact behind a postponed one is due")?;
    let beside = found.iter().filter(|entry| of(entry, other)).count();
    ensure(PROMISE, beside == 1, "another stream waits as well")?;
    let found = kept(PROMISE, outbox.due(until, 100).await)?;
    let attempts: Vec<_> = found
        .iter()
        .filter(|entry| of(entry, one))
        .map(|entry| (entry.position, entry.attempts))
        .collect();
    ensure(PROMISE, attempts == [(1, 1), (2, 0)], format!("positions and attempts {attempts:?}"))
}

/// Settling an entry that was delivered, or that never was, changes nothing.
///
/// # Errors
/// When it fails, or another entry is touched.
pub async fn settling_what_is_gone_changes_nothing(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "settling what is gone changes nothing";
    let (outbox, env) = (fixture.outbox.as_ref(), &fixture.env);
    commit(fixture, PROMISE, &[tenant(1), tenant(1)]).await?;
    let found = due(outbox, env, PROMISE).await?;
    let [first, second] = &found[..] else {
        return Err(Violation::new(PROMISE, format!("{} facts are due", found.len())));
    };
    settle(outbox, PROMISE, first, Settled::Delivered).await?;
    let later = env.now() + TimeDelta::hours(1);
    for settled in [Settled::Delivered, Settled::RetryAt(later)] {
        settle(outbox, PROMISE, first, settled).await?;
        let never = OutboxEntry { position: 99, ..second.clone() };
        settle(outbox, PROMISE, &never, settled).await?;
        let left = due(outbox, env, PROMISE).await?;
        ensure(PROMISE, left == [second.clone()], format!("{} are due", left.len()))?;
    }
    Ok(())
}

/// Not more than the limit are answered, and taking them off one page after the other comes to an
/// end with each delivered once, in order within its stream.
///
/// # Errors
/// When more are answered, one is missing or comes twice.
pub async fn a_limit_is_kept_and_nothing_starves(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "a limit is kept and no fact starves";
    let (outbox, env) = (fixture.outbox.as_ref(), &fixture.env);
    let tenants: Vec<_> = (0..30).map(|n| tenant(1 + n % 3)).collect();
    commit(fixture, PROMISE, &tenants).await?;
    let mut seen: BTreeMap<Stream, Vec<i64>> = BTreeMap::new();
    for _ in 0..10 {
        let page = kept(PROMISE, outbox.due(env.now(), 4).await)?;
        ensure(PROMISE, page.len() <= 4, format!("{} instead of 4", page.len()))?;
        for entry in page {
            settle(outbox, PROMISE, &entry, Settled::Delivered).await?;
            seen.entry(entry.stream).or_default().push(entry.position);
        }
    }
    let wanted: Vec<i64> = (1..=10).collect();
    let whole = seen.len() == 3 && seen.values().all(|positions| *positions == wanted);
    ensure(PROMISE, whole, format!("{seen:?}"))
}

/// Eight relays under one lease deliver the facts of four streams, each of which fails once on the
/// way: every fact is heard, in the order of its stream, and acted on once.
///
/// # Errors
/// When a fact is missing, comes twice or out of order.
pub fn several_relays_deliver_in_order_and_once<H: Harness>(harness: &H) -> Result<(), Violation>
where
    H::Store: RecordStore + Outbox + Leases,
{
    const PROMISE: &str = "several relays deliver each fact once, in the order of its stream";
    const STREAMS: u128 = 4;
    let fixture = fixture(harness);
    let (listener, count) = (Arc::new(Listener::default()), usize::try_from(STREAMS).unwrap_or(4));
    let mut sent: BTreeMap<Stream, Vec<FactId>> = BTreeMap::new();
    for _ in 0..10 {
        let tenants: Vec<_> = (1..=STREAMS).map(tenant).collect();
        for entry in harness.block_on(commit(&fixture, PROMISE, &tenants))? {
            sent.entry(entry.fact.stream()).or_default().push(entry.id);
        }
    }
    let relays: Vec<Jobs> = (0..8)
        .map(|_| {
            let subscribers: Vec<Arc<dyn Subscriber>> = vec![Arc::<Listener>::clone(&listener)];
            let clock = Arc::clone(&fixture.env.clock);
            let relay = Relay::new(Arc::clone(&fixture.outbox), subscribers, clock);
            Jobs::new(
                vec![Arc::new(relay)],
                harness.store(),
                Arc::clone(&fixture.env.clock),
                Arc::clone(&fixture.env.timer),
            )
        })
        .collect();
    for _ in 0..40 {
        let reports = together(relays.len(), |number| match relays.get(number) {
            Some(relay) => kept(PROMISE, harness.block_on(relay.run_due(7))).map(drop),
            None => Ok(()),
        });
        reports.into_iter().collect::<Result<(), _>>()?;
        if listener.heard().values().map(Vec::len).sum::<usize>() >= count * 10 {
            break;
        }
        // What failed is tried again after a second, and the job is due a second after its run.
        harness.pass(Duration::from_secs(1));
    }
    let left = harness.block_on(due(fixture.outbox.as_ref(), &fixture.env, PROMISE))?;
    ensure(PROMISE, left.is_empty(), format!("{} are left", left.len()))?;
    let heard = listener.heard();
    let counts: Vec<usize> = heard.values().map(Vec::len).collect();
    ensure(
        PROMISE,
        heard == sent,
        format!("deliveries of each stream, or out of order: {counts:?}"),
    )
}

/// Writes down what it acts on; fails once in each stream.
#[derive(Debug, Default)]
struct Listener {
    heard: Mutex<BTreeMap<Stream, Vec<FactId>>>,
    failed: Mutex<BTreeMap<Stream, FactId>>,
}

impl Listener {
    fn heard(&self) -> BTreeMap<Stream, Vec<FactId>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether this is the first failure of the stream, in the middle of it.
    fn fails(&self, fact: &FactEntry, heard: usize) -> bool {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        heard == 4 && failed.insert(fact.fact.stream(), fact.id).is_none()
    }
}

#[async_trait]
impl Subscriber for Listener {
    fn name(&self) -> &'static str {
        "conformance"
    }

    async fn receive(&self, fact: &FactEntry) -> Result<(), SubscriberError> {
        // Gives another relay, which should not be there, the time to do the same.
        std::thread::yield_now();
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let heard = heard.entry(fact.fact.stream()).or_default();
        if self.fails(fact, heard.len()) {
            return Err(SubscriberError::new("conformance", "once in each stream"));
        }
        heard.push(fact.id);
        Ok(())
    }
}

fn tenant(number: u128) -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(number))
}

fn of(entry: &OutboxEntry, tenant: TenantId) -> bool {
    entry.stream == Stream::Tenant(tenant)
}

/// Commits a fact for each tenant, in this order.
async fn commit(
    fixture: &Fixture,
    promise: &'static str,
    tenants: &[TenantId],
) -> Result<Vec<FactEntry>, Violation> {
    let mut commit: Commit<RecordWrite> = kept(promise, fixture.env.commit())?;
    for &tenant in tenants {
        commit.facts.push(kept(promise, fixture.env.fact(Fact::TenantSuspended { tenant }))?);
    }
    let facts = commit.facts.clone();
    kept(promise, fixture.store.commit(commit).await)?;
    Ok(facts)
}

async fn due(
    outbox: &dyn Outbox,
    env: &Env,
    promise: &'static str,
) -> Result<Vec<OutboxEntry>, Violation> {
    kept(promise, outbox.due(env.now(), 1_000).await)
}

async fn settle(
    outbox: &dyn Outbox,
    promise: &'static str,
    entry: &OutboxEntry,
    settled: Settled,
) -> Result<(), Violation> {
    let settlement = Settlement { stream: entry.stream, position: entry.position, settled };
    kept(promise, outbox.settle(&[settlement]).await)
}
