//! Signatures of Stripe's webhooks, written from the documentation alone.

use crate::digest::{hmac_hex, same};

/// The `Stripe-Signature` header of a body: one `v1` for each secret.
///
/// ```
/// use alley_sandbox::stripe::sign::{is_signed, signature_header};
///
/// let header = signature_header(&["whsec_example"], 1_760_000_000, b"{}");
/// assert!(is_signed("whsec_example", &header, b"{}", 1_760_000_010, 300));
/// assert!(!is_signed("whsec_example", &header, b"{ }", 1_760_000_010, 300));
/// ```
pub fn signature_header<S: AsRef<str>>(secrets: &[S], timestamp: i64, body: &[u8]) -> String {
    let mut header = format!("t={timestamp}");
    for secret in secrets {
        header.push_str(",v1=");
        header.push_str(&signature(secret.as_ref(), &timestamp.to_string(), body));
    }
    header
}

/// Whether a header was made for that body with that secret, at most `tolerance_s` seconds ago or
/// ahead. Only `v1` counts; another scheme would be a downgrade.
pub fn is_signed(secret: &str, header: &str, body: &[u8], now: i64, tolerance_s: i64) -> bool {
    let mut timestamp = None;
    let mut sent = Vec::new();
    for (scheme, value) in header.split(',').filter_map(|piece| piece.split_once('=')) {
        match scheme {
            "t" => timestamp = timestamp.or(Some(value)),
            "v1" => sent.push(value),
            _ => {}
        }
    }
    let Some(timestamp) = timestamp else {
        return false;
    };
    let expected = signature(secret, timestamp, body);
    let matches = sent.iter().any(|value| same(expected.as_bytes(), value.as_bytes()));
    let fresh = timestamp
        .parse::<i64>()
        .is_ok_and(|at| now.checked_sub(at).is_some_and(|age| age.abs() <= tolerance_s));
    matches && fresh && !secret.trim().is_empty()
}

fn signature(secret: &str, timestamp: &str, body: &[u8]) -> String {
    hmac_hex(secret.as_bytes(), &[timestamp.as_bytes(), b".", body])
}
