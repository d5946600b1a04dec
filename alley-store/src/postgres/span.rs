//! Spans as arguments.

use std::time::Duration;

use alley_core::Value;

/// A span in microseconds, not more than a thousand years.
pub(super) fn micros(span: Duration) -> Value {
    const MOST: i64 = 1_000 * 366 * 24 * 60 * 60 * 1_000_000;
    Value::Int(i64::try_from(span.as_micros()).unwrap_or(MOST).min(MOST))
}
