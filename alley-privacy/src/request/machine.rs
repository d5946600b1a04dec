//! The states of a request, as a pure function.

use alley_core::{ProcessingRole, TenantId, text_enum};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::RequestKind;

text_enum! {
    /// How far a request has come. Nothing leaves a final state.
    pub enum RequestStatus {
        /// Received; the clock runs.
        Received => "received",
        /// Waits for a proof of who asks.
        Verifying => "verifying",
        /// Split into legs.
        Routed => "routed",
        /// Being carried out.
        InProgress => "in_progress",
        /// As before, with more time.
        Extended => "extended",
        /// Every leg did what was asked. Final.
        Fulfilled => "fulfilled",
        /// Some legs did. Final.
        PartiallyFulfilled => "partially_fulfilled",
        /// Refused, with a reason. Final.
        Denied => "denied",
        /// Taken back by who asked. Final.
        Withdrawn => "withdrawn",
        /// Goes on in another request. Final.
        Merged => "merged",
        /// An agent's request ran out. Final.
        Expired => "expired",
    }
}

impl RequestStatus {
    /// Whether nothing can follow.
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Fulfilled
                | Self::PartiallyFulfilled
                | Self::Denied
                | Self::Withdrawn
                | Self::Merged
                | Self::Expired
        )
    }
}

text_enum! {
    /// How sure one is of who asks; each includes the ones before.
    pub enum Level {
        /// Not at all.
        None => "none",
        /// Has control of the address.
        Low => "low",
        /// And is signed in, or two data points match.
        Medium => "medium",
        /// And signed in afresh with a second factor, or three data points and a declaration.
        High => "high",
    }
}

text_enum! {
    /// Why a request or a leg is refused.
    pub enum DenialReason {
        /// It is not clear enough who asks.
        InsufficientVerification => "insufficient_verification",
        /// Nothing is held about the person.
        NoMatch => "no_match",
        /// Somebody pretends to be another.
        SuspectedFraud => "suspected_fraud",
        /// The right does not apply.
        NotCovered => "not_covered",
        /// The law does not apply.
        OutsideJurisdiction => "outside_jurisdiction",
        /// Manifestly unfounded (GDPR article 12(5)).
        ManifestlyUnfounded => "manifestly_unfounded",
        /// Repeated without cause (GDPR article 12(5)).
        Excessive => "excessive",
        /// Law asks to keep it (GDPR article 17(3)(b)).
        LegalObligation => "legal_obligation",
        /// A legal hold (GDPR article 17(3)(e)).
        LegalClaims => "legal_claims",
        /// It would show data of others (GDPR article 15(4)).
        ThirdPartyRights => "third_party_rights",
        /// Passed on to the controller.
        NotController => "not_controller",
    }
}

text_enum! {
    /// How a leg ended.
    pub enum LegOutcome {
        /// It did what was asked.
        Fulfilled => "fulfilled",
        /// It did not.
        Denied => "denied",
    }
}

/// The part of a request that one controller decides on.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Leg {
    /// Ours: controller. A tenant's: processor, who acts on that tenant's instruction only.
    pub role: ProcessingRole,
    /// The tenant it was passed on to.
    pub tenant: Option<TenantId>,
    /// How it ended.
    pub outcome: Option<LegOutcome>,
    /// Why it was refused.
    pub reason: Option<DenialReason>,
}

/// What the state of a request consists of, beside who asked for what.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RequestState {
    /// How far it has come.
    pub status: RequestStatus,
    /// The proof that was reached.
    pub proof: Level,
    /// Failed proofs.
    pub tries: u32,
    /// When receipt was acknowledged.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// When a question was asked that stops the clock.
    pub paused_since: Option<DateTime<Utc>>,
    /// Pauses that are over.
    pub pauses: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// When the requester was told that it takes longer.
    pub extended_at: Option<DateTime<Utc>>,
    /// Whether the due date passed; a fact about a request, not a state.
    pub overdue: bool,
    /// The legs.
    pub legs: Vec<Leg>,
    /// Why it was refused.
    pub denial: Option<DenialReason>,
}

