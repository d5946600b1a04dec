//! The status of a subscription, as Stripe says it.

/// The status of a subscription. An open set: a word that is not known is kept. Meanings: the type
/// comments in version 23.1.0 of stripe-node, which pins API 2026-10-28.endive.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum SubscriptionStatus {
    /// The first payment is not made yet.
    Incomplete,
    /// The first payment was never made; terminal.
    IncompleteExpired,
    /// Inside the trial.
    Trialing,
    /// In good standing.
    Active,
    /// The newest invoice could not be collected or is overdue.
    PastDue,
    /// Retries are exhausted.
    Unpaid,
    /// Ended; terminal.
    Canceled,
    /// Halted; no period passes.
    Paused,
    /// A word of a later version.
    Unknown(String),
}

impl SubscriptionStatus {
    /// Takes Stripe's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "incomplete" => Self::Incomplete,
            "incomplete_expired" => Self::IncompleteExpired,
            "trialing" => Self::Trialing,
            "active" => Self::Active,
            "past_due" => Self::PastDue,
            "unpaid" => Self::Unpaid,
            "canceled" => Self::Canceled,
            "paused" => Self::Paused,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// Stripe's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Incomplete => "incomplete",
            Self::IncompleteExpired => "incomplete_expired",
            Self::Trialing => "trialing",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Unpaid => "unpaid",
            Self::Canceled => "canceled",
            Self::Paused => "paused",
            Self::Unknown(word) => word,
        }
    }

    /// Whether nothing leaves this status.
    pub const fn is_terminal(&self) -> bool {
        matches!(self, Self::Canceled | Self::IncompleteExpired)
    }
}
