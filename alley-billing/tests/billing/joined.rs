//! The door inside a unit of work.

use std::sync::Arc;

use alley_billing::{BillingStore, Error, PortalRequest};
use alley_core::MemoryStore;
use http::StatusCode;
use pollster::block_on;

use crate::support::{World, monthly, owner, tenant};

#[test]
fn a_joined_door_does_not_call_stripe_and_writes_nothing_for_it() {
    let world = World::new();
    let unit = Arc::new(MemoryStore::new());
    let joined = world.billing.on(Arc::clone(&unit));
    let owner = owner();
    let portal = PortalRequest::new("https://app.example.test/billing");
    let refused = [
        block_on(joined.ensure_customer(&owner)).map(drop),
        block_on(joined.start_checkout(&owner, &monthly())).map(drop),
        block_on(joined.return_from_checkout(&owner, "cs_test_1")).map(drop),
        block_on(joined.open_portal(&owner, &portal)).map(drop),
        block_on(joined.refresh(&owner)).map(drop),
    ];
    for refused in refused {
        assert!(matches!(refused, Err(Error::InTransaction)), "{refused:?}");
    }
    assert_eq!(world.customers_at_stripe(), 0);
    assert!(block_on(BillingStore::customer(&*unit, tenant())).unwrap().is_none());
    assert!(joined.jobs().is_empty() && !world.billing.jobs().is_empty());
}

#[test]
fn a_joined_door_reads_and_stores_in_its_unit() {
    let world = World::new();
    let (_, deliveries) = world.subscribe();
    let unit = Arc::new(MemoryStore::new());
    let joined = world.billing.on(Arc::clone(&unit));
    for delivery in &deliveries {
        // Signed with the secret of the original's configuration.
        let reply = block_on(joined.receive(delivery.headers(), delivery.body().clone()));
        assert_eq!(reply.status, StatusCode::OK);
    }
    let far = world.clock.as_ref();
    let due = |store: &MemoryStore| {
        let now = alley_core::Clock::now(far) + chrono::TimeDelta::days(1);
        block_on(BillingStore::events_due(store, now, 100)).unwrap().len()
    };
    assert_eq!((due(&unit), due(&world.store)), (deliveries.len(), 0));
    world.receive_all(&deliveries);
    world.work_inbox();
    assert!(world.granted());
    assert!(!block_on(joined.access(&owner())).unwrap().granted);
}
