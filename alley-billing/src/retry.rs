//! When a call to Stripe is sent again: the order of the official clients.

use std::time::Duration;

use http::{HeaderMap, StatusCode};

/// How often and at what distance.
///
/// The decision follows stripe-node `_shouldRetry` and stripe-python `_should_retry`: attempts
/// left, no answer, `Stripe-Should-Retry`, 409, 5xx; everything else stands. A 429 is sent again
/// only when Stripe asks for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RetryRule {
    /// Repetitions after the first attempt.
    pub max_retries: u32,
    /// The wait before the first repetition; it doubles with each.
    pub initial: Duration,
    /// The longest wait. A `Retry-After` beyond it ends the attempts.
    pub max: Duration,
}

impl Default for RetryRule {
    /// Two repetitions, 0.5 s to 5 s: the defaults of the official clients.
    fn default() -> Self {
        Self::new(2, Duration::from_millis(500), Duration::from_secs(5))
    }
}

/// What an attempt brought.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Attempt {
    NoAnswer,
    Answer { status: StatusCode, should_retry: Option<bool>, retry_after: Option<Duration> },
}

impl Attempt {
    pub(crate) fn answer(
        status: StatusCode,
        headers: &HeaderMap,
        retry_after: Option<Duration>,
    ) -> Self {
        let should_retry =
            match headers.get("stripe-should-retry").and_then(|value| value.to_str().ok()) {
                Some("true") => Some(true),
                Some("false") => Some(false),
                _ => None,
            };
        Self::Answer { status, should_retry, retry_after }
    }
}

impl RetryRule {
    /// Takes all three.
    pub const fn new(max_retries: u32, initial: Duration, max: Duration) -> Self {
        Self { max_retries, initial, max }
    }

    /// How long to wait before the next attempt after attempt number `attempt` (from 1); `None`
    /// when the outcome stands. `jitter` spreads the wait over the upper half of its span.
    pub(crate) fn decide(self, attempt: u32, outcome: Attempt, jitter: u8) -> Option<Duration> {
        if attempt > self.max_retries {
            return None;
        }
        let (worth, asked) = match outcome {
            Attempt::NoAnswer => (true, None),
            Attempt::Answer { status, should_retry, retry_after } => {
                let default = status == StatusCode::CONFLICT || status.is_server_error();
                (should_retry.unwrap_or(default), retry_after)
            }
        };
        let asked = asked.unwrap_or_default();
        if !worth || asked > self.max {
            return None;
        }
        let doublings = attempt.saturating_sub(1).min(16);
        let whole = self.initial.saturating_mul(1 << doublings).min(self.max);
        let half = whole / 2;
        let spread = half + whole.saturating_sub(half) * u32::from(jitter) / 255;
        Some(spread.max(self.initial).max(asked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, should_retry: Option<bool>) -> Attempt {
        let status = StatusCode::from_u16(status).unwrap();
        Attempt::Answer { status, should_retry, retry_after: None }
    }

    #[test]
    fn the_order_of_the_official_clients_is_kept() {
        let rows = [
            ("no answer", 1, Attempt::NoAnswer, true),
            ("none left", 3, Attempt::NoAnswer, false),
            ("none left though asked", 3, answer(500, Some(true)), false),
            ("told to stop", 1, answer(500, Some(false)), false),
            ("told to stop on conflict", 1, answer(409, Some(false)), false),
            ("told to go on", 1, answer(400, Some(true)), true),
            ("rate limit, asked", 1, answer(429, Some(true)), true),
            ("rate limit, not asked", 1, answer(429, None), false),
            ("conflict", 2, answer(409, None), true),
            ("server side", 2, answer(503, None), true),
            ("card declined", 1, answer(402, None), false),
            ("not found", 1, answer(404, None), false),
            ("success", 1, answer(200, None), false),
        ];
        for (label, attempt, outcome, again) in rows {
            let decided = RetryRule::default().decide(attempt, outcome, 0);
            assert_eq!(decided.is_some(), again, "{label}");
        }
    }

    #[test]
    fn waits_double_stay_in_bounds_and_honor_the_server() {
        let rule = RetryRule::new(20, Duration::from_millis(500), Duration::from_secs(5));
        let wait = |attempt, jitter| rule.decide(attempt, Attempt::NoAnswer, jitter).unwrap();
        assert_eq!(wait(1, 0), Duration::from_millis(500));
        assert_eq!(wait(2, 255), Duration::from_secs(1));
        assert_eq!(wait(3, 0), Duration::from_secs(1));
        assert_eq!(wait(20, 255), Duration::from_secs(5));
        let asked = |seconds| Attempt::Answer {
            status: StatusCode::SERVICE_UNAVAILABLE,
            should_retry: None,
            retry_after: Some(Duration::from_secs(seconds)),
        };
        assert_eq!(rule.decide(1, asked(3), 0), Some(Duration::from_secs(3)));
        assert_eq!(rule.decide(1, asked(60), 0), None);
    }
}
