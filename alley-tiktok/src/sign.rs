//! The signature of a request. Pure: the same input gives the same text.
//!
//! Partner Center, "Sign your API request": HMAC-SHA256 with the app secret over the secret, the
//! path, the query sorted by key (each key directly followed by its decoded value), the body as it is
//! sent unless it is multipart, and the secret again; lower-case hexadecimal.

use alley_core::webhook::HmacSha256Key;
use secrecy::{ExposeSecret as _, SecretString};

/// Signs requests of one app. Keeps the keyed state, so that a signature costs its own bytes only.
pub struct RequestSigner {
    secret: SecretString,
    key: HmacSha256Key,
}

impl RequestSigner {
    /// A signer with the app's secret.
    pub fn new(app_secret: &SecretString) -> Self {
        Self {
            secret: app_secret.clone(),
            key: HmacSha256Key::new(app_secret.expose_secret().as_bytes()),
        }
    }

    /// The value of the parameter `sign`, 64 lower-case digits.
    ///
    /// `query` holds decoded names and values; `sign` and `access_token` among them are left out.
    /// `body` is exactly what will be sent; it is left out when `content_type` is
    /// `multipart/form-data` with whatever parameters and case.
    ///
    /// # Errors
    /// When a name occurs twice: no two implementations agree on how to sign that.
    pub fn sign<'a>(
        &self,
        path: &str,
        query: impl IntoIterator<Item = (&'a str, &'a str)>,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Result<String, RepeatedParameter> {
        let mut signed: Vec<(&str, &str)> = query.into_iter().collect();
        signed.sort_unstable();
        if signed.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b)) {
            return Err(RepeatedParameter);
        }
        let secret = self.secret.expose_secret().as_bytes();
        let mut parts: Vec<&[u8]> = Vec::with_capacity(2 * signed.len() + 4);
        parts.extend([secret, path.as_bytes()]);
        for (name, value) in &signed {
            if !matches!(*name, "sign" | "access_token") {
                parts.extend([name.as_bytes(), value.as_bytes()]);
            }
        }
        if !content_type.is_some_and(is_multipart) {
            parts.push(body);
        }
        parts.push(secret);
        Ok(crate::text::hex(&self.key.parts(&parts)))
    }
}

impl std::fmt::Debug for RequestSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RequestSigner([REDACTED])")
    }
}

/// A request names a query parameter twice.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a query parameter occurs twice: send lists as one value joined by commas")]
#[non_exhaustive]
pub struct RepeatedParameter;

fn is_multipart(content_type: &str) -> bool {
    let media = content_type.split(';').next().unwrap_or_default();
    media.trim().eq_ignore_ascii_case("multipart/form-data")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn signer() -> RequestSigner {
        RequestSigner::new(&SecretString::from("fake-secret"))
    }

    fn query() -> impl Strategy<Value = Vec<(String, String)>> {
        proptest::collection::btree_map("[a-z_]{1,8}", ".{0,12}", 0..8)
            .prop_map(|map| map.into_iter().collect())
    }

    fn pairs(query: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
        query.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    proptest! {
        #[test]
        fn the_order_of_parameters_does_not_matter(
            query in query().prop_flat_map(|query| (Just(query.clone()), Just(query).prop_shuffle())),
        ) {
            let (sorted, shuffled) = query;
            let sign = |query: &[(String, String)]| signer().sign("/p", pairs(query), None, b"x");
            prop_assert_eq!(sign(&sorted), sign(&shuffled));
        }

        #[test]
        fn a_repeated_parameter_is_refused(query in query(), value in ".{0,4}") {
            prop_assume!(!query.is_empty());
            let mut query = query;
            let name = query[0].0.clone();
            query.push((name, value));
            prop_assert_eq!(signer().sign("/p", pairs(&query), None, b""), Err(RepeatedParameter));
        }
    }

    #[test]
    fn multipart_is_recognized_with_parameters_and_in_any_case() {
        let sign = |media, body: &[u8]| signer().sign("/p", [("a", "b")], Some(media), body);
        for media in ["multipart/form-data", "Multipart/Form-Data; boundary=x"] {
            assert_eq!(sign(media, b"one"), sign(media, b"two"), "{media}");
        }
        assert_ne!(sign("application/json", b"one"), sign("application/json", b"two"));
        assert_ne!(sign("multipart/mixed", b"one"), sign("multipart/mixed", b"two"));
    }
}