/// What can happen to a request.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// Receipt was acknowledged.
    Acknowledge,
    /// A challenge was sent.
    StartVerification,
    /// A proof was given.
    ProofOk(Level),
    /// A proof failed.
    ProofFailed,
    /// No proof came in time.
    ProofTimeout,
    /// No proof is needed; legs are made.
    Route(Vec<Leg>),
    /// Work begins.
    Begin,
    /// A question was asked that stops the clock.
    AskClarification,
    /// It was answered.
    Clarified,
    /// The requester was told that it takes longer; the notice is the event.
    Extend,
    /// A leg, by its place, ended.
    LegDone(usize, LegOutcome, Option<DenialReason>),
    /// The whole is refused.
    Deny(DenialReason),
    /// The requester takes it back.
    Withdraw,
    /// It goes on in another request.
    Merge,
    /// Time passed; `due` says whether the due date is over.
    Tick {
        /// Whether the last day to answer is over.
        due: bool,
        /// Whether the agent's own time limit is over.
        agent_expired: bool,
    },
}

/// An event that cannot happen to a request as it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a request that is {status} cannot take this: {wants}")]
#[non_exhaustive]
pub struct TransitionRefused {
    /// How far the request has come.
    pub status: RequestStatus,
    /// What the event wants.
    pub wants: &'static str,
}

/// Failed proofs before a request is refused.
const TRIES: u32 = 5;

impl RequestState {
    /// A request that was just received.
    pub const fn received() -> Self {
        Self {
            status: RequestStatus::Received,
            proof: Level::None,
            tries: 0,
            acknowledged_at: None,
            paused_since: None,
            pauses: Vec::new(),
            extended_at: None,
            overdue: false,
            legs: Vec::new(),
            denial: None,
        }
    }

    /// The state after `event` at `now`.
    ///
    /// `purging` says whether an erasure that carries the request out cannot be stopped any more,
    /// `may_extend` whether the rule allows more time and the first due date is not over.
    ///
    /// # Errors
    /// When the event cannot happen; the state is unchanged then.
    pub fn after(
        &self,
        event: &Event,
        kind: RequestKind,
        may_extend: bool,
        purging: bool,
        now: DateTime<Utc>,
    ) -> Result<Self, TransitionRefused> {
        use RequestStatus as S;
        let mut next = self.clone();
        let refuse = |wants| Err(TransitionRefused { status: self.status, wants });
        let working = matches!(self.status, S::Routed | S::InProgress | S::Extended);
        if self.status.is_final() {
            return refuse("a request that is not over");
        }
        match event {
            Event::Acknowledge => {
                next.acknowledged_at = self.acknowledged_at.or(Some(now));
            }
            Event::StartVerification
            | Event::ProofOk(_)
            | Event::ProofFailed
            | Event::ProofTimeout => next.verify(event, kind)?,
            Event::Route(legs) => {
                let unproven = matches!(self.status, S::Received) && kind.level() == Level::None;
                let proven = self.status == S::Verifying && self.proof >= kind.level();
                if !unproven && !proven {
                    return refuse("the level of proof that its kind asks for");
                }
                next.status = S::Routed;
                next.legs.clone_from(legs);
            }
            Event::Begin if self.status == S::Routed => next.status = S::InProgress,
            Event::Begin => return refuse("a routed request"),
            Event::AskClarification if working && self.paused_since.is_none() => {
                next.paused_since = Some(now);
            }
            Event::AskClarification => return refuse("a request under way that is not paused"),
            Event::Clarified => match self.paused_since {
                Some(since) => {
                    next.paused_since = None;
                    next.pauses.push((since, now));
                }
                None => return refuse("a paused request"),
            },
            Event::Extend if working && self.extended_at.is_none() && may_extend => {
                next.status = S::Extended;
                next.extended_at = Some(now);
            }
            Event::Extend => {
                return refuse("a request under way, within its first period, not extended before");
            }
            Event::LegDone(place, outcome, reason)
                if matches!(self.status, S::InProgress | S::Extended) =>
            {
                match next.legs.get_mut(*place) {
                    Some(leg) if leg.outcome.is_none() => {
                        (leg.outcome, leg.reason) = (Some(*outcome), *reason);
                    }
                    // A repeated event changes nothing.
                    Some(leg) if leg.outcome == Some(*outcome) => {}
                    _ => return refuse("a leg that is still open"),
                }
                next.settle();
            }
            Event::LegDone(..) => return refuse("a request in progress"),
            Event::Deny(reason) => next.denied(*reason),
            Event::Withdraw if kind == RequestKind::Erasure && purging => {
                return refuse("an erasure that has not begun");
            }
            Event::Withdraw => next.status = S::Withdrawn,
            Event::Merge if matches!(self.status, S::Received | S::Verifying) => {
                next.status = S::Merged;
            }
            Event::Merge => return refuse("a request that is not routed yet"),
            Event::Tick { due, agent_expired } => {
                next.overdue |= *due;
                if *agent_expired && matches!(self.status, S::Received | S::Verifying) {
                    next.status = S::Expired;
                }
            }
        }
        Ok(next)
    }

