//! What a check finds in a text before a person reviews it.

use std::sync::Arc;

use alley_core::text_enum;

text_enum! {
    /// How much a finding weighs.
    pub enum Severity {
        /// Worth a look.
        Info => "info",
        /// Probably wrong.
        Warn => "warn",
        /// The text cannot be submitted or handed out.
        Block => "block",
    }
}

/// Something that a check found.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// Stable code: `leftover_placeholder`.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
}

impl Finding {
    /// For checks of a host.
    pub const fn new(code: &'static str, severity: Severity) -> Self {
        Self { code, severity }
    }
}

/// Looks at a text. A port: hosts add their own word lists and models.
pub trait ContentCheck: std::fmt::Debug + Send + Sync + 'static {
    /// What it finds. Must answer the same for the same text.
    fn check(&self, text: &str) -> Vec<Finding>;
}

/// Everything that the checks find, in their order.
pub fn findings(checks: &[Arc<dyn ContentCheck>], text: &str, max_chars: u32) -> Vec<Finding> {
    let mut found = Vec::new();
    if text.is_empty() {
        found.push(Finding::new("empty", Severity::Block));
    }
    if text.chars().count() > usize::try_from(max_chars).unwrap_or(usize::MAX) {
        found.push(Finding::new("too_long", Severity::Block));
    }
    found.extend(checks.iter().flat_map(|check| check.check(text)));
    found
}

/// The checks that need no knowledge of the host: leftover placeholders, contact data of other
/// platforms, shouting.
pub fn standard_checks() -> Vec<Arc<dyn ContentCheck>> {
    vec![Arc::new(Placeholders), Arc::new(OtherPlatforms), Arc::new(Shouting)]
}

#[derive(Debug)]
struct Placeholders;

impl ContentCheck for Placeholders {
    fn check(&self, text: &str) -> Vec<Finding> {
        let left = ["{{", "}}", "{%", "%}"].into_iter().any(|mark| text.contains(mark));
        left.then(|| Finding::new("leftover_placeholder", Severity::Block)).into_iter().collect()
    }
}

#[derive(Debug)]
struct OtherPlatforms;

impl ContentCheck for OtherPlatforms {
    fn check(&self, text: &str) -> Vec<Finding> {
        let text = text.to_lowercase();
        let mut found = Vec::new();
        if text.contains("http://") || text.contains("https://") || text.contains("www.") {
            found.push(Finding::new("link", Severity::Warn));
        }
        let names = ["whatsapp", "telegram", "wechat", "instagram", "t.me/", "discord"];
        if names.into_iter().any(|name| text.contains(name)) {
            found.push(Finding::new("other_platform", Severity::Warn));
        }
        let addressed = text.split_whitespace().any(|word| {
            word.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'))
        });
        if addressed {
            found.push(Finding::new("email_address", Severity::Warn));
        }
        found
    }
}

#[derive(Debug)]
struct Shouting;

impl ContentCheck for Shouting {
    fn check(&self, text: &str) -> Vec<Finding> {
        let letters = text.chars().filter(|character| character.is_alphabetic()).count();
        let capitals = text.chars().filter(|character| character.is_uppercase()).count();
        let loud = letters >= 20 && capitals.saturating_mul(2) > letters;
        loud.then(|| Finding::new("shouting", Severity::Info)).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_not_go_out_is_found() {
        let codes = |text: &str| -> Vec<&str> {
            findings(&standard_checks(), text, 80).iter().map(|finding| finding.code).collect()
        };
        assert_eq!(codes("Hi {{ name }}"), ["leftover_placeholder"]);
        assert_eq!(codes(""), ["empty"]);
        assert_eq!(codes(&"a".repeat(81)), ["too_long"]);
        assert_eq!(codes("ask me on WhatsApp or a@b.example"), ["other_platform", "email_address"]);
        assert_eq!(codes("BUY THIS NOW PLEASE BUY IT"), ["shouting"]);
        assert!(codes("Hello, would you like a sample?").is_empty());
    }
}
