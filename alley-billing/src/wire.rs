//! Tolerant reading of Stripe's objects: unknown members are passed over, absent ones are `None`,
//! a reference may be an id, an expanded object or a deletion stub.

use alley_core::RemoteIdError;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// An object of Stripe lacks what it cannot be used without. Never holds the object.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("stripe object \"{object}\" cannot be read: {what}")]
pub struct Malformed {
    object: &'static str,
    what: &'static str,
}

impl Malformed {
    pub(crate) const fn new(object: &'static str, what: &'static str) -> Self {
        Self { object, what }
    }
}

/// A JSON object (or anything else, of which all members are absent).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'a> {
    kind: &'static str,
    value: Option<&'a Value>,
}

impl<'a> Object<'a> {
    pub(crate) const fn new(kind: &'static str, value: &'a Value) -> Self {
        Self { kind, value: Some(value) }
    }

    fn member(self, name: &str) -> Option<&'a Value> {
        self.value?.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn at(self, name: &str) -> Self {
        Self { kind: self.kind, value: self.member(name) }
    }

    pub(crate) fn list(self, name: &str) -> impl Iterator<Item = Self> + use<'a> {
        let kind = self.kind;
        let entries = self.member(name).and_then(Value::as_array);
        entries.into_iter().flatten().map(move |value| Self { kind, value: Some(value) })
    }

    pub(crate) fn is_present(self) -> bool {
        self.value.is_some()
    }

    pub(crate) fn text(self, name: &str) -> Option<&'a str> {
        self.member(name)?.as_str()
    }

    /// A word of an open set: kept as it came, unless it is longer than any such word can be.
    pub(crate) fn word(self, name: &str) -> Option<String> {
        self.text(name).filter(|word| word.len() <= 100).map(str::to_owned)
    }

    pub(crate) fn flag(self, name: &str) -> bool {
        self.member(name).and_then(Value::as_bool).unwrap_or(false)
    }

    pub(crate) fn number(self, name: &str) -> Option<i64> {
        self.member(name)?.as_i64()
    }

    pub(crate) fn count(self, name: &str) -> Option<u32> {
        u32::try_from(self.number(name)?).ok()
    }

    /// Unix seconds (version 1) or RFC 3339 (version 2).
    pub(crate) fn time(self, name: &str) -> Option<DateTime<Utc>> {
        match self.member(name)? {
            Value::Number(seconds) => DateTime::from_timestamp(seconds.as_i64()?, 0),
            Value::String(text) => {
                DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc))
            }
            _ => None,
        }
    }

    /// The id in a member that holds an id or an object with one.
    pub(crate) fn id(self, name: &str) -> Option<&'a str> {
        match self.member(name)? {
            Value::String(id) => Some(id),
            Value::Object(object) => object.get("id")?.as_str(),
            _ => None,
        }
    }

    /// As [`id`](Self::id), as a typed reference; absent also when it cannot be one.
    pub(crate) fn reference<T>(
        self,
        name: &str,
        make: impl Fn(&'a str) -> Result<T, RemoteIdError>,
    ) -> Option<T> {
        make(self.id(name)?).ok()
    }

    /// As [`reference`](Self::reference), where the object is of no use without it.
    pub(crate) fn required<T>(
        self,
        name: &'static str,
        make: impl Fn(&'a str) -> Result<T, RemoteIdError>,
    ) -> Result<T, Malformed> {
        let missing = Malformed::new(self.kind, name);
        make(self.id(name).ok_or(missing)?).map_err(|_illegal| missing)
    }
}
