use proptest::prelude::*;

use super::*;

fn walk(kind: RequestKind, events: &[Event]) -> Result<RequestState, TransitionRefused> {
    events.iter().try_fold(RequestState::received(), |state, event| {
        state.after(event, kind, true, false, DateTime::UNIX_EPOCH)
    })
}

fn legs(count: u128) -> Vec<Leg> {
    let tenants: Vec<_> =
        (1..count).map(|n| (TenantId::from_uuid(uuid::Uuid::from_u128(n)), false)).collect();
    route(RequestKind::Erasure, true, false, &tenants)
}

fn to_progress(count: u128) -> Vec<Event> {
    vec![
        Event::StartVerification,
        Event::ProofOk(Level::High),
        Event::Route(legs(count)),
        Event::Begin,
    ]
}

#[test]
fn an_erasure_needs_the_highest_proof() {
    let weak = [Event::StartVerification, Event::ProofOk(Level::Medium), Event::Route(legs(1))];
    assert!(walk(RequestKind::Erasure, &weak).is_err());
    assert!(walk(RequestKind::Erasure, &[Event::Route(legs(1))]).is_err());
    let state = walk(RequestKind::Erasure, &to_progress(1)).unwrap();
    assert_eq!(state.status, RequestStatus::InProgress);
    assert!(walk(RequestKind::OptOutSaleShare, &[Event::Route(legs(1))]).is_ok());
}

#[test]
fn five_failed_proofs_refuse_the_request() {
    let mut events = vec![Event::StartVerification];
    events.extend(vec![Event::ProofFailed; 4]);
    assert_eq!(walk(RequestKind::Access, &events).unwrap().status, RequestStatus::Verifying);
    events.push(Event::ProofFailed);
    let state = walk(RequestKind::Access, &events).unwrap();
    assert_eq!(state.denial, Some(DenialReason::InsufficientVerification));
}

#[test]
fn a_request_is_as_far_as_its_slowest_leg() {
    let done = |place| Event::LegDone(place, LegOutcome::Fulfilled, None);
    let denied = Event::LegDone(1, LegOutcome::Denied, Some(DenialReason::NotController));
    let mut events = to_progress(2);
    events.push(done(0));
    assert_eq!(walk(RequestKind::Erasure, &events).unwrap().status, RequestStatus::InProgress);
    events.push(denied);
    let state = walk(RequestKind::Erasure, &events).unwrap();
    assert_eq!(state.status, RequestStatus::PartiallyFulfilled);
}

#[test]
fn an_extension_is_taken_once_and_in_time() {
    let mut events = to_progress(1);
    events.push(Event::Extend);
    let state = walk(RequestKind::Erasure, &events).unwrap();
    assert_eq!(state.status, RequestStatus::Extended);
    let again =
        |may| state.after(&Event::Extend, RequestKind::Erasure, may, false, DateTime::UNIX_EPOCH);
    assert!(again(true).is_err());
    let fresh = walk(RequestKind::Erasure, &to_progress(1)).unwrap();
    let late =
        fresh.after(&Event::Extend, RequestKind::Erasure, false, false, DateTime::UNIX_EPOCH);
    assert!(late.is_err());
}

#[test]
fn an_erasure_that_has_begun_is_not_withdrawn() {
    let state = walk(RequestKind::Erasure, &to_progress(1)).unwrap();
    let withdraw = |purging| {
        state.after(&Event::Withdraw, RequestKind::Erasure, true, purging, DateTime::UNIX_EPOCH)
    };
    assert!(withdraw(true).is_err());
    assert_eq!(withdraw(false).unwrap().status, RequestStatus::Withdrawn);
}

#[test]
fn legs_follow_who_decides() {
    let tenant = TenantId::from_uuid(uuid::Uuid::from_u128(9));
    let roles = |account, tenants: &[(TenantId, bool)]| {
        let legs = route(RequestKind::Access, account, false, tenants);
        legs.into_iter().map(|leg| leg.role).collect::<Vec<_>>()
    };
    let (ours, theirs) = (ProcessingRole::Controller, ProcessingRole::Processor);
    assert_eq!(roles(true, &[(tenant, false)]), [ours, theirs]);
    assert_eq!(roles(false, &[(tenant, false)]), [theirs]);
    assert_eq!(roles(false, &[(tenant, true)]), [ours]);
    assert_eq!(roles(false, &[]), [ours]);
}

fn events() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::Acknowledge),
        Just(Event::StartVerification),
        Just(Event::ProofOk(Level::High)),
        Just(Event::ProofFailed),
        Just(Event::ProofTimeout),
        Just(Event::Route(legs(2))),
        Just(Event::Begin),
        Just(Event::AskClarification),
        Just(Event::Clarified),
        Just(Event::Extend),
        Just(Event::LegDone(0, LegOutcome::Fulfilled, None)),
        Just(Event::LegDone(1, LegOutcome::Denied, None)),
        Just(Event::Deny(DenialReason::NoMatch)),
        Just(Event::Withdraw),
        Just(Event::Merge),
        Just(Event::Tick { due: true, agent_expired: false }),
    ]
}

proptest! {
    #[test]
    fn nothing_leaves_a_final_state_and_no_clock_closes_a_request(
        events in proptest::collection::vec(events(), 0..30),
    ) {
        let mut state = RequestState::received();
        for event in events {
            let next = state.after(&event, RequestKind::Erasure, true, false, DateTime::UNIX_EPOCH);
            if state.status.is_final() {
                prop_assert!(next.is_err());
            }
            if let (Event::Tick { .. }, Ok(next)) = (&event, &next) {
                prop_assert_eq!(next.status, state.status);
            }
            if let Ok(next) = next {
                if next.status == RequestStatus::InProgress {
                    prop_assert!(next.proof == Level::High);
                }
                state = next;
            }
        }
    }
}
