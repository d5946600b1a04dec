//! The few kinds of value that a stored record is made of.

use chrono::{DateTime, NaiveDate, Utc};

use crate::blob::Blob;
use crate::id::{Id, Kind};

/// A stored value. Every engine can hold these four without loss.
///
/// Most values are personal or could be. So `Debug` tells the kind and the length, never the value,
/// and with it the `Debug` of keys, rows, commits and errors that hold values.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "a store must handle each kind")]
pub enum Value {
    /// Absent.
    Null,
    /// A whole number; also booleans (0, 1) and instants (microseconds since 1970, UTC).
    Int(i64),
    /// Text; also names of enumerations, dates and canonical JSON.
    Text(String),
    /// Bytes; also ids (16), hashes and sealed values.
    Bytes(Blob),
}

impl Value {
    /// Bytes.
    #[inline]
    pub fn bytes(bytes: impl Into<Blob>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Int(_) => f.write_str("Int"),
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
        }
    }
}

/// What a value means, for export, schema and protection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ValueKind {
    /// Sixteen bytes, shown with this prefix.
    Id(&'static str),
    /// A whole number.
    Int,
    /// Zero or one.
    Bool,
    /// Microseconds since 1970, UTC.
    Time,
    /// A calendar date, `YYYY-MM-DD`.
    Date,
    /// Text.
    Text,
    /// Canonical JSON in text.
    Json,
    /// Bytes without a meaning that could be shown.
    Bytes,
    /// A value under the keyring ([`Sealed`](crate::Sealed)).
    Sealed,
    /// A hash of a secret or a keyed hash of a value; of no use to a reader.
    Hash,
}

impl ValueKind {
    /// Whether the engine column holds numbers, text or bytes.
    pub const fn storage(self) -> Storage {
        match self {
            Self::Int | Self::Bool | Self::Time => Storage::Int,
            Self::Date | Self::Text | Self::Json => Storage::Text,
            Self::Id(_) | Self::Bytes | Self::Sealed | Self::Hash => Storage::Bytes,
        }
    }
}

/// The type of an engine's column.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "mirrors the three kinds of `Value`")]
pub enum Storage {
    /// 64-bit whole numbers.
    Int,
    /// UTF-8 text.
    Text,
    /// Bytes.
    Bytes,
}

/// A Rust type that can be a field of a stored record.
pub trait Field: Sized {
    /// What the value means.
    const KIND: ValueKind;
    /// Whether the value may be absent.
    const OPTIONAL: bool = false;

    /// The stored form.
    fn to_value(&self) -> Value;

    /// The stored form of a value that is not needed any more. Types that own what the form is made of
    /// hand it over instead of copying it.
    #[inline]
    fn into_value(self) -> Value {
        self.to_value()
    }

    /// Reads the stored form back.
    ///
    /// # Errors
    /// When the store holds something else; the caller reports it as corrupt.
    fn from_value(value: Value) -> Result<Self, FieldError>;
}

/// A stored value is not what the record declares. Never holds the value itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("stored value is not {expected}")]
pub struct FieldError {
    expected: &'static str,
}

impl FieldError {
    /// `expected` completes the sentence "stored value is not …".
    pub const fn new(expected: &'static str) -> Self {
        Self { expected }
    }
}

impl<K: Kind> Field for Id<K> {
    const KIND: ValueKind = ValueKind::Id(K::PREFIX);

    #[inline]
    fn to_value(&self) -> Value {
        Value::bytes(self.as_uuid().as_bytes())
    }

    #[inline]
    fn from_value(value: Value) -> Result<Self, FieldError> {
        match value {
            Value::Bytes(bytes) => uuid::Uuid::from_slice(&bytes)
                .map(Self::from_uuid)
                .map_err(|_cause| FieldError::new("an id of 16 bytes")),
            _ => Err(FieldError::new("an id of 16 bytes")),
        }
    }
}

impl Field for String {
    const KIND: ValueKind = ValueKind::Text;

    #[inline]
    fn to_value(&self) -> Value {
        Value::Text(self.clone())
    }

