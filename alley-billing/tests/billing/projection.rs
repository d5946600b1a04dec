use alley_billing::{AccessReason, InvoiceMeta, Subscription, SyncMode};
use alley_sandbox::Delivery;
use chrono::TimeDelta;
use pollster::block_on;
use proptest::prelude::*;

use crate::support::{World, owner};

/// A story of one subscription: bought, renewed, failed, recovered, failed, canceled or not.
fn story(world: &World, canceled: bool) -> Vec<Delivery> {
    let (id, mut events) = world.subscribe();
    let next = |events: &mut Vec<Delivery>, more: Vec<Delivery>| {
        events.extend(more);
        world.clock.advance(TimeDelta::seconds(40));
    };
    world.clock.advance(TimeDelta::seconds(40));
    next(&mut events, world.stripe.renewal(&id).unwrap());
    next(&mut events, world.stripe.payment_failed(&id).unwrap());
    next(&mut events, world.stripe.payment_recovered(&id).unwrap());
    next(&mut events, world.stripe.payment_failed(&id).unwrap());
    if canceled {
        next(&mut events, world.stripe.cancel(&id).unwrap());
    }
    events
}

/// What is left after the events arrived in that order, acted on after each `batch`.
fn outcome(
    sync: SyncMode,
    canceled: bool,
    order: &[usize],
    batch: usize,
) -> (bool, Option<chrono::DateTime<chrono::Utc>>, Vec<Subscription>, Vec<InvoiceMeta>) {
    let world = World::with(sync);
    let events = story(&world, canceled);
    for chunk in order.chunks(batch) {
        world.receive_all(chunk.iter().map(|index| &events[index % events.len()]));
        world.work_inbox();
    }
    let (customer, mut subscriptions, mut invoices) = world.projection();
    let customer = customer.unwrap();
    // When a state was read is no part of the state.
    if sync == SyncMode::Refetch {
        let epoch = chrono::DateTime::UNIX_EPOCH;
        for one in &mut subscriptions {
            one.source_at = epoch;
        }
        for one in &mut invoices {
            one.source_at = epoch;
        }
    }
    (customer.entitled, customer.ended_at, subscriptions, invoices)
}

fn event_count(canceled: bool) -> usize {
    story(&World::new(), canceled).len()
}

/// Every event at least once, some several times, in any order.
fn orders(count: usize) -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(0..count, 0..6).prop_flat_map(move |again| {
        Just((0..count).chain(again).collect::<Vec<_>>()).prop_shuffle()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_order_and_repetition_of_a_history_ends_in_one_state(
        canceled in any::<bool>(),
        snapshot in any::<bool>(),
        order in orders(event_count(true)),
        batch in 1_usize..20,
    ) {
        let sync = if snapshot { SyncMode::Snapshot } else { SyncMode::Refetch };
        let count = event_count(canceled);
        let straight: Vec<usize> = (0..count).collect();
        prop_assert_eq!(
            outcome(sync, canceled, &order, batch),
            outcome(sync, canceled, &straight, 1)
        );
    }
}

#[test]
fn both_modes_agree_on_access_and_money() {
    for canceled in [false, true] {
        let straight: Vec<usize> = (0..event_count(canceled)).collect();
        let read = outcome(SyncMode::Refetch, canceled, &straight, 1);
        let told = outcome(SyncMode::Snapshot, canceled, &straight, 1);
        assert_eq!((read.0, read.1), (told.0, told.1));
        let essence = |list: &[Subscription]| {
            list.iter().map(|one| (one.status.clone(), one.paid_until)).collect::<Vec<_>>()
        };
        assert_eq!(essence(&read.2), essence(&told.2));
        let money = |list: &[InvoiceMeta]| {
            list.iter()
                .map(|one| (one.invoice_id.clone(), one.status.clone(), one.failed_at))
                .collect::<Vec<_>>()
        };
        assert_eq!(money(&read.3), money(&told.3));
    }
}

#[test]
fn the_end_of_the_last_granting_subscription_is_told_once() {
    for sync in [SyncMode::Refetch, SyncMode::Snapshot] {
        let world = World::with(sync);
        let (id, events) = world.subscribe();
        world.receive_all(&events);
        world.work_inbox();
        assert_eq!((world.granted(), world.endings()), (true, 0));
        let ended = world.stripe.cancel(&id).unwrap();
        for _ in 0..3 {
            world.receive_all(&ended);
            world.work_inbox();
        }
        world.receive_all(&events);
        world.work_inbox();
        world.clock.advance(TimeDelta::days(2));
        let _report = world.work("billing-reconcile");
        assert_eq!((world.granted(), world.endings()), (false, 1), "{sync:?}");
    }
}

#[test]
fn grace_runs_out_without_an_event_and_is_told() {
    for sync in [SyncMode::Refetch, SyncMode::Snapshot] {
        let world = World::with(sync);
        let (id, events) = world.subscribe();
        world.receive_all(&events);
        world.receive_all(&world.stripe.payment_failed(&id).unwrap());
        world.work_inbox();
        let decision = block_on(world.billing.access(&owner())).unwrap();
        assert_eq!((decision.granted, decision.reason), (true, AccessReason::Grace));
        let until = decision.until.unwrap();
        world.clock.set(until - TimeDelta::seconds(1));
        let _report = world.work("billing-reconcile");
        assert_eq!((world.granted(), world.endings()), (true, 0));
        world.clock.set(until);
        let _report = world.work("billing-reconcile");
        assert_eq!((world.granted(), world.endings()), (false, 1), "{sync:?}");
        world.receive_all(&world.stripe.payment_recovered(&id).unwrap());
        world.work_inbox();
        assert!(world.granted());
    }
}

#[test]
fn a_missed_event_is_made_good_within_a_day() {
    let world = World::new();
    let (id, events) = world.subscribe();
    world.receive_all(&events);
    world.work_inbox();
    let _lost = world.stripe.cancel(&id).unwrap();
    assert_eq!(world.work("billing-reconcile").done, 0);
    world.clock.advance(TimeDelta::days(1));
    assert_eq!(world.work("billing-reconcile").done, 1);
    assert_eq!((world.granted(), world.endings()), (false, 1));
}

#[test]
fn events_rendered_in_an_old_version_lead_to_the_same_state() {
    let world = World::with(SyncMode::Snapshot);
    world.stripe.set_event_version(Some("2025-02-24.acacia"));
    let (_, events) = world.subscribe();
    world.receive_all(&events);
    world.work_inbox();
    let decision = block_on(world.billing.access(&owner())).unwrap();
    assert!(decision.granted && decision.until.is_some());
    let (_, subscriptions, invoices) = world.projection();
    assert_eq!(subscriptions[0].api_version.as_deref(), Some("2025-02-24.acacia"));
    assert_eq!(invoices[0].subscription_id.as_ref(), Some(&subscriptions[0].subscription_id));
}

#[test]
fn a_customer_deleted_at_stripe_has_no_access_and_gets_a_new_link() {
    let world = World::new();
    let (_, events) = world.subscribe();
    world.receive_all(&events);
    world.work_inbox();
    let customer = block_on(world.billing.ensure_customer(&owner())).unwrap();
    block_on(world.billing.client().delete_customer(&customer)).unwrap();
    world.receive_all(&world.stripe.take_deliveries());
    world.work_inbox();
    assert_eq!((world.granted(), world.endings()), (false, 1));
    let next = block_on(world.billing.ensure_customer(&owner())).unwrap();
    assert_ne!(next, customer);
    assert!(!world.granted());
}
