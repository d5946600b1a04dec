//! The promises of [`Limiter`].

use std::sync::Arc;

use chrono::TimeDelta;

use super::{CALLERS, Harness, Violation, ensure, kept, together};
use crate::rate_limit::{Decision, Limit, Limiter};
use crate::value::Digest32;

/// One test for each promise of [`Limiter`]: `limiter_conformance!(harness)`. The limiter counts by the
/// clock that the [`Harness`] lets pass.
#[macro_export]
macro_rules! limiter_conformance {
    ($make:expr) => {
        $crate::limiter_conformance! { @to conformance_tests, $make }
    };
    (@to $then:ident, $make:expr) => {
        $crate::$then! {
            $make, [$crate::conformance::limiter],
            one: [
                a_burst_is_allowed_and_no_more,
                keys_do_not_share_an_allowance,
                what_is_denied_is_not_counted,
            ]
            many: [
                an_allowance_comes_back,
                of_many_callers_a_burst_is_allowed,
            ]
            reopening: []
        }
    };
}

/// Checks every promise, each on a fresh limiter that `make` gives.
///
/// # Errors
/// The first promise that the limiter breaks.
pub fn suite<H: Harness>(make: impl Fn() -> H) -> Result<(), Violation>
where
    H::Store: Limiter,
{
    crate::limiter_conformance! { @to conformance_suite, make }
}

/// The port, with nothing counted.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by whoever runs the suite")]
pub struct Fixture {
    /// The port.
    pub limiter: Arc<dyn Limiter>,
}

/// The limiter of a harness.
pub fn fixture<H: Harness>(harness: &H) -> Fixture
where
    H::Store: Limiter,
{
    Fixture { limiter: harness.store() }
}

/// From rest as many are allowed at once as the limit says; the next is told to wait, no longer than
/// the limit's period.
///
/// # Errors
/// When more or fewer are allowed.
pub async fn a_burst_is_allowed_and_no_more(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "a burst is allowed, and no more";
    let limit = limit(PROMISE, 5, TimeDelta::hours(1))?;
    for left in (0..5).rev() {
        let decision = kept(PROMISE, fixture.limiter.take(&key(1), &limit, 1).await)?;
        let wanted = Decision::Allowed { remaining: left };
        ensure(PROMISE, decision == wanted, format!("{decision:?}, not {wanted:?}"))?;
    }
    let decision = kept(PROMISE, fixture.limiter.take(&key(1), &limit, 1).await)?;
    let Decision::Denied { retry_after } = decision else {
        return Err(Violation::new(PROMISE, format!("the sixth of five: {decision:?}")));
    };
    let sane = retry_after > TimeDelta::zero() && retry_after <= limit.period();
    ensure(PROMISE, sane, format!("a wait of {retry_after}"))
}

/// What is counted for one key takes nothing from another.
///
/// # Errors
/// When it does.
pub async fn keys_do_not_share_an_allowance(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "keys do not share an allowance";
    let limit = limit(PROMISE, 1, TimeDelta::hours(1))?;
    for (number, wanted) in [(1, true), (2, true), (1, false), (2, false), (3, true)] {
        let allowed = is_allowed(fixture, PROMISE, number, &limit, 1).await?;
        ensure(PROMISE, allowed == wanted, format!("key {number}: allowed {allowed}"))?;
    }
    Ok(())
}

/// A call that is denied leaves what others may still take, and one beyond the burst is always denied.
///
/// # Errors
/// When it takes something.
pub async fn what_is_denied_is_not_counted(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "what is denied is not counted";
    let limit = limit(PROMISE, 3, TimeDelta::hours(1))?;
    for (cost, wanted) in
        [(4, false), (2, true), (2, false), (u32::MAX, false), (1, true), (1, false)]
    {
        let allowed = is_allowed(fixture, PROMISE, 1, &limit, cost).await?;
        ensure(PROMISE, allowed == wanted, format!("a cost of {cost}: allowed {allowed}"))?;
    }
    Ok(())
}

/// After the wait that a denial names, the same is allowed.
///
/// # Errors
/// When it is not, or was already before.
pub fn an_allowance_comes_back<H: Harness>(harness: &H) -> Result<(), Violation>
where
    H::Store: Limiter,
{
    const PROMISE: &str = "an allowance comes back after the wait that was named";
    let fixture = fixture(harness);
    let interval = TimeDelta::from_std(harness.moment()).unwrap_or(TimeDelta::minutes(1));
    let limit = kept(PROMISE, Limit::new(2, interval))?;
    let take = || kept(PROMISE, harness.block_on(fixture.limiter.take(&key(1), &limit, 2)));
    let first = take()?;
    ensure(PROMISE, matches!(first, Decision::Allowed { .. }), format!("from rest: {first:?}"))?;
    let Decision::Denied { retry_after } = take()? else {
        return Err(Violation::new(PROMISE, "it was allowed at once"));
    };
    harness.pass(kept(PROMISE, retry_after.to_std())?);
    let again = take()?;
    ensure(PROMISE, matches!(again, Decision::Allowed { .. }), format!("afterwards: {again:?}"))
}

/// Of 64 callers at once exactly a burst is allowed. In as many rounds as the harness says.
///
/// # Errors
/// When more or fewer are.
pub fn of_many_callers_a_burst_is_allowed<H: Harness>(harness: &H) -> Result<(), Violation>
where
    H::Store: Limiter,
{
    const PROMISE: &str = "of many callers a burst is allowed";
    let fixture = fixture(harness);
    let limit = limit(PROMISE, 5, TimeDelta::hours(1))?;
    for round in 0..harness.rounds() {
        let answers = together(CALLERS, |_| {
            kept(PROMISE, harness.block_on(fixture.limiter.take(&key(round), &limit, 1)))
        });
        let answers: Vec<Decision> = answers.into_iter().collect::<Result<_, _>>()?;
        let is_allowed = |answer: &&Decision| matches!(answer, Decision::Allowed { .. });
        let allowed = answers.iter().filter(is_allowed).count();
        ensure(PROMISE, allowed == 5, format!("{allowed} of them were allowed"))?;
    }
    Ok(())
}

async fn is_allowed(
    fixture: &Fixture,
    promise: &'static str,
    number: u32,
    limit: &Limit,
    cost: u32,
) -> Result<bool, Violation> {
    let decision = kept(promise, fixture.limiter.take(&key(number), limit, cost).await)?;
    Ok(matches!(decision, Decision::Allowed { .. }))
}

fn limit(promise: &'static str, count: u32, period: TimeDelta) -> Result<Limit, Violation> {
    kept(promise, Limit::per(count, period))
}

fn key(number: u32) -> Digest32 {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(number.to_be_bytes()).for_each(|(to, from)| *to = from);
    Digest32::new(bytes)
}
