//! The memory store keeps every promise of every port, and each suite notices a store that does not.

use std::sync::Arc;

use alley_core::conformance::kernel::{GuardOrder, spent_in_the_worst_schedule};
use alley_core::conformance::{
    Local, Violation, idempotency, identity, kernel, leases, limiter, outbox, personal_records,
    tenancy,
};
use alley_core::rate_limit::{Decision, Limit, Limiter, MemoryLimiter};
use alley_core::{Clock as _, Digest32, Fault, ManualClock, MemoryStore, StoreError};
use async_trait::async_trait;

fn memory() -> Local<MemoryStore> {
    Local::new(Arc::new(MemoryStore::new()))
}

mod of_kernel {
    alley_core::kernel_conformance!(super::memory());
}

mod of_identity {
    alley_core::identity_conformance!(super::memory());
}

mod of_tenancy {
    alley_core::tenancy_conformance!(super::memory());
}

mod of_outbox {
    alley_core::outbox_conformance!(super::memory());
}

mod of_limiter {
    alley_core::limiter_conformance!(super::memory_limiter());
}

mod of_leases {
    alley_core::leases_conformance!(super::memory());
}

mod of_idempotency {
    alley_core::idempotency_conformance!(super::memory());
}

mod of_personal_records {
    alley_core::personal_records_conformance!(super::memory());
}

type Suite = fn(&dyn Fn() -> Local<MemoryStore>) -> Result<(), Violation>;

/// The promise that a suite finds broken.
fn broken(suite: Suite, fault: Fault) -> Option<&'static str> {
    let make = || Local::new(Arc::new(MemoryStore::broken(fault)));
    suite(&make).err().map(|violation| violation.promise())
}

#[test]
fn every_port_that_commits_notices_each_fault_of_commit() {
    let suites: [(&str, Suite); 3] = [
        ("kernel", |make| kernel::suite(make)),
        ("identity", |make| identity::suite(make)),
        ("tenancy", |make| tenancy::suite(make)),
    ];
    for (name, suite) in suites {
        for fault in Fault::OF_COMMIT {
            assert!(broken(suite, *fault).is_some(), "{name}: {fault:?} went unnoticed");
        }
    }
}

#[test]
fn each_suite_names_the_promise_that_a_fault_breaks() {
    let rows: [(Fault, Suite, &str); 11] = [
        (Fault::SeesOtherTenants, |make| kernel::suite(make), "tenant"),
        (Fault::SkipsAtPageBorder, |make| kernel::suite(make), "paging"),
        (Fault::TakesAnyCursor, |make| kernel::suite(make), "paging"),
        (Fault::RacesItself, |make| kernel::suite(make), "of many inserts"),
        (Fault::ForgetsPostponement, |make| outbox::suite(make), "postponed"),
        (Fault::GrantsHeldLeases, |make| leases::suite(make), "held by one caller"),
        (Fault::RenewsLostLeases, |make| leases::suite(make), "given back is lost"),
        (Fault::IgnoresFingerprints, |make| idempotency::suite(make), "fingerprint"),
        (Fault::TakesLateResults, |make| idempotency::suite(make), "given up"),
        (Fault::BeginsAgain, |make| idempotency::suite(make), "second caller waits"),
        (Fault::IgnoresHolds, |make| personal_records::suite(make), "honors holds"),
    ];
    for (fault, suite, promise) in rows {
        let found = broken(suite, fault).unwrap_or_default();
        assert!(found.contains(promise), "{fault:?}: found \"{found}\"");
    }
}

/// One check on one broken store.
fn fails(fault: Fault, check: fn(&Local<MemoryStore>) -> Result<(), Violation>) -> bool {
    check(&Local::new(Arc::new(MemoryStore::broken(fault)))).is_err()
}

#[test]
fn the_checks_of_many_callers_can_fail() {
    assert!(fails(Fault::RacesItself, kernel::one_of_many_inserts_wins));
    assert!(fails(Fault::RacesItself, kernel::a_counter_adds_up));
    assert!(fails(Fault::IgnoresVersions, kernel::a_budget_is_never_overspent));
    assert!(fails(Fault::RacesItself, identity::a_single_use_token_is_used_once));
    assert!(fails(Fault::GrantsHeldLeases, leases::one_of_many_callers_is_granted));
    assert!(fails(Fault::BeginsAgain, idempotency::one_of_many_callers_begins));
    assert!(fails(Fault::GrantsHeldLeases, outbox::several_relays_deliver_in_order_and_once));
}

#[test]
fn the_checks_of_leases_that_run_out_can_fail() {
    assert!(fails(Fault::RenewsLostLeases, leases::a_lease_that_ran_out_is_granted_anew));
    assert!(fails(Fault::GrantsHeldLeases, leases::a_renewed_lease_does_not_run_out));
    assert!(fails(Fault::TakesLateResults, idempotency::a_lease_that_ran_out_is_taken_over));
}

#[test]
fn a_guard_that_is_read_after_the_set_is_overspent() {
    let spent = |order| spent_in_the_worst_schedule(&memory(), order).unwrap();
    assert_eq!(spent(GuardOrder::BeforeSet), 1);
    assert_eq!(spent(GuardOrder::AfterSet), 8);
}

fn memory_limiter() -> Local<MemoryLimiter> {
    Local::on_clock(|clock| Arc::new(MemoryLimiter::new(clock)))
}

/// A limiter that is wrong in one way.
#[derive(Debug)]
struct Wrong {
    right: MemoryLimiter,
    how: How,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum How {
    /// Every second call is not counted.
    Forgets,
    /// All keys are one.
    MixesKeys,
    /// What is denied is counted as one.
    CountsDenials,
    /// Time stands still.
    NeverGivesBack,
}

#[async_trait]
impl Limiter for Wrong {
    async fn take(&self, key: &Digest32, limit: &Limit, cost: u32) -> Result<Decision, StoreError> {
        let key = if self.how == How::MixesKeys { Digest32::new([0; 32]) } else { *key };
        let key = match self.how {
            How::Forgets => Digest32::new(std::array::from_fn(|n| {
                let chance = u8::try_from(self.right.len() % 251).unwrap_or(0);
                key.as_bytes().get(n).copied().unwrap_or(0).wrapping_add(chance)
            })),
            _ => key,
        };
        let decision = self.right.take(&key, limit, cost).await?;
        if self.how == How::CountsDenials && matches!(decision, Decision::Denied { .. }) {
            let _ = self.right.take(&key, limit, 1).await?;
        }
        Ok(decision)
    }
}

#[test]
fn the_checks_of_a_limiter_can_fail() {
    for (how, promise) in [
        (How::Forgets, "a burst is allowed, and no more"),
        (How::MixesKeys, "keys do not share an allowance"),
        (How::CountsDenials, "what is denied is not counted"),
        (How::NeverGivesBack, "an allowance comes back after the wait that was named"),
    ] {
        let make = || {
            Local::on_clock(|clock| {
                let still = Arc::new(ManualClock::new(clock.now()));
                let clock = if how == How::NeverGivesBack { still } else { clock };
                Arc::new(Wrong { right: MemoryLimiter::new(clock), how })
            })
        };
        let found = limiter::suite(make).unwrap_err();
        assert_eq!(found.promise(), promise, "{how:?}");
    }
}
