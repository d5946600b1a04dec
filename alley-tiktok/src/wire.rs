//! Reading what TikTok Shop writes, without failing on what it might write next.
//!
//! Fields come and go without notice, ids are text in one answer and numbers in another, times are
//! both. A reader that insists loses a whole page over one field. So each kind of value says
//! what it can be made from, and everything else reads as absent; [`wire!`] makes the structs.

use std::fmt;
use std::marker::PhantomData;

use compact_str::{CompactString, ToCompactString as _};
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A short text or an id, as it was sent; a number is kept as its digits.
#[derive(Clone, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Text(CompactString);

impl Text {
    /// Takes a text.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(CompactString::new(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Text {
    /// Shows the length only: names, addresses and messages travel in this type.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl serde::Serialize for Text {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// What a value can be made from. What is not overridden reads as absent.
pub(crate) trait Wire: Sized {
    /// From a text.
    fn from_text(_text: &str) -> Option<Self> {
        None
    }

    /// From a whole number below zero, or any that fits.
    fn from_signed(_number: i64) -> Option<Self> {
        None
    }

    /// From a whole number from zero.
    fn from_unsigned(number: u64) -> Option<Self> {
        i64::try_from(number).ok().and_then(Self::from_signed)
    }

    /// From a number with a fraction.
    fn from_fraction(_number: f64) -> Option<Self> {
        None
    }

    /// From true or false.
    fn from_flag(_flag: bool) -> Option<Self> {
        None
    }

    /// From an object.
    ///
    /// # Errors
    /// When the object is no JSON.
    fn from_object<'de, A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

impl Wire for Text {
    fn from_text(text: &str) -> Option<Self> {
        Some(Self::new(text))
    }

    fn from_signed(number: i64) -> Option<Self> {
        Some(Self(number.to_compact_string()))
    }

    fn from_unsigned(number: u64) -> Option<Self> {
        Some(Self(number.to_compact_string()))
    }

    fn from_fraction(number: f64) -> Option<Self> {
        Some(Self(number.to_compact_string()))
    }

    fn from_flag(flag: bool) -> Option<Self> {
        Some(Self::new(if flag { "true" } else { "false" }))
    }
}

impl Wire for i64 {
    fn from_text(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }

    fn from_signed(number: i64) -> Option<Self> {
        Some(number)
    }
}

impl Wire for bool {
    fn from_text(text: &str) -> Option<Self> {
        match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    fn from_flag(flag: bool) -> Option<Self> {
        Some(flag)
    }

    fn from_signed(number: i64) -> Option<Self> {
        match number {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

/// A field: one value or a list of them.
pub(crate) trait WireField: Default {
    /// Reads the field; fails only where the JSON itself is broken.
    ///
    /// # Errors
    /// When the text is no JSON.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

impl<T: Wire> WireField for Option<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(One(PhantomData))
    }
}

impl<T: Wire> WireField for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Many(PhantomData))
    }
}

struct One<T>(PhantomData<T>);

impl<'de, T: Wire> Visitor<'de> for One<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(T::from_text(text))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(T::from_signed(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(T::from_unsigned(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(T::from_fraction(number))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(T::from_flag(flag))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::from_object(map)
    }
}

struct Element<T>(Option<T>);

impl<'de, T: Wire> serde::Deserialize<'de> for Element<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <Option<T> as WireField>::read(deserializer).map(Self)
    }
}

struct Many<T>(PhantomData<T>);

impl<'de, T: Wire> Visitor<'de> for Many<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(128));
        while let Some(Element(element)) = seq.next_element()? {
            found.extend(element);
        }
        Ok(found)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Vec::new())
    }

    fn visit_str<E>(self, _text: &str) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_i64<E>(self, _number: i64) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_u64<E>(self, _number: u64) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_f64<E>(self, _number: f64) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_bool<E>(self, _flag: bool) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }
}

/// For [`wire!`].
pub(crate) fn read<'de, D: Deserializer<'de>, F: WireField>(
    deserializer: D,
) -> Result<F, D::Error> {
    F::read(deserializer)
}

