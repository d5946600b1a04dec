use alley_billing::{BillingStore, Error};
use alley_core::{Fact, LegState};
use alley_sandbox::{Fault, On};
use http::Method;
use pollster::block_on;

use crate::support::{World, monthly, owner, tenant};

fn close(world: &World) -> Result<(), alley_core::SubscriberError> {
    let fact = world.env.fact(Fact::TenantClosed { tenant: tenant() }).unwrap();
    block_on(world.billing.subscriber().receive(&fact))
}

fn erase(world: &World) -> Result<LegState, alley_core::JobError> {
    block_on(world.billing.remote_leg().advance(tenant())).map(|report| report.state)
}

fn status(world: &World, id: &str) -> String {
    world.stripe.object(id).unwrap()["status"].as_str().unwrap().to_owned()
}

#[test]
fn a_closed_tenant_has_its_subscription_canceled_and_can_buy_nothing() {
    let world = World::new();
    let (id, events) = world.subscribe();
    world.receive_all(&events);
    world.work_inbox();
    close(&world).unwrap();
    assert_eq!(status(&world, &id), "canceled");
    assert_eq!((world.granted(), world.endings()), (false, 1));
    let checkout = block_on(world.billing.start_checkout(&owner(), &monthly()));
    assert!(matches!(checkout, Err(Error::Closing)));
    close(&world).unwrap();
    assert_eq!(world.endings(), 1);
}

#[test]
fn closing_a_tenant_without_billing_leaves_nothing_to_do_and_no_way_back() {
    let world = World::new();
    close(&world).unwrap();
    assert_eq!(world.stripe.journal().total(), 0);
    assert!(matches!(block_on(world.billing.ensure_customer(&owner())), Err(Error::Closing)));
    assert_eq!(erase(&world).unwrap(), LegState::Done);
}

#[test]
fn an_open_session_is_ended_and_one_finished_too_late_is_canceled() {
    let world = World::new();
    let page = world.open_checkout();
    close(&world).unwrap();
    assert_eq!(status(&world, page.session.as_str()), "expired");
    assert!(block_on(world.store.checkout(tenant())).unwrap().is_none());

    let world = World::new();
    let page = world.open_checkout();
    // The customer pays while the closing is under way: the session cannot be ended any more.
    world.stripe.faults().arm(Fault::DropBefore, On::path("/v1/checkout").times(3));
    assert!(close(&world).is_err());
    let events = world.stripe.complete_checkout(page.session.as_str()).unwrap();
    world.receive_all(&events);
    world.work_inbox();
    let session = world.stripe.object(page.session.as_str()).unwrap();
    assert_eq!(status(&world, session["subscription"].as_str().unwrap()), "canceled");
    close(&world).unwrap();
    assert!(!world.granted());
}

#[test]
fn closing_that_breaks_at_any_call_ends_the_same_when_repeated() {
    for fault in [Fault::DropBefore, Fault::DropAfter] {
        for nth in 1..=8 {
            let world = World::new();
            let (id, events) = world.subscribe();
            world.receive_all(&events);
            world.work_inbox();
            world.stripe.faults().arm(fault, On::any().nth(nth).times(3));
            let first = close(&world);
            world.stripe.faults().clear();
            close(&world).unwrap();
            assert_eq!(status(&world, &id), "canceled", "{fault:?} {nth} {first:?}");
            assert_eq!((world.granted(), world.endings()), (false, 1), "{fault:?} {nth}");
        }
    }
}

#[test]
fn the_customer_is_deleted_at_stripe_and_its_id_is_kept_until_then() {
    let world = World::new();
    let (id, events) = world.subscribe();
    world.receive_all(&events);
    world.work_inbox();
    let customer = block_on(world.billing.ensure_customer(&owner())).unwrap();
    world.stripe.faults().arm(Fault::DropAfter, On::any().method(Method::DELETE).times(3));
    assert!(erase(&world).is_err());
    let (link, ..) = world.projection();
    assert_eq!(link.unwrap().stripe_customer_id.as_ref(), Some(&customer));
    assert_eq!(erase(&world).unwrap(), LegState::Done);
    assert_eq!(world.stripe.object(customer.as_str()).unwrap()["deleted"], true);
    assert_eq!((world.granted(), world.endings()), (false, 1));
    let (_, subscriptions, _) = world.projection();
    assert_eq!(subscriptions[0].subscription_id.as_str(), id);
    assert!(subscriptions[0].standing().is_terminal());
    assert_eq!(erase(&world).unwrap(), LegState::Done);
    assert_eq!(world.endings(), 1);
}

#[test]
fn a_customer_whose_creation_was_never_answered_is_found_and_deleted() {
    let world = World::new();
    world.stripe.faults().arm(Fault::DropAfter, On::path("/v1/customers").times(3));
    assert!(block_on(world.billing.ensure_customer(&owner())).is_err());
    assert_eq!(erase(&world).unwrap(), LegState::Done);
    assert_eq!(world.stripe.journal().calls_under("/v1/customers/cus_"), 1);
}

#[test]
fn a_key_that_stripe_refuses_blocks_the_erasure_and_does_not_lose_it() {
    let world = World::new();
    block_on(world.billing.ensure_customer(&owner())).unwrap();
    world.stripe.faults().arm(Fault::ExpiredToken, On::any().method(Method::DELETE));
    assert_eq!(erase(&world).unwrap(), LegState::Blocked);
    assert_eq!(erase(&world).unwrap(), LegState::Done);
}
