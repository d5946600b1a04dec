//! Erasure at other systems: a small state machine that a crate offers and privacy drives.

use async_trait::async_trait;

use crate::ids::TenantId;
use crate::text_enum;

text_enum! {
    /// How far an erasure at another system has come.
    pub enum LegState {
        /// Asked for; the other side works on it.
        Running => "running",
        /// Done, or there was nothing to do.
        Done => "done",
        /// Cannot go on for now; the reason says why.
        Blocked => "blocked",
        /// The other side will not do it.
        Refused => "refused",
    }
}

/// How far a leg has come.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct LegReport {
    /// The state.
    pub state: LegState,
    /// A code for why it is blocked or refused.
    pub reason: Option<&'static str>,
}

impl LegReport {
    /// A state without a reason.
    pub const fn new(state: LegState) -> Self {
        Self { state, reason: None }
    }

    /// A state and why.
    pub const fn because(state: LegState, reason: &'static str) -> Self {
        Self { state, reason: Some(reason) }
    }
}

/// What must be erased elsewhere when a tenant goes: a Stripe customer, a platform's grant.
#[async_trait]
pub trait RemoteLeg: std::fmt::Debug + Send + Sync + 'static {
    /// The subprocessor's name in the data map: `stripe`, `tiktok`.
    fn subprocessor(&self) -> &'static str;

    /// Asks, or asks how far it is; may be called again at any time.
    ///
    /// # Errors
    /// When it could not be asked now. A failing remote never blocks the local erasure.
    async fn advance(&self, tenant: TenantId) -> Result<LegReport, crate::job::JobError>;
}