    /// The events around the proof of who asks.
    fn verify(&mut self, event: &Event, kind: RequestKind) -> Result<(), TransitionRefused> {
        use RequestStatus as S;
        let refuse = |status, wants| Err(TransitionRefused { status, wants });
        match (event, self.status) {
            (Event::StartVerification, S::Received) if kind.level() > Level::None => {
                self.status = S::Verifying;
            }
            (Event::StartVerification, status) => {
                return refuse(status, "a received request that needs a proof");
            }
            (Event::ProofOk(level), S::Verifying) => self.proof = self.proof.max(*level),
            (Event::ProofFailed, S::Verifying) => {
                self.tries = self.tries.saturating_add(1);
                if self.tries >= TRIES {
                    self.denied(DenialReason::InsufficientVerification);
                }
            }
            (Event::ProofTimeout, S::Verifying) => {
                self.denied(DenialReason::InsufficientVerification);
            }
            (_, status) => return refuse(status, "a request that waits for a proof"),
        }
        Ok(())
    }

    fn denied(&mut self, reason: DenialReason) {
        self.status = RequestStatus::Denied;
        self.denial = Some(reason);
    }

    /// A request is as far as its slowest leg.
    fn settle(&mut self) {
        if self.legs.iter().any(|leg| leg.outcome.is_none()) {
            return;
        }
        let fulfilled =
            self.legs.iter().filter(|leg| leg.outcome == Some(LegOutcome::Fulfilled)).count();
        self.status = match fulfilled {
            0 => RequestStatus::Denied,
            all if all == self.legs.len() => RequestStatus::Fulfilled,
            _ => RequestStatus::PartiallyFulfilled,
        };
        if self.status == RequestStatus::Denied {
            self.denial = self.legs.iter().find_map(|leg| leg.reason);
        }
    }
}

/// Splits a request by who decides. `account` says whether the person has a sign-in, `tenants` which
/// tenants hold data about the person, `reported` whether an abuse report names the person.
///
/// As controller we answer for accounts, billing and governance, and for abuse reports; what tenants
/// hold is passed on to each of them. A tenant that is gone has no say: then we act for it.
pub fn route(
    kind: RequestKind,
    account: bool,
    reported: bool,
    tenants: &[(TenantId, bool)],
) -> Vec<Leg> {
    let leg = |role, tenant| Leg { role, tenant, outcome: None, reason: None };
    let immediate = kind == RequestKind::OptOutSaleShare || kind.is_of_organization();
    let gone = tenants.iter().any(|(_, gone)| *gone);
    let mut legs = Vec::new();
    if immediate || account || reported || gone || tenants.is_empty() {
        legs.push(leg(ProcessingRole::Controller, None));
    }
    if !immediate {
        let asked = tenants.iter().filter(|(_, gone)| !gone);
        legs.extend(asked.map(|(tenant, _)| leg(ProcessingRole::Processor, Some(*tenant))));
    }
    legs
}

#[cfg(test)]
mod tests;
