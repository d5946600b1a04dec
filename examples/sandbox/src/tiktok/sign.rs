//! Signatures of TikTok Shop, written from the documentation ("Sign your API request") alone.

use crate::digest::{hmac_hex, same};

/// The `sign` of a request: the decoded query pairs without `sign` and `access_token`, sorted by
/// key, behind the path, then the raw body unless it is multipart, all between two copies of the
/// secret; HMAC-SHA256 by the secret, lower-case hex.
///
/// ```
/// use alley_sandbox::tiktok::sign::request_signature;
///
/// // The worked example of the documentation.
/// let query = [("app_key", "29a39d"), ("timestamp", "1623812664")];
/// assert_eq!(
///     request_signature("e59af819cc", "/authorization/202309/shops", &query, None, b""),
///     "b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8",
/// );
/// ```
pub fn request_signature<K: AsRef<str>, V: AsRef<str>>(
    app_secret: &str,
    path: &str,
    query: &[(K, V)],
    content_type: Option<&str>,
    body: &[u8],
) -> String {
    let mut pairs: Vec<(&str, &str)> = query
        .iter()
        .map(|(key, value)| (key.as_ref(), value.as_ref()))
        .filter(|(key, _)| !matches!(*key, "sign" | "access_token"))
        .collect();
    pairs.sort_unstable();
    let secret = app_secret.as_bytes();
    let mut parts: Vec<&[u8]> = vec![secret, path.as_bytes()];
    for (key, value) in pairs {
        parts.extend([key.as_bytes(), value.as_bytes()]);
    }
    if !is_multipart(content_type) {
        parts.push(body);
    }
    parts.push(secret);
    hmac_hex(secret, &parts)
}

/// The `Authorization` header of a webhook: HMAC-SHA256 by the app secret over the app key and the
/// raw body, lower-case hex.
pub fn webhook_signature(app_key: &str, app_secret: &str, body: &[u8]) -> String {
    hmac_hex(app_secret.as_bytes(), &[app_key.as_bytes(), body])
}

/// Whether a webhook's `Authorization` header belongs to its body. Upper-case hex and any other
/// length are refused.
pub fn is_webhook_signed(app_key: &str, app_secret: &str, body: &[u8], header: &str) -> bool {
    same(webhook_signature(app_key, app_secret, body).as_bytes(), header.as_bytes())
}

/// Compares the media type without parameters and without case.
fn is_multipart(content_type: Option<&str>) -> bool {
    content_type
        .and_then(|value| value.split(';').next())
        .is_some_and(|media| media.trim().eq_ignore_ascii_case("multipart/form-data"))
}
