//! Pieces for receiving signed calls. The signature is checked on the raw octets, before anything
//! is parsed.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};

pub use crate::mac::HmacSha256Key;

/// How far the time in a signed call may lie from ours, bounds included.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TimestampWindow {
    past: TimeDelta,
    future: TimeDelta,
}

impl TimestampWindow {
    /// Accepts times up to `past` before and `future` after the present; negative spans accept
    /// nothing on their side.
    pub const fn new(past: TimeDelta, future: TimeDelta) -> Self {
        Self { past, future }
    }

    /// Whether a call signed at `signed` may be taken at `now`.
    pub fn admits(&self, signed: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let age = now.signed_duration_since(signed);
        age <= self.past && -age <= self.future
    }
}

impl Default for TimestampWindow {
    /// Five minutes to either side.
    fn default() -> Self {
        Self::new(TimeDelta::minutes(5), TimeDelta::minutes(5))
    }
}

/// What the host is to answer to the caller.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Reply {
    /// The status.
    pub status: http::StatusCode,
    /// The body, mostly empty.
    pub body: Bytes,
}

impl Reply {
    /// A status with a body.
    pub const fn new(status: http::StatusCode, body: Bytes) -> Self {
        Self { status, body }
    }

    /// A status alone.
    pub const fn empty(status: http::StatusCode) -> Self {
        Self::new(status, Bytes::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_within_the_window_are_admitted_bounds_included() {
        let window = TimestampWindow::new(TimeDelta::seconds(300), TimeDelta::seconds(60));
        let now = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let admits = |offset| window.admits(now + TimeDelta::seconds(offset), now);
        assert!(admits(-300) && admits(0) && admits(60));
        assert!(!admits(-301) && !admits(61));
        assert!(!window.admits(DateTime::<Utc>::MAX_UTC, now));
        assert!(!window.admits(DateTime::<Utc>::MIN_UTC, now));
    }
}
