//! The promises of [`Leases`].

use std::sync::Arc;

use chrono::TimeDelta;

use super::{CALLERS, Harness, Violation, ensure, kept, together};
use crate::env::Env;
use crate::job::{Acquired, Jobs, Lease, Leases};

/// One test for each promise of [`Leases`]: `leases_conformance!(harness)`. The store's leases run
/// out when the [`Harness`] lets time pass, by whichever clock.
#[macro_export]
macro_rules! leases_conformance {
    ($make:expr) => {
        $crate::leases_conformance! { @to conformance_tests, $make }
    };
    (@to $then:ident, $make:expr) => {
        $crate::$then! {
            $make, [$crate::conformance::leases],
            one: [
                a_name_is_held_by_one_caller,
                a_name_is_due_when_it_was_said_to_be,
                a_lease_that_was_given_back_is_lost,
            ]
            many: [
                a_lease_that_ran_out_is_granted_anew,
                a_renewed_lease_does_not_run_out,
                a_lease_that_nobody_took_can_still_be_renewed,
                one_of_many_callers_is_granted,
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
    H::Store: Leases,
{
    crate::leases_conformance! { @to conformance_suite, make }
}

/// The port on a fresh store.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by whoever runs the suite")]
pub struct Fixture {
    /// The port; empty.
    pub store: Arc<dyn Leases>,
    /// Clock of the suite.
    pub env: Env,
}

/// The leases of a harness.
pub fn fixture<H: Harness>(harness: &H) -> Fixture
where
    H::Store: Leases,
{
    Fixture { store: harness.store(), env: harness.env().clone() }
}

/// A name that was granted is held; another name is not.
///
/// # Errors
/// When it is granted twice, or not at all.
pub async fn a_name_is_held_by_one_caller(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "a name is held by one caller at a time";
    granted(fixture, PROMISE, NAME).await?;
    held(fixture, PROMISE).await?;
    granted(fixture, PROMISE, "another").await.map(drop)
}

/// A name that was given back is granted from the instant on that was said, which is the caller's.
///
/// # Errors
/// When it is granted earlier or refused later.
pub async fn a_name_is_due_when_it_was_said_to_be(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "a name is due when it was said to be";
    let lease = granted(fixture, PROMISE, NAME).await?;
    let now = fixture.env.now();
    let due = now + TimeDelta::seconds(30);
    kept(PROMISE, fixture.store.release(lease, due).await)?;
    let early = kept(PROMISE, fixture.store.acquire(NAME, Jobs::LEASE, now).await)?;
    ensure(PROMISE, early == Acquired::NotDue(due), format!("before it was due: {early:?}"))?;
    let then = kept(PROMISE, fixture.store.acquire(NAME, Jobs::LEASE, due).await)?;
    ensure(PROMISE, matches!(then, Acquired::Lease(_)), format!("when it was due: {then:?}"))
}

/// A lease that was given back cannot be renewed, and giving it back again changes nothing.
///
/// # Errors
/// When it can.
pub async fn a_lease_that_was_given_back_is_lost(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "a lease that was given back is lost";
    let now = fixture.env.now();
    let first = granted(fixture, PROMISE, NAME).await?;
    kept(PROMISE, fixture.store.release(first.clone(), now).await)?;
    let renewed = kept(PROMISE, fixture.store.renew(&first, Jobs::LEASE, now).await)?;
    ensure(PROMISE, !renewed, "it was renewed")?;
    let second = granted(fixture, PROMISE, NAME).await?;
    ensure(PROMISE, second.fencing > first.fencing, "the fencing number did not rise")?;
    let renewed = kept(PROMISE, fixture.store.renew(&first, Jobs::LEASE, now).await)?;
    ensure(PROMISE, !renewed, "it was renewed although another caller has the name")?;
    kept(PROMISE, fixture.store.release(first, now).await)?;
    held(fixture, PROMISE).await?;
    let renewed = kept(PROMISE, fixture.store.renew(&second, Jobs::LEASE, now).await)?;
    ensure(PROMISE, renewed, "the lease of the other caller was lost with it")
}

/// A lease that ran out is granted to the next caller, with a higher number; whoever had it before can
/// neither renew nor release it.
///
/// # Errors
/// When it is refused, or the caller before still has it.
pub fn a_lease_that_ran_out_is_granted_anew<H: Harness>(harness: &H) -> Result<(), Violation>
where
    H::Store: Leases,
{
    const PROMISE: &str = "a lease that ran out is granted anew, and lost to its holder";
    let (fixture, ttl) = (fixture(harness), harness.moment());
    let acquire = || harness.block_on(fixture.store.acquire(NAME, ttl, fixture.env.now()));
    let Acquired::Lease(first) = kept(PROMISE, acquire())? else {
        return Err(Violation::new(PROMISE, "a fresh name was not granted"));
    };
    let again = kept(PROMISE, acquire())?;
    ensure(PROMISE, matches!(again, Acquired::Held(_)), format!("at once: {again:?}"))?;
    harness.pass(ttl + ttl / 10);
    let granted = harness.block_on(granted(&fixture, PROMISE, NAME))?;
    ensure(PROMISE, granted.fencing > first.fencing, "the fencing number did not rise")?;
    let now = fixture.env.now();
    let renewed = kept(PROMISE, harness.block_on(fixture.store.renew(&first, ttl, now)))?;
    ensure(PROMISE, !renewed, "whoever lost it could renew it")?;
    kept(PROMISE, harness.block_on(fixture.store.release(first, now)))?;
    harness.block_on(held(&fixture, PROMISE))
}

/// A lease that is renewed in time is held beyond its first end.
///
/// # Errors
/// When it is granted to somebody else.
pub fn a_renewed_lease_does_not_run_out<H: Harness>(harness: &H) -> Result<(), Violation>
where
    H::Store: Leases,
{
    const PROMISE: &str = "a renewed lease does not run out";
    let (fixture, ttl) = (fixture(harness), harness.moment());
    let first =
        kept(PROMISE, harness.block_on(fixture.store.acquire(NAME, ttl, fixture.env.now())))?;
    let Acquired::Lease(lease) = first else {
        return Err(Violation::new(PROMISE, "a fresh name was not granted"));
    };
    harness.pass(ttl / 2);
    // Long, so that a slow machine does not let it run out before it is looked at.
    let renewed = harness.block_on(fixture.store.renew(&lease, Jobs::LEASE, fixture.env.now()));
    ensure(PROMISE, kept(PROMISE, renewed)?, "it could not be renewed")?;
    harness.pass(ttl);
    harness.block_on(held(&fixture, PROMISE))
}

/// A lease that ran out and that nobody took is still its holder's.
///
/// # Errors
/// When it cannot be renewed.
pub fn a_lease_that_nobody_took_can_still_be_renewed<H: Harness>(
    harness: &H,
) -> Result<(), Violation>
where
    H::Store: Leases,
{
    const PROMISE: &str = "a lease that nobody took can still be renewed";
    let (fixture, ttl) = (fixture(harness), harness.moment());
    let first = harness.block_on(fixture.store.acquire(NAME, ttl, fixture.env.now()));
    let Acquired::Lease(lease) = kept(PROMISE, first)? else {
        return Err(Violation::new(PROMISE, "a fresh name was not granted"));
    };
    harness.pass(ttl + ttl / 10);
    let renewed = harness.block_on(fixture.store.renew(&lease, Jobs::LEASE, fixture.env.now()));
    ensure(PROMISE, kept(PROMISE, renewed)?, "it could not be renewed")?;
    harness.block_on(held(&fixture, PROMISE))
}

/// Of 64 callers that ask for one name at once, one is granted it. In as many rounds as the harness
/// says.
///
/// # Errors
/// When two are granted it, or none.
pub fn one_of_many_callers_is_granted<H: Harness>(harness: &H) -> Result<(), Violation>
where
    H::Store: Leases,
{
    const PROMISE: &str = "of many callers one is granted a name";
    let fixture = fixture(harness);
    for round in 0..harness.rounds() {
        let name = format!("round {round}");
        let answers = together(CALLERS, |_| {
            let now = fixture.env.now();
            kept(PROMISE, harness.block_on(fixture.store.acquire(&name, Jobs::LEASE, now)))
        });
        let answers: Vec<Acquired> = answers.into_iter().collect::<Result<_, _>>()?;
        let granted = answers.iter().filter(|answer| matches!(answer, Acquired::Lease(_))).count();
        ensure(PROMISE, granted == 1, format!("{granted} of them were granted it"))?;
    }
    Ok(())
}

async fn granted(fixture: &Fixture, promise: &'static str, name: &str) -> Result<Lease, Violation> {
    let answer = fixture.store.acquire(name, Jobs::LEASE, fixture.env.now()).await;
    match kept(promise, answer)? {
        Acquired::Lease(lease) => Ok(lease),
        other => Err(Violation::new(promise, format!("a free name was answered with {other:?}"))),
    }
}

async fn held(fixture: &Fixture, promise: &'static str) -> Result<(), Violation> {
    let answer = fixture.store.acquire(NAME, Jobs::LEASE, fixture.env.now()).await;
    let answer = kept(promise, answer)?;
    ensure(promise, matches!(answer, Acquired::Held(_)), format!("it is not held: {answer:?}"))
}

const NAME: &str = "sweep";
