use serde_json::Value;

use super::envelope::Refusal;
use crate::digest::sha256_hex;

/// One page out of `total` things, by a token that is bound to the search it came from.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Empty on the last page.
    pub(crate) next: String,
}

impl Page {
    pub(crate) fn cut(
        token: Option<&str>,
        size: usize,
        total: usize,
        search: &str,
    ) -> Result<Self, Refusal> {
        let start = match token {
            None | Some("") => 0,
            Some(token) => read(token, search).ok_or(Refusal::parameter("Invalid page_token"))?,
        };
        let start = start.min(total);
        let end = (start + size).min(total);
        let next = if end < total { write(end, search) } else { String::new() };
        Ok(Self { start, end, next })
    }
}

/// A short text that differs between searches: what the parts are and in which order.
pub(crate) fn search_id(parts: &[&[u8]]) -> String {
    let mut text = Vec::new();
    for part in parts {
        text.extend_from_slice(part);
        text.push(0);
    }
    sha256_hex(&text).chars().take(12).collect()
}

/// A search body without the members that only page through it.
pub(crate) fn search_body(body: &Value) -> String {
    let mut body = body.clone();
    crate::json::remove(&mut body, "search_key");
    if body.as_object().is_none_or(serde_json::Map::is_empty) {
        return String::new();
    }
    body.to_string()
}

/// Holds `+`, `/` and `=`, as the documented samples do, so that a client must encode it.
fn write(offset: usize, search: &str) -> String {
    format!("b2Zmc2V0+{offset}/{search}==")
}

fn read(token: &str, search: &str) -> Option<usize> {
    let (offset, of) = token.strip_prefix("b2Zmc2V0+")?.strip_suffix("==")?.split_once('/')?;
    (of == search).then(|| offset.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn pages_cover_everything_once() {
        let mut token = String::new();
        let mut seen = Vec::new();
        loop {
            let page = Page::cut(Some(&token), 7, 20, "s").unwrap();
            seen.extend(page.start..page.end);
            if page.next.is_empty() {
                break;
            }
            token = page.next;
        }
        assert_eq!(seen, (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn token_of_another_search_is_refused() {
        let token = Page::cut(None, 7, 20, "one").unwrap().next;
        assert!(Page::cut(Some(&token), 7, 20, "other").is_err());
        assert!(Page::cut(Some("nonsense"), 7, 20, "one").is_err());
    }
}