    #[inline]
    fn into_value(self) -> Value {
        Value::Text(self)
    }

    #[inline]
    fn from_value(value: Value) -> Result<Self, FieldError> {
        match value {
            Value::Text(text) => Ok(text),
            _ => Err(FieldError::new("text")),
        }
    }
}

impl Field for i64 {
    const KIND: ValueKind = ValueKind::Int;

    #[inline]
    fn to_value(&self) -> Value {
        Value::Int(*self)
    }

    #[inline]
    fn from_value(value: Value) -> Result<Self, FieldError> {
        match value {
            Value::Int(number) => Ok(number),
            _ => Err(FieldError::new("a whole number")),
        }
    }
}

impl Field for u32 {
    const KIND: ValueKind = ValueKind::Int;

    #[inline]
    fn to_value(&self) -> Value {
        Value::Int(i64::from(*self))
    }

    #[inline]
    fn from_value(value: Value) -> Result<Self, FieldError> {
        let wrong = FieldError::new("a whole number from 0 to 4294967295");
        Self::try_from(i64::from_value(value)?).map_err(|_cause| wrong)
    }
}

impl Field for bool {
    const KIND: ValueKind = ValueKind::Bool;

    #[inline]
    fn to_value(&self) -> Value {
        Value::Int(i64::from(*self))
    }

    #[inline]
    fn from_value(value: Value) -> Result<Self, FieldError> {
        match value {
            Value::Int(0) => Ok(false),
            Value::Int(1) => Ok(true),
            _ => Err(FieldError::new("0 or 1")),
        }
    }
}

impl Field for DateTime<Utc> {
    const KIND: ValueKind = ValueKind::Time;

    #[inline]
    fn to_value(&self) -> Value {
        Value::Int(self.timestamp_micros())
    }

    #[inline]
    fn from_value(value: Value) -> Result<Self, FieldError> {
        Self::from_timestamp_micros(i64::from_value(value)?)
            .ok_or(FieldError::new("an instant in microseconds"))
    }
}

impl Field for NaiveDate {
    const KIND: ValueKind = ValueKind::Date;

    #[inline]
    fn to_value(&self) -> Value {
        Value::Text(self.format("%Y-%m-%d").to_string())
    }

    #[inline]
    fn from_value(value: Value) -> Result<Self, FieldError> {
        Self::parse_from_str(&String::from_value(value)?, "%Y-%m-%d")
            .map_err(|_cause| FieldError::new("a date as YYYY-MM-DD"))
    }
}

impl Field for Vec<u8> {
    const KIND: ValueKind = ValueKind::Bytes;

    #[inline]
    fn to_value(&self) -> Value {
        Value::bytes(self.as_slice())
    }

    #[inline]
    fn into_value(self) -> Value {
        Value::bytes(self)
    }

    #[inline]
    fn from_value(value: Value) -> Result<Self, FieldError> {
        match value {
            Value::Bytes(bytes) => Ok(bytes.into_vec()),
            _ => Err(FieldError::new("bytes")),
        }
    }
}

/// SHA-256 of a secret, or an HMAC-SHA256 of a value: what may be stored in its place.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Digest32([u8; 32]);

impl Digest32 {
    /// Takes the 32 bytes of a digest.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for Digest32 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // 32 bits are enough to correlate two lines and of no use for a look-up.
        let [first, second, third, fourth, ..] = self.0;
        write!(f, "Digest32({first:02x}{second:02x}{third:02x}{fourth:02x}…)")
    }
}

impl Field for Digest32 {
    const KIND: ValueKind = ValueKind::Hash;

    #[inline]
    fn to_value(&self) -> Value {
        Value::bytes(self.0)
    }

    #[inline]
    fn from_value(value: Value) -> Result<Self, FieldError> {
        let wrong = FieldError::new("a digest of 32 bytes");
        <[u8; 32]>::try_from(Vec::from_value(value)?).map(Self).map_err(|_cause| wrong)
    }
}