/// Declares a struct of an answer: every field may be absent, null or of a type that nobody
/// announced, and then reads as its default. `Debug` shows no content.
macro_rules! wire {
    ($($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$fmeta:meta])* $field:ident: $type:ty),* $(,)?
    })+) => {$(
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, serde::Deserialize)]
        #[serde(default)]
        #[non_exhaustive]
        $vis struct $name {
            $($(#[$fmeta])* #[serde(deserialize_with = "crate::wire::read")] $vis $field: $type,)*
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }

        impl crate::wire::Wire for $name {
            fn from_object<'de, A: serde::de::MapAccess<'de>>(
                map: A,
            ) -> Result<Option<Self>, A::Error> {
                let object = serde::de::value::MapAccessDeserializer::new(map);
                <Self as serde::Deserialize<'de>>::deserialize(object).map(Some)
            }
        }
    )+};
}

#[cfg(any(feature = "order", feature = "product", feature = "finance"))]
/// Declares a set of words that TikTok Shop may extend: an unknown one is kept as it came.
macro_rules! open_words {
    ($(#[$meta:meta])* pub enum $name:ident {
        $($(#[$vmeta:meta])* $variant:ident => $text:literal),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Eq, Hash, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$vmeta])* $variant,)+
            /// A word that this version does not know, as it came.
            Unknown(crate::wire::Text),
        }

        impl $name {
            /// The word as TikTok Shop writes it.
            pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => $text,)+ Self::Unknown(text) => text.as_str() }
            }
        }

        impl crate::wire::Wire for $name {
            fn from_text(text: &str) -> Option<Self> {
                Some(match text {
                    $($text => Self::$variant,)+
                    other => Self::Unknown(crate::wire::Text::new(other)),
                })
            }
        }
    };
}

#[cfg(any(feature = "order", feature = "product", feature = "finance"))]
pub(crate) use open_words;
pub(crate) use wire;

#[cfg(test)]
mod tests {
    use super::*;

    wire! {
        /// For the tests.
        struct Sample {
            id: Option<Text>,
            count: Option<i64>,
            on: Option<bool>,
            names: Vec<Text>,
            inner: Option<Inner>,
            list: Vec<Inner>,
        }
        /// For the tests.
        struct Inner {
            id: Option<Text>,
        }
    }

    fn sample(json: &str) -> Sample {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn ids_read_from_text_and_from_numbers_above_two_to_the_53() {
        for json in [r#"{"id":"576461413038785752"}"#, r#"{"id":576461413038785752}"#] {
            assert_eq!(sample(json).id.unwrap(), "576461413038785752");
        }
        assert_eq!(sample(r#"{"id":18446744073709551615}"#).id.unwrap(), "18446744073709551615");
        assert_eq!(sample(r#"{"count":"1767241123"}"#).count, Some(1_767_241_123));
    }

    #[test]
    fn fields_of_an_unexpected_type_read_as_absent_and_the_rest_stays() {
        let read = sample(
            r#"{"id":{"a":[1]},"count":[1],"on":"maybe","names":"x","inner":7,
                "list":[{"id":"1"},null,7,{"id":2},[{}]],"of_next_year":{"deep":[{}]}}"#,
        );
        assert_eq!(read.id, None);
        assert_eq!((read.count, read.on, read.inner.is_none()), (None, None, true));
        assert!(read.names.is_empty());
        let ids: Vec<String> =
            read.list.iter().map(|i| i.id.clone().unwrap().to_string()).collect();
        assert_eq!(ids, ["1", "2"]);
    }

    #[test]
    fn null_and_missing_read_as_absent() {
        let nulls = sample(r#"{"id":null,"count":null,"names":null,"inner":null,"list":null}"#);
        assert_eq!(nulls, sample("{}"));
    }

    #[test]
    fn debug_shows_no_content() {
        let text = format!("{:?} {:?}", sample(r#"{"id":"secret"}"#), Text::new("secret"));
        assert!(!text.contains("secret"), "{text}");
    }
}
