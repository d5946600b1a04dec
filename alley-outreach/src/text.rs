//! Texts for creators, and the cleaning that every text goes through.

use std::fmt;

use alley_core::{Field, FieldError, Value, ValueKind};
use unicode_normalization::UnicodeNormalization as _;

/// A text that a creator may read. Shows only its length when it is debugged, so that no log holds it.
#[derive(Clone, Default, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(transparent)]
pub struct MessageText(String);

impl MessageText {
    /// Takes a text and cleans it: see [`clean`].
    pub fn new(text: &str) -> Self {
        Self(clean(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is in it, as after an erasure.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Length in characters (Unicode scalar values).
    pub fn chars(&self) -> usize {
        self.0.chars().count()
    }
}

impl fmt::Debug for MessageText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageText({} characters)", self.chars())
    }
}

impl Field for MessageText {
    const KIND: ValueKind = ValueKind::Text;

    fn to_value(&self) -> Value {
        Value::Text(self.0.clone())
    }

    fn into_value(self) -> Value {
        Value::Text(self.0)
    }

    fn from_value(value: Value) -> Result<Self, FieldError> {
        String::from_value(value).map(Self)
    }
}

/// Characters that show nothing and can hide text or turn its direction. U+200C and U+200D stay:
/// Persian, Indic scripts and emoji need them.
pub(crate) const fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'
        | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{061C}')
}

/// Line ends become LF, other control characters and invisible ones go, at most two LF follow each
/// other, the text is in normal form C and has no white space at its ends.
pub fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let visible = text
        .chars()
        .filter(|character| *character == '\n' || !character.is_control())
        .filter(|character| !is_invisible(*character));
    let mut lines = 0_u8;
    let spaced: String = visible
        .filter(|character| {
            lines = if *character == '\n' { lines.saturating_add(1) } else { 0 };
            lines <= 2
        })
        .nfc()
        .collect();
    spaced.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hidden_characters_and_surplus_lines_go() {
        assert_eq!(clean(" a\u{202E}b\u{0}\r\n\n\n\n\u{FEFF}c\u{200D}d "), "ab\n\nc\u{200D}d");
        assert_eq!(clean("e\u{301}"), "é");
    }

    #[test]
    fn a_text_is_stored_alike_whether_it_is_copied_or_handed_over() {
        let text = MessageText("hello".to_owned());
        assert_eq!(text.to_value(), text.into_value());
    }

    #[test]
    fn a_debugged_text_is_not_shown() {
        assert_eq!(format!("{:?}", MessageText::new("hello")), "MessageText(5 characters)");
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(text in ".*") {
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once);
        }
    }
}
