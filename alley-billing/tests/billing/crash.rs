//! The process dies at any commit; the next one goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use alley_billing::{BillingStore, CheckoutOutcome, Error, SyncMode};
use alley_core::conformance::{Hook, Hooked};
use alley_core::{
    Commit, Fact, LegState, MemoryStore, RecordStore, RecordWrite, StoreError, StoreErrorKind,
};
use async_trait::async_trait;
use pollster::block_on;

use crate::support::{World, billing_over, monthly, order, owner, tenant};

/// Dies once, at the commit with this number: before it is applied, or after.
#[derive(Debug)]
struct Dying {
    left: AtomicU32,
    applied: bool,
}

impl Dying {
    fn dies(&self) -> bool {
        self.left.fetch_sub(1, Ordering::SeqCst) == 1
    }
}

#[async_trait]
impl Hook for Dying {
    async fn before_commit(&self, _: &mut Commit<RecordWrite>) -> Result<(), StoreError> {
        if !self.applied && self.dies() { Err(StoreErrorKind::Unavailable.into()) } else { Ok(()) }
    }

    async fn after_commit(&self) -> Result<(), StoreError> {
        if self.applied && self.dies() { Err(StoreErrorKind::Unavailable.into()) } else { Ok(()) }
    }
}

/// From the first wish to the erasure, each step repeated once if it fails.
fn life(world: &World, dying: Arc<Hooked<MemoryStore, Dying>>) {
    let billing = billing_over(world, dying);
    let twice = |step: &dyn Fn() -> bool| assert!(step() || step());
    twice(&|| block_on(billing.start_checkout(&owner(), &monthly())).is_ok());
    let page = match block_on(billing.start_checkout(&owner(), &monthly())) {
        Ok(CheckoutOutcome::Redirect(page)) => page,
        _ => world.open_checkout(),
    };
    let events = world.stripe.complete_checkout(page.session.as_str()).unwrap();
    for event in &events {
        let receive = || {
            let reply = billing.receive(event.headers(), event.body().clone());
            block_on(reply).status.is_success()
        };
        twice(&receive);
    }
    let jobs = billing.jobs();
    let inbox = jobs.iter().find(|job| job.name() == "billing-inbox").unwrap();
    let work = || block_on(inbox.run_once(100)).is_ok_and(|report| report.failures.is_empty());
    twice(&work);
    world.clock.advance(chrono::TimeDelta::minutes(2));
    assert!(work());
    assert!(world.granted());
    let fact = world.env.fact(Fact::TenantClosed { tenant: tenant() }).unwrap();
    twice(&|| block_on(billing.subscriber().receive(&fact)).is_ok());
    twice(&|| {
        let report = block_on(billing.remote_leg().advance(tenant()));
        report.is_ok_and(|report| report.state == LegState::Done)
    });
}

#[test]
fn death_at_any_commit_doubles_and_loses_nothing() {
    let mut survived = 0;
    for applied in [false, true] {
        for number in 1..30 {
            let world = World::new();
            let left = AtomicU32::new(number);
            let dying = Arc::new(Hooked::new(world.store.clone(), Dying { left, applied }));
            life(&world, dying.clone());
            let (customer, subscriptions, _) = world.projection();
            let label = format!("commit {number}, applied {applied}");
            assert!(customer.unwrap().remote_deleted_at.is_some(), "{label}");
            assert_eq!(subscriptions.len(), 1, "{label}");
            assert!(subscriptions[0].standing().is_terminal(), "{label}");
            assert_eq!((world.granted(), world.endings()), (false, 1), "{label}");
            assert_eq!(world.open_sessions(), 0, "{label}");
            // A store that was never asked so often did not die: every commit was tried.
            let left = dying.hook().left.load(Ordering::SeqCst);
            if left > 0 && left < 100 {
                survived += 1;
            }
        }
    }
    assert!(survived > 0);
}

/// Lets something happen just before the commit with this number.
struct Between<F> {
    left: AtomicU32,
    happens: F,
}

impl<F> std::fmt::Debug for Between<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Between")
    }
}

#[async_trait]
impl<F: Fn() + Send + Sync + 'static> Hook for Between<F> {
    async fn before_commit(&self, _: &mut Commit<RecordWrite>) -> Result<(), StoreError> {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            (self.happens)();
        }
        Ok(())
    }
}

fn between(
    world: &Arc<World>,
    number: u32,
    happens: impl Fn(&World) + Send + Sync + 'static,
) -> Arc<impl RecordStore> {
    let (store, inside) = (world.store.clone(), world.clone());
    let left = AtomicU32::new(number);
    Arc::new(Hooked::new(store, Between { left, happens: move || happens(&inside) }))
}

#[test]
fn another_wish_at_any_commit_leaves_one_session_to_pay_on() {
    for number in 1..=6 {
        let world = Arc::new(World::new());
        let yearly = |world: &World| {
            let wish = order("price_1AlleyFxPro0y");
            let _outcome = block_on(world.billing.start_checkout(&owner(), &wish)).unwrap();
        };
        let billing = billing_over(&world, between(&world, number, yearly));
        let outcome = block_on(billing.start_checkout(&owner(), &monthly())).unwrap();
        assert!(matches!(outcome, CheckoutOutcome::Redirect(_)), "{number}");
        assert_eq!(world.open_sessions(), 1, "{number}");
    }
}

#[test]
fn a_tenant_closed_at_any_commit_of_a_checkout_keeps_none_open() {
    for number in 1..=5 {
        let world = Arc::new(World::new());
        let close = |world: &World| {
            let fact = world.env.fact(Fact::TenantClosed { tenant: tenant() }).unwrap();
            block_on(world.billing.subscriber().receive(&fact)).unwrap();
        };
        let billing = billing_over(&world, between(&world, number, close));
        let outcome = block_on(billing.start_checkout(&owner(), &monthly()));
        assert!(matches!(outcome, Err(Error::Closing)), "{number}: {outcome:?}");
        let pending = block_on(BillingStore::checkout(&*world.store, tenant())).unwrap();
        assert!(pending.is_none(), "{number}");
        assert_eq!(world.open_sessions(), 0, "{number}");
    }
}

#[test]
fn parallel_wishes_leave_one_session_to_pay_on() {
    let world = World::with(SyncMode::Refetch);
    block_on(world.billing.ensure_customer(&owner())).unwrap();
    let prices = ["price_1AlleyFxPro0m", "price_1AlleyFxPro0y"];
    std::thread::scope(|scope| {
        for number in 0..6 {
            let (world, price) = (&world, prices[number % 2]);
            // Some may give up as contended; none may leave a second session behind.
            scope.spawn(move || block_on(world.billing.start_checkout(&owner(), &order(price))));
        }
    });
    assert!(world.open_sessions() <= 1, "{}", world.open_sessions());
}
