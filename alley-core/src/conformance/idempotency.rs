//! The promises of [`Idempotency`].

use std::sync::Arc;
use std::time::Duration;

use super::{CALLERS, Harness, Violation, ensure, kept, together};
use crate::env::Env;
use crate::idempotency::{Begun, Idempotency, MAX_RESULT_BYTES, RequestKey, Terms, Ticket};
use crate::ids::TenantId;
use crate::seal::Sealed;
use crate::value::Digest32;

/// One test for each promise of [`Idempotency`]: `idempotency_conformance!(harness)`. Leases run out
/// when the [`Harness`] lets time pass, by whichever clock.
#[macro_export]
macro_rules! idempotency_conformance {
    ($make:expr) => {
        $crate::idempotency_conformance! { @to conformance_tests, $make }
    };
    (@to $then:ident, $make:expr) => {
        $crate::$then! {
            $make, [$crate::conformance::idempotency],
            one: [
                a_second_caller_waits_and_gets_the_result,
                another_fingerprint_is_a_mismatch,
                a_request_that_was_given_up_begins_anew,
                keys_are_kept_apart_by_tenant,
                a_second_finish_keeps_the_first_result,
                results_up_to_the_longest_are_kept,
            ]
            many: [
                a_lease_that_ran_out_is_taken_over,
                a_result_is_forgotten_when_its_time_is_over,
                one_of_many_callers_begins,
            ]
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
    H::Store: Idempotency,
{
    crate::idempotency_conformance! { @to conformance_suite, make }
}

/// The port on a fresh store.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by whoever runs the suite")]
pub struct Fixture {
    /// The port; empty.
    pub store: Arc<dyn Idempotency>,
    /// Clock of the suite.
    pub env: Env,
}

/// The port of a harness.
pub fn fixture<H: Harness>(harness: &H) -> Fixture
where
    H::Store: Idempotency,
{
    Fixture { store: harness.store(), env: harness.env().clone() }
}

impl Fixture {
    async fn begin(
        &self,
        promise: &'static str,
        key: &RequestKey,
        fingerprint: u8,
        terms: &Terms,
    ) -> Result<Begun, Violation> {
        let fingerprint = Digest32::new([fingerprint; 32]);
        kept(promise, self.store.begin(key, &fingerprint, terms, self.env.now()).await)
    }

    /// Begins a request that nobody does.
    async fn fresh(
        &self,
        promise: &'static str,
        key: &RequestKey,
        fingerprint: u8,
        terms: &Terms,
    ) -> Result<Ticket, Violation> {
        match self.begin(promise, key, fingerprint, terms).await? {
            Begun::Fresh(ticket) => Ok(ticket),
            other => Err(Violation::new(promise, format!("instead of a ticket: {other:?}"))),
        }
    }

    async fn finish(
        &self,
        promise: &'static str,
        ticket: &Ticket,
        result: &Sealed,
    ) -> Result<bool, Violation> {
        kept(promise, self.store.finish(ticket, result, self.env.now()).await)
    }
}

/// While one caller works the others are told so; when it finished they get its result.
///
/// # Errors
/// When another is told to work, or gets another result.
pub async fn a_second_caller_waits_and_gets_the_result(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "a second caller waits, and then gets the result";
    let terms = Terms::default();
    let ticket = fixture.fresh(PROMISE, &key(1), 1, &terms).await?;
    let until = fixture.env.now();
    let second = fixture.begin(PROMISE, &key(1), 1, &terms).await?;
    let waits = matches!(second, Begun::InProgress(end) if end > until);
    ensure(PROMISE, waits, format!("while the first works: {second:?}"))?;
    let finished = fixture.finish(PROMISE, &ticket, &result(1)).await?;
    ensure(PROMISE, finished, "the result was refused")?;
    let second = fixture.begin(PROMISE, &key(1), 1, &terms).await?;
    ensure(PROMISE, second == Begun::Done(result(1)), format!("afterwards: {second:?}"))
}

/// A key that was used for another request is refused, while that one is done and afterwards.
///
/// # Errors
/// When the second request begins or gets the result of the first.
pub async fn another_fingerprint_is_a_mismatch(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "a key with another fingerprint is a mismatch";
    let terms = Terms::default();
    let ticket = fixture.fresh(PROMISE, &key(1), 1, &terms).await?;
    let other = fixture.begin(PROMISE, &key(1), 2, &terms).await?;
    ensure(PROMISE, other == Begun::Mismatch, format!("while it is done: {other:?}"))?;
    fixture.finish(PROMISE, &ticket, &result(1)).await?;
    let other = fixture.begin(PROMISE, &key(1), 2, &terms).await?;
    ensure(PROMISE, other == Begun::Mismatch, format!("afterwards: {other:?}"))
}

/// A request that was given up begins at once for the next caller, with a higher number and
/// whichever fingerprint; whoever gave it up cannot finish it, nor give it up for the next.
///
/// # Errors
/// When the next caller waits, or loses it.
pub async fn a_request_that_was_given_up_begins_anew(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "a request that was given up begins anew";
    let terms = Terms::default();
    let first = fixture.fresh(PROMISE, &key(1), 1, &terms).await?;
    kept(PROMISE, fixture.store.abandon(&first).await)?;
    let late = fixture.finish(PROMISE, &first, &result(1)).await?;
    ensure(PROMISE, !late, "it could be finished")?;
    let second = fixture.fresh(PROMISE, &key(1), 2, &terms).await?;
    ensure(PROMISE, second.fencing > first.fencing, "the number did not rise")?;
    kept(PROMISE, fixture.store.abandon(&first).await)?;
    let late = fixture.finish(PROMISE, &first, &result(1)).await?;
    ensure(PROMISE, !late, "whoever gave it up finished it for another caller")?;
    let finished = fixture.finish(PROMISE, &second, &result(2)).await?;
    ensure(PROMISE, finished, "it was given up for another caller")?;
    kept(PROMISE, fixture.store.abandon(&second).await)?;
    let again = fixture.begin(PROMISE, &key(1), 2, &terms).await?;
    ensure(PROMISE, again == Begun::Done(result(2)), format!("a result was given up: {again:?}"))
}

/// Equal keys of two tenants, and of no tenant, are different requests.
///
/// # Errors
/// When one is seen through another.
pub async fn keys_are_kept_apart_by_tenant(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "keys of one tenant are never seen through another";
    let terms = Terms::default();
    let of = |tenant| RequestKey::from_digest(tenant, Digest32::new([7; 32]));
    let tenant = |number| Some(TenantId::from_uuid(uuid::Uuid::from_u128(number)));
    let keys = [of(None), of(tenant(1)), of(tenant(2))];
    for (number, key) in (1..).zip(&keys) {
        let ticket = fixture.fresh(PROMISE, key, number, &terms).await?;
        fixture.finish(PROMISE, &ticket, &result(number)).await?;
    }
    for (number, key) in (1..).zip(&keys) {
        let again = fixture.begin(PROMISE, key, number, &terms).await?;
        ensure(PROMISE, again == Begun::Done(result(number)), format!("{again:?}"))?;
    }
    Ok(())
}

/// A second finish with the same ticket answers as the first and changes nothing.
///
/// # Errors
/// When it is refused, or its result replaces the first.
pub async fn a_second_finish_keeps_the_first_result(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "a second finish keeps the first result";
    let terms = Terms::default();
    let ticket = fixture.fresh(PROMISE, &key(1), 1, &terms).await?;
    for number in [1, 2] {
        let finished = fixture.finish(PROMISE, &ticket, &result(number)).await?;
        ensure(PROMISE, finished, format!("finish {number} was refused"))?;
    }
    let again = fixture.begin(PROMISE, &key(1), 1, &terms).await?;
    ensure(PROMISE, again == Begun::Done(result(1)), format!("{again:?}"))
}

/// The longest result is kept whole; one that is longer is refused, and the request goes on.
///
/// # Errors
/// When it is cut, or taken.
pub async fn results_up_to_the_longest_are_kept(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "results of up to 64 KiB are kept, and no longer ones";
    let terms = Terms::default();
    let ticket = fixture.fresh(PROMISE, &key(1), 1, &terms).await?;
    let longer = Sealed::from_bytes(vec![7; MAX_RESULT_BYTES + 1]);
    let refused = fixture.store.finish(&ticket, &longer, fixture.env.now()).await.is_err();
    ensure(PROMISE, refused, "a longer one was taken")?;
    let longest = Sealed::from_bytes(vec![7; MAX_RESULT_BYTES]);
    let finished = fixture.finish(PROMISE, &ticket, &longest).await?;
    ensure(PROMISE, finished, "the longest was refused")?;
    let again = fixture.begin(PROMISE, &key(1), 1, &terms).await?;
    ensure(PROMISE, again == Begun::Done(longest), "the longest reads back otherwise")
}

/// When the lease of whoever works ran out, the next caller takes over with a higher number, and what
/// the first one says comes too late.
///
/// # Errors
/// When nobody can take over, or the first one finishes after it.
pub fn a_lease_that_ran_out_is_taken_over<H: Harness>(harness: &H) -> Result<(), Violation>
where
    H::Store: Idempotency,
{
    const PROMISE: &str = "a request whose lease ran out is taken over, and lost to the first";
    let fixture = fixture(harness);
    let short = Terms::default().with_lease(harness.moment());
    let first = harness.block_on(fixture.fresh(PROMISE, &key(1), 1, &short))?;
    let early = harness.block_on(fixture.begin(PROMISE, &key(1), 1, &short))?;
    let waits = matches!(early, Begun::InProgress(_));
    ensure(PROMISE, waits, format!("before it ran out: {early:?}"))?;
    harness.pass(harness.moment() + harness.moment() / 10);
    let other = harness.block_on(fixture.begin(PROMISE, &key(1), 2, &short))?;
    ensure(PROMISE, other == Begun::Mismatch, format!("another request took over: {other:?}"))?;
    let long = Terms::default();
    let second = harness.block_on(fixture.fresh(PROMISE, &key(1), 1, &long))?;
    ensure(PROMISE, second.fencing > first.fencing, "the number did not rise")?;
    let late = harness.block_on(fixture.finish(PROMISE, &first, &result(1)))?;
    ensure(PROMISE, !late, "the first one finished although it was taken over")?;
    kept(PROMISE, harness.block_on(fixture.store.abandon(&first)))?;
    let finished = harness.block_on(fixture.finish(PROMISE, &second, &result(2)))?;
    ensure(PROMISE, finished, "whoever took over could not finish")?;
    let again = harness.block_on(fixture.begin(PROMISE, &key(1), 1, &long))?;
    ensure(PROMISE, again == Begun::Done(result(2)), format!("afterwards: {again:?}"))
}

/// A result is answered for as long as its ticket says; afterwards the key is new.
///
/// # Errors
/// When it is answered later.
pub fn a_result_is_forgotten_when_its_time_is_over<H: Harness>(harness: &H) -> Result<(), Violation>
where
    H::Store: Idempotency,
{
    const PROMISE: &str = "a result is forgotten when its time is over";
    let fixture = fixture(harness);
    let terms = Terms::default().with_keep(harness.moment());
    let ticket = harness.block_on(fixture.fresh(PROMISE, &key(1), 1, &terms))?;
    harness.block_on(fixture.finish(PROMISE, &ticket, &result(1)))?;
    let early = harness.block_on(fixture.begin(PROMISE, &key(1), 1, &terms))?;
    ensure(PROMISE, early == Begun::Done(result(1)), format!("at once: {early:?}"))?;
    harness.pass(harness.moment() + harness.moment() / 10);
    harness.block_on(fixture.fresh(PROMISE, &key(1), 2, &terms)).map(drop)
}

/// Of 64 callers that begin one request at once, one is told to work and the others to wait. In as
/// many rounds as the harness says.
///
/// # Errors
/// When two are told to work, or none.
pub fn one_of_many_callers_begins<H: Harness>(harness: &H) -> Result<(), Violation>
where
    H::Store: Idempotency,
{
    const PROMISE: &str = "of many callers one begins a request";
    let fixture = fixture(harness);
    let terms = Terms::default().with_lease(Duration::from_hours(1));
    for round in 0..harness.rounds() {
        let key = key(u8::try_from(round % 200).unwrap_or_default());
        let answers =
            together(CALLERS, |_| harness.block_on(fixture.begin(PROMISE, &key, 1, &terms)));
        let answers: Vec<Begun> = answers.into_iter().collect::<Result<_, _>>()?;
        let fresh = answers.iter().filter(|begun| matches!(begun, Begun::Fresh(_))).count();
        let waiting = answers.iter().filter(|begun| matches!(begun, Begun::InProgress(_))).count();
        let found = format!("{fresh} work and {waiting} wait");
        ensure(PROMISE, fresh == 1 && fresh + waiting == CALLERS, found)?;
    }
    Ok(())
}

fn key(number: u8) -> RequestKey {
    RequestKey::from_digest(None, Digest32::new([number; 32]))
}

fn result(number: u8) -> Sealed {
    Sealed::from_bytes(vec![number; 90])
}
