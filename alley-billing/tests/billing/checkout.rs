use alley_billing::{AccessReason, CheckoutOutcome, CheckoutReturn, Error, PortalRequest};
use alley_core::TenantRole;
use alley_sandbox::{Fault, On};
use chrono::TimeDelta;
use http::Method;
use pollster::block_on;
use secrecy::ExposeSecret as _;

use crate::support::{World, access, monthly, order, owner, tenant};

#[test]
fn a_customer_is_made_once_however_often_and_parallel_it_is_asked_for() {
    let world = World::new();
    let ids: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..10)
            .map(|_| scope.spawn(|| block_on(world.billing.ensure_customer(&owner())).unwrap()))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(world.customers_at_stripe(), 1);
}

#[test]
fn a_lost_answer_does_not_make_a_second_customer() {
    let world = World::new();
    world.stripe.faults().arm(Fault::DropAfter, On::path("/v1/customers").times(3));
    let error = block_on(world.billing.ensure_customer(&owner())).unwrap_err();
    assert!(matches!(error, Error::NoAnswer { .. }) && error.is_retryable());
    let customer = block_on(world.billing.ensure_customer(&owner())).unwrap();
    assert_eq!(world.customers_at_stripe(), 1);
    assert!(world.stripe.object(customer.as_str()).is_some());
}

#[test]
fn a_claim_older_than_its_key_finds_the_customer_of_then() {
    let world = World::new();
    world.stripe.faults().arm(Fault::DropAfter, On::path("/v1/customers").times(3));
    assert!(block_on(world.billing.ensure_customer(&owner())).is_err());
    world.clock.advance(TimeDelta::hours(30));
    block_on(world.billing.ensure_customer(&owner())).unwrap();
    assert_eq!(world.customers_at_stripe(), 1);
}

#[test]
fn the_same_wish_finds_its_open_session_again() {
    let world = World::new();
    let first = world.open_checkout();
    let second = world.open_checkout();
    assert_eq!(first.session, second.session);
    assert_eq!(first.url.expose_secret(), second.url.expose_secret());
    assert_eq!(world.stripe.journal().calls_of(&Method::POST, "/v1/checkout/sessions"), 1);
}

#[test]
fn another_wish_ends_the_session_before() {
    let world = World::new();
    let first = world.open_checkout();
    let yearly = order("price_1AlleyFxPro0y");
    let outcome = block_on(world.billing.start_checkout(&owner(), &yearly)).unwrap();
    assert!(matches!(outcome, CheckoutOutcome::Redirect(page) if page.session != first.session));
    assert_eq!(world.stripe.object(first.session.as_str()).unwrap()["status"], "expired");
}

#[test]
fn a_session_that_ran_out_is_replaced() {
    let world = World::new();
    let first = world.open_checkout();
    world.clock.advance(TimeDelta::hours(25));
    assert_ne!(world.open_checkout().session, first.session);
}

#[test]
fn a_second_subscription_of_a_product_is_refused() {
    let world = World::new();
    let (subscription, _) = world.subscribe();
    // No event was acted on: the state is read before the decision.
    let outcome = block_on(world.billing.start_checkout(&owner(), &order("price_1AlleyFxPro0y")));
    match outcome.unwrap() {
        CheckoutOutcome::AlreadySubscribed { subscription: found, product } => {
            assert_eq!(found.as_str(), subscription);
            assert_eq!(product.as_str(), "prod_AlleyFxPro");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_way_back_grants_before_any_event_arrives() {
    let world = World::new();
    let page = world.open_checkout();
    let back =
        |session: &str| block_on(world.billing.return_from_checkout(&owner(), session)).unwrap();
    assert!(matches!(back(page.session.as_str()), CheckoutReturn::Open));
    assert!(!world.granted());
    let _later = world.stripe.complete_checkout(page.session.as_str()).unwrap();
    match back(page.session.as_str()) {
        CheckoutReturn::Synced(decision) => {
            assert_eq!((decision.granted, decision.reason), (true, AccessReason::Active));
            assert!(decision.until.is_some() && decision.includes("pro_monthly"));
        }
        other => panic!("{other:?}"),
    }
    assert!(world.granted());
}

#[test]
fn a_session_of_another_tenant_is_not_found() {
    let world = World::new();
    let page = world.open_checkout();
    let _later = world.stripe.complete_checkout(page.session.as_str()).unwrap();
    let other = access(format!("ten_{:032}", 2).parse().unwrap(), TenantRole::Owner);
    block_on(world.billing.ensure_customer(&other)).unwrap();
    for session in [page.session.as_str(), "cs_test_unknown", "", "a\nb", "../customers"] {
        let back = block_on(world.billing.return_from_checkout(&other, session)).unwrap();
        assert!(matches!(back, CheckoutReturn::NotYours), "{session}");
    }
    assert!(!block_on(world.billing.access(&other)).unwrap().granted);
}

#[test]
fn members_do_not_manage_billing() {
    let world = World::new();
    let member = access(tenant(), TenantRole::Member);
    let checkout = block_on(world.billing.start_checkout(&member, &monthly()));
    assert!(matches!(checkout, Err(Error::Forbidden)));
    let portal = PortalRequest::new("https://app.example.test/");
    assert!(matches!(block_on(world.billing.open_portal(&member, &portal)), Err(Error::Forbidden)));
    assert_eq!(world.stripe.journal().total(), 0);
}

#[test]
fn the_portal_opens_for_the_tenants_customer() {
    let world = World::new();
    let request = PortalRequest::new("https://app.example.test/billing");
    let page = block_on(world.billing.open_portal(&owner(), &request)).unwrap();
    assert!(page.url.expose_secret().starts_with("https://"));
    assert!(!format!("{page:?}").contains("https://"));
    let wrong = PortalRequest::new("javascript:alert(1)");
    assert!(matches!(
        block_on(world.billing.open_portal(&owner(), &wrong)),
        Err(Error::Invalid(_))
    ));
}

#[test]
fn a_success_address_without_the_placeholder_is_refused() {
    let price = alley_billing::PriceRef::new("price_1").unwrap();
    let made = alley_billing::CheckoutRequest::new(price, "https://a.test/", "https://a.test/");
    assert!(matches!(made, Err(Error::Invalid(_))));
}
