//! The state machine of a draft: a total function over states and events.

use alley_core::text_enum;

use crate::pacing::{AfterNotSent, StaleApproval};

text_enum! {
    /// Where a draft stands.
    pub enum DraftState {
        /// Somebody writes it.
        Editing => "editing",
        /// It waits for a reviewer.
        InReview => "in_review",
        /// A reviewer wants it changed.
        ChangesRequested => "changes_requested",
        /// Its text may be used.
        Approved => "approved",
        /// It waits for its turn.
        Queued => "queued",
        /// The seller has the text, for a while.
        HandedOut => "handed_out",
        /// The while is over and nobody said whether it was sent.
        Unconfirmed => "unconfirmed",
        /// Support or an abuse review stopped it.
        Held => "held",
        /// End: the seller sent it.
        Delivered => "delivered",
        /// End: a reviewer refused it.
        Rejected => "rejected",
        /// End: the seller gave it up.
        Cancelled => "cancelled",
        /// End: the creator must not be contacted.
        Suppressed => "suppressed",
        /// End: its time is over.
        Expired => "expired",
    }
}

impl DraftState {
    /// The states from editing to the queue, in which nobody outside has the text.
    pub const INSIDE: [Self; 5] =
        [Self::Editing, Self::InReview, Self::ChangesRequested, Self::Approved, Self::Queued];

    /// Whether nothing leads out of it.
    pub const fn is_end(self) -> bool {
        matches!(
            self,
            Self::Delivered | Self::Rejected | Self::Cancelled | Self::Suppressed | Self::Expired
        )
    }

    /// Whether nobody outside has the text.
    pub const fn is_inside(self) -> bool {
        matches!(
            self,
            Self::Editing | Self::InReview | Self::ChangesRequested | Self::Approved | Self::Queued
        )
    }
}

/// What happens to a draft.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A new text.
    Edit,
    /// To be reviewed.
    Submit,
    /// Taken back from review.
    Withdraw,
    /// A reviewer agrees.
    Approve,
    /// A reviewer wants changes.
    RequestChanges,
    /// A reviewer refuses.
    Reject,
    /// Into the queue.
    Enqueue,
    /// Out of the queue.
    Dequeue,
    /// To the seller.
    HandOut,
    /// The seller says that it was sent.
    ConfirmSent,
    /// The seller says, with the token, that it was not sent.
    ReportNotSent(AfterNotSent),
    /// The lease is over.
    LeaseExpire,
    /// Decided without the token: it was not sent.
    ResolveNotSent(AfterNotSent),
    /// Decided without the token: it was sent.
    ResolveSent,
    /// The creator must not be contacted.
    Suppress,
    /// Its time or its campaign is over.
    Expire,
    /// Its approval is too old.
    ApprovalStale(StaleApproval),
    /// Stopped by support or an abuse review.
    Hold,
    /// The last hold is gone. `review` sends what was approved back to review.
    Release {
        /// Whether approved and queued drafts are reviewed once more.
        review: bool,
    },
    /// Given up.
    Cancel,
    /// Texts and personal fields are blanked.
    Erase,
}

impl Event {
    /// The name that errors and the audit trail use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Submit => "submit",
            Self::Withdraw => "withdraw",
            Self::Approve => "approve",
            Self::RequestChanges => "request_changes",
            Self::Reject => "reject",
            Self::Enqueue => "enqueue",
            Self::Dequeue => "dequeue",
            Self::HandOut => "hand_out",
            Self::ConfirmSent => "confirm_sent",
            Self::ReportNotSent(_) => "report_not_sent",
            Self::LeaseExpire => "lease_expire",
            Self::ResolveNotSent(_) => "resolve_not_sent",
            Self::ResolveSent => "resolve_sent",
            Self::Suppress => "suppress",
            Self::Expire => "expire",
            Self::ApprovalStale(_) => "approval_stale",
            Self::Hold => "hold",
            Self::Release { .. } => "release",
            Self::Cancel => "cancel",
            Self::Erase => "erase",
        }
    }
}

/// A state, and what a held draft goes back to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "input of a pure function, written by its callers")]
pub struct Position {
    /// Where the draft stands.
    pub state: DraftState,
    /// Where it stood when it was held; only while it is.
    pub held_from: Option<DraftState>,
}

/// A draft in this state cannot take this event. Nothing was changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a draft that is {from} cannot take the event {event}")]
#[non_exhaustive]
pub struct InvalidTransition {
    /// The state.
    pub from: DraftState,
    /// Name of the event.
    pub event: &'static str,
}

/// The position after an event. Says what is possible; who may do it and on what grounds is the
/// caller's to check.
///
/// A lease that runs out leads to `Unconfirmed` and never back to the queue: a person may have sent the
/// text already, and only that person can tell. Handing it out again would risk sending it twice.
///
/// # Errors
/// When there is no such step.
pub fn transition(from: Position, event: Event) -> Result<Position, InvalidTransition> {
    use DraftState::{
        Approved, Cancelled, ChangesRequested, Delivered, Editing, Expired, HandedOut, Held,
        InReview, Queued, Rejected, Suppressed, Unconfirmed,
    };
    let invalid = InvalidTransition { from: from.state, event: event.name() };
    let state = match (from.state, event) {
        // A hold more changes nothing; an erasure blanks texts and leaves the state.
        (_, Event::Erase) | (Held, Event::Hold) => return Ok(from),
        (Editing | ChangesRequested | Approved | Queued, Event::Edit)
        | (InReview, Event::Withdraw) => Editing,
        (Editing, Event::Submit) => InReview,
        (InReview, Event::Approve) | (Queued, Event::Dequeue) => Approved,
        (InReview, Event::RequestChanges) => ChangesRequested,
        (InReview, Event::Reject) => Rejected,
        (Approved, Event::Enqueue) => Queued,
        (Queued, Event::HandOut) => HandedOut,
        (HandedOut | Unconfirmed, Event::ConfirmSent) | (Unconfirmed, Event::ResolveSent) => {
            Delivered
        }
        (HandedOut | Unconfirmed, Event::ReportNotSent(to))
        | (Unconfirmed, Event::ResolveNotSent(to)) => match to {
            AfterNotSent::Queue => Queued,
            AfterNotSent::Approved => Approved,
        },
        (HandedOut, Event::LeaseExpire) => Unconfirmed,
        (state, Event::Suppress) if state.is_inside() => Suppressed,
        // Only a mark: whether it was sent is not known yet.
        (HandedOut | Unconfirmed, Event::Suppress) => from.state,
        (state, Event::Expire) if state.is_inside() => Expired,
        (Approved | Queued, Event::ApprovalStale(to)) => match to {
            StaleApproval::Editing => Editing,
            StaleApproval::Expired => Expired,
        },
        (state, Event::Hold) if !state.is_end() && state != HandedOut => {
            return Ok(Position { state: Held, held_from: Some(state) });
        }
        (Held, Event::Release { review }) => match from.held_from.ok_or(invalid)? {
            Approved | Queued if review => InReview,
            state if state.is_end() || matches!(state, Held | HandedOut) => return Err(invalid),
            state => state,
        },
        (state, Event::Cancel) if state.is_inside() || state == Unconfirmed => Cancelled,
        _ => return Err(invalid),
    };
    Ok(Position { state, held_from: None })
}

#[cfg(test)]
mod tests;
