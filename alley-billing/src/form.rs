//! The nested form encoding of Stripe's API version 1.
//!
//! Rules as the official libraries apply them (`_encode.py` in stripe-python, `src/utils.ts` in
//! stripe-node): maps in brackets, lists with indexes, times in Unix seconds, an empty value to
//! clear. Brackets are sent percent-encoded, which also fits into a query string.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

/// A value of a form.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum FormValue {
    /// Text.
    Text(String),
    /// A whole number; also amounts in the smallest unit of their currency.
    Int(i64),
    /// `true` or `false`.
    Bool(bool),
    /// An instant, cut to whole seconds.
    Time(DateTime<Utc>),
    /// Clears the field in an update.
    Clear,
    /// Values with indexes from 0.
    List(Vec<FormValue>),
    /// Named values.
    Map(Form),
}

impl From<&str> for FormValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<String> for FormValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<i64> for FormValue {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}
impl From<u32> for FormValue {
    fn from(number: u32) -> Self {
        Self::Int(i64::from(number))
    }
}
impl From<bool> for FormValue {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}
impl From<DateTime<Utc>> for FormValue {
    fn from(at: DateTime<Utc>) -> Self {
        Self::Time(at)
    }
}
impl From<Form> for FormValue {
    fn from(form: Form) -> Self {
        Self::Map(form)
    }
}
impl From<Vec<FormValue>> for FormValue {
    fn from(list: Vec<FormValue>) -> Self {
        Self::List(list)
    }
}

/// Named values in the order in which they were set.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Form(Vec<(String, FormValue)>);

impl Form {
    /// An empty form.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value. Setting a key twice sends it twice; Stripe takes the last.
    #[must_use]
    pub fn set(mut self, key: impl Into<String>, value: impl Into<FormValue>) -> Self {
        self.0.push((key.into(), value.into()));
        self
    }

    /// Adds a value if there is one; an absent value is not sent.
    #[must_use]
    pub fn set_some(self, key: impl Into<String>, value: Option<impl Into<FormValue>>) -> Self {
        match value {
            Some(value) => self.set(key, value),
            None => self,
        }
    }

    /// The form as `application/x-www-form-urlencoded`, which is also a query string.
    pub fn encode(&self) -> String {
        self.pairs()
            .iter()
            .map(|(key, value)| format!("{}={}", escape(key), escape(value)))
            .collect::<Vec<_>>()
            .join("&")
    }

    /// The flat pairs before percent-encoding, `metadata[key]` and its value.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for (key, value) in &self.0 {
            flatten(key.clone(), value, &mut pairs);
        }
        pairs
    }
}

fn flatten(key: String, value: &FormValue, pairs: &mut Vec<(String, String)>) {
    let text = match value {
        FormValue::Text(text) => text.clone(),
        FormValue::Int(number) => number.to_string(),
        FormValue::Bool(flag) => flag.to_string(),
        FormValue::Time(at) => at.timestamp().to_string(),
        FormValue::Clear => String::new(),
        FormValue::List(list) => {
            for (index, entry) in list.iter().enumerate() {
                flatten(format!("{key}[{index}]"), entry, pairs);
            }
            return;
        }
        FormValue::Map(form) => {
            for (name, entry) in &form.0 {
                flatten(format!("{key}[{name}]"), entry, pairs);
            }
            return;
        }
    };
    pairs.push((key, text));
}

/// Percent-encodes everything but the unreserved characters of RFC 3986, section 2.3.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            escaped.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _infallible = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(form: &Form) -> String {
        form.encode().replace("%5B", "[").replace("%5D", "]")
    }

    #[test]
    fn values_look_on_the_wire_as_the_protocol_says() {
        let at = DateTime::from_timestamp(1_760_000_000, 999_000_000).unwrap();
        let item = Form::new().set("price", "price_1").set("quantity", 1_i64);
        let rows = [
            (
                Form::new().set("metadata", Form::new().set("account_id", "a1")),
                "metadata[account_id]=a1",
            ),
            (
                Form::new().set("expand", vec!["latest_invoice".into(), "customer".into()]),
                "expand[0]=latest_invoice&expand[1]=customer",
            ),
            (
                Form::new().set("line_items", vec![item.into()]),
                "line_items[0][price]=price_1&line_items[0][quantity]=1",
            ),
            (Form::new().set("cancel_at_period_end", true), "cancel_at_period_end=true"),
            (Form::new().set("prorate", false), "prorate=false"),
            (Form::new().set("trial_end", at), "trial_end=1760000000"),
            (
                Form::new().set("metadata", Form::new().set("key", FormValue::Clear)),
                "metadata[key]=",
            ),
            (Form::new().set("metadata", FormValue::Clear), "metadata="),
            (Form::new().set_some("description", None::<&str>), ""),
            (Form::new().set("name", "a b&c=d"), "name=a%20b%26c%3Dd"),
        ];
        for (form, wire) in rows {
            assert_eq!(plain(&form), wire);
        }
    }

    #[test]
    fn braces_of_the_session_placeholder_survive_the_journey() {
        let form = Form::new().set("success_url", "https://a.test/done?s={CHECKOUT_SESSION_ID}");
        let sent = form.encode();
        let read: Vec<_> = url::form_urlencoded::parse(sent.as_bytes()).collect();
        assert_eq!(read[0].1, "https://a.test/done?s={CHECKOUT_SESSION_ID}");
    }

    proptest! {
        #[test]
        fn a_form_reader_gets_back_what_was_set(pairs in proptest::collection::vec((".{1,8}", ".{0,8}"), 0..5)) {
            let form = pairs.iter().fold(Form::new(), |form, (key, value)| {
                form.set(key.clone(), value.clone())
            });
            let read: Vec<(String, String)> = url::form_urlencoded::parse(form.encode().as_bytes())
                .into_owned()
                .collect();
            prop_assert_eq!(read, pairs);
        }
    }
}
