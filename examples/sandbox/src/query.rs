use std::fmt::Write as _;

/// Decoded pairs of a query string or form body, in the order they were sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Decodes `key=value&…`; `None` if an escape is broken or the text is not UTF-8.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut pairs = Vec::new();
        for piece in text.split('&').filter(|piece| !piece.is_empty()) {
            let (key, value) = piece.split_once('=').unwrap_or((piece, ""));
            pairs.push((decode(key)?, decode(value)?));
        }
        Some(Self { pairs })
    }

    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Whether a key was sent twice, which nobody signs or reads the same way.
    pub(crate) fn repeats(&self) -> bool {
        let mut keys: Vec<&str> = self.pairs.iter().map(|(key, _)| key.as_str()).collect();
        keys.sort_unstable();
        keys.windows(2).any(|pair| pair.first() == pair.last())
    }
}

/// Percent-encodes everything but unreserved characters (RFC 3986, section 2.3).
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                out.push(u8::try_from(high * 16 + low).ok()?);
            }
            other => out.push(other),
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::{Query, encode};

    #[test]
    fn encoded_text_decodes_to_itself() {
        let text = "a b+c/d==&é{CHECKOUT}";
        let query = Query::parse(&format!("k={}", encode(text))).unwrap();
        assert_eq!(query.get("k"), Some(text));
    }

    #[test]
    fn broken_escape_is_refused() {
        for text in ["a=%", "a=%4", "a=%zz", "a=%ff"] {
            assert!(Query::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn repeated_key_is_noticed() {
        assert!(Query::parse("a=1&b=2&a=3").unwrap().repeats());
        assert!(!Query::parse("a=1&b=2").unwrap().repeats());
    }
}