impl<T: Field> Field for Option<T> {
    const KIND: ValueKind = T::KIND;
    const OPTIONAL: bool = true;

    #[inline]
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, Field::to_value)
    }

    #[inline]
    fn into_value(self) -> Value {
        self.map_or(Value::Null, Field::into_value)
    }

    #[inline]
    fn from_value(value: Value) -> Result<Self, FieldError> {
        match value {
            Value::Null => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }
}

/// A value kept as canonical JSON text. For small structures that no query looks into.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a wrapper and nothing more")]
pub struct Json<T>(pub T);

impl<T: serde::Serialize + serde::de::DeserializeOwned> Field for Json<T> {
    const KIND: ValueKind = ValueKind::Json;

    #[inline]
    fn to_value(&self) -> Value {
        // Types with non-text map keys cannot be written; they read back as corrupt instead of
        // being lost in silence.
        Value::Text(serde_json::to_string(&self.0).unwrap_or_default())
    }

    #[inline]
    fn from_value(value: Value) -> Result<Self, FieldError> {
        serde_json::from_str(&String::from_value(value)?)
            .map(Self)
            .map_err(|_cause| FieldError::new("JSON of the declared shape"))
    }
}

/// Declares a closed set of words that is stored as text:
/// `text_enum! { /// docs  pub enum Status { /// docs  Active => "active" } }`.
/// Gives `as_str`, `Display`, `FromStr`, serde and [`Field`].
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident => $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// All words of the set, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::FieldError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::FieldError::new(concat!("one of", $(" ", $text),+))),
                }
            }
        }
        impl $crate::Field for $name {
            const KIND: $crate::ValueKind = $crate::ValueKind::Text;
            fn to_value(&self) -> $crate::Value {
                $crate::Value::Text(String::from(self.as_str()))
            }
            fn from_value(value: $crate::Value) -> Result<Self, $crate::FieldError> {
                <String as $crate::Field>::from_value(value)?.parse()
            }
        }
        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as $crate::serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err($crate::serde::de::Error::custom)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn instants_read_back_equal(micros in -62_135_596_800_000_000_i64..253_402_300_799_999_999) {
            let at = DateTime::from_timestamp_micros(micros).unwrap();
            prop_assert_eq!(DateTime::<Utc>::from_value(at.to_value()).unwrap(), at);
        }

        #[test]
        fn optional_text_reads_back_equal(text in proptest::option::of(".*")) {
            prop_assert_eq!(Option::<String>::from_value(text.to_value()).unwrap(), text.clone());
            prop_assert_eq!(text.to_value(), text.into_value());
        }

        #[test]
        fn bytes_read_back_equal(bytes: Vec<u8>) {
            prop_assert_eq!(Vec::<u8>::from_value(bytes.to_value()).unwrap(), bytes.clone());
            prop_assert_eq!(bytes.to_value(), bytes.into_value());
        }
    }

    #[test]
    fn values_are_not_shown_and_neither_is_what_holds_them() {
        use crate::error::{RecordRef, StoreError, StoreErrorKind};
        use crate::record::Key;

        let text = Value::Text("canary@x.test".to_owned());
        let values = [Value::Null, Value::Int(4_711), text, Value::bytes([77; 16])];
        let shown = format!("{values:?}");
        assert_eq!(shown, "[Null, Int, Text(13 bytes), Bytes(16 bytes)]");
        let key = Key::global(&"canary".to_owned());
        let conflict = StoreErrorKind::Conflict(RecordRef { record: "account", key });
        let shown = format!("{:?}", StoreError::new(conflict));
        assert!(!shown.contains("canary") && shown.contains("Text(6 bytes)"), "{shown}");
    }

    #[test]
    fn a_value_of_another_kind_is_refused() {
        assert!(bool::from_value(Value::Int(2)).is_err());
        assert!(u32::from_value(Value::Int(-1)).is_err());
        assert!(Digest32::from_value(Value::bytes([0; 31])).is_err());
        assert!(String::from_value(Value::Null).is_err());
    }
}
