use proptest::prelude::*;

use super::*;

const EVENTS: &[Event] = &[
    Event::Edit,
    Event::Submit,
    Event::Withdraw,
    Event::Approve,
    Event::RequestChanges,
    Event::Reject,
    Event::Enqueue,
    Event::Dequeue,
    Event::HandOut,
    Event::ConfirmSent,
    Event::ReportNotSent(AfterNotSent::Queue),
    Event::ReportNotSent(AfterNotSent::Approved),
    Event::LeaseExpire,
    Event::ResolveNotSent(AfterNotSent::Queue),
    Event::ResolveNotSent(AfterNotSent::Approved),
    Event::ResolveSent,
    Event::Suppress,
    Event::Expire,
    Event::ApprovalStale(StaleApproval::Editing),
    Event::ApprovalStale(StaleApproval::Expired),
    Event::Hold,
    Event::Release { review: false },
    Event::Release { review: true },
    Event::Cancel,
    Event::Erase,
];

fn at(state: DraftState) -> Position {
    Position { state, held_from: None }
}

fn step(from: DraftState, event: Event) -> Option<DraftState> {
    transition(at(from), event).ok().map(|position| position.state)
}

#[test]
fn ends_have_no_way_out() {
    for end in DraftState::ALL.iter().filter(|state| state.is_end()) {
        for event in EVENTS.iter().filter(|event| **event != Event::Erase) {
            let refused = transition(at(*end), *event).unwrap_err();
            assert_eq!(refused, InvalidTransition { from: *end, event: event.name() });
        }
    }
}

#[test]
fn a_lost_lease_never_leads_back_to_the_queue() {
    assert_eq!(step(DraftState::HandedOut, Event::LeaseExpire), Some(DraftState::Unconfirmed));
    for state in DraftState::ALL {
        assert_ne!(step(*state, Event::LeaseExpire), Some(DraftState::Queued), "{state}");
    }
    assert_eq!(step(DraftState::Unconfirmed, Event::Enqueue), None);
    assert_eq!(step(DraftState::Unconfirmed, Event::HandOut), None);
}

#[test]
fn only_the_queue_leads_to_a_hand_out_and_only_approval_into_the_queue() {
    for state in DraftState::ALL {
        let handed = step(*state, Event::HandOut).is_some();
        assert_eq!(handed, *state == DraftState::Queued, "{state}");
        let queued = step(*state, Event::Enqueue).is_some();
        assert_eq!(queued, *state == DraftState::Approved, "{state}");
    }
}

#[test]
fn an_edit_voids_approval_and_leaves_the_queue() {
    for state in [DraftState::Approved, DraftState::Queued, DraftState::ChangesRequested] {
        assert_eq!(step(state, Event::Edit), Some(DraftState::Editing), "{state}");
    }
    assert_eq!(step(DraftState::InReview, Event::Edit), None);
    assert_eq!(step(DraftState::HandedOut, Event::Edit), None);
}

#[test]
fn suppression_ends_what_is_inside_and_marks_what_is_outside() {
    for state in DraftState::INSIDE {
        assert_eq!(step(state, Event::Suppress), Some(DraftState::Suppressed), "{state}");
    }
    assert_eq!(step(DraftState::HandedOut, Event::Suppress), Some(DraftState::HandedOut));
    assert_eq!(step(DraftState::Unconfirmed, Event::Suppress), Some(DraftState::Unconfirmed));
}

#[test]
fn a_held_draft_goes_back_to_where_it_stood_or_to_review() {
    let held = transition(at(DraftState::Queued), Event::Hold).unwrap();
    assert_eq!(held, Position { state: DraftState::Held, held_from: Some(DraftState::Queued) });
    assert_eq!(transition(held, Event::Hold), Ok(held));
    assert_eq!(transition(held, Event::Release { review: false }), Ok(at(DraftState::Queued)));
    assert_eq!(transition(held, Event::Release { review: true }), Ok(at(DraftState::InReview)));
    assert_eq!(step(DraftState::HandedOut, Event::Hold), None);
}

proptest! {
    #[test]
    fn delivery_is_reached_only_over_approval_queue_and_hand_out(
        events in proptest::collection::vec(0_usize..25, 0..60),
    ) {
        let mut position = at(DraftState::Editing);
        let mut handed_out = false;
        let mut approved = false;
        for event in events.into_iter().filter_map(|event| EVENTS.get(event)) {
            let Ok(next) = transition(position, *event) else { continue };
            prop_assert_eq!(next.held_from.is_some(), next.state == DraftState::Held);
            if next.state == DraftState::Editing {
                approved = false;
            }
            if *event == Event::Approve {
                approved = true;
            }
            if *event == Event::HandOut {
                prop_assert!(approved);
                handed_out = true;
            }
            if next.state == DraftState::Delivered {
                prop_assert!(handed_out);
            }
            position = next;
        }
    }
}
