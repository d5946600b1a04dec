//! Opaque identifiers of other systems, and the ids that cross crates.

use crate::own_id;

/// Declares an opaque identifier of another system: a text of 1 to `max` bytes without control
/// characters, kept as it came, never parsed and never calculated with.
#[macro_export]
macro_rules! remote_id {
    ($(#[$meta:meta])* $name:ident, $max:literal) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(String);

        impl $name {
            #[doc = concat!("Takes the text as it came; 1 to ", $max, " bytes, no control characters.")]
            ///
            /// # Errors
            /// When the text is empty, too long or holds a control character.
            pub fn new(text: impl Into<String>) -> Result<Self, $crate::RemoteIdError> {
                let text = text.into();
                $crate::RemoteIdError::check(stringify!($name), &text, $max)?;
                Ok(Self(text))
            }

            /// The text as the other system wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl $crate::Field for $name {
            const KIND: $crate::ValueKind = $crate::ValueKind::Text;
            fn to_value(&self) -> $crate::Value {
                $crate::Value::Text(self.0.clone())
            }
            fn into_value(self) -> $crate::Value {
                $crate::Value::Text(self.0)
            }
            fn from_value(value: $crate::Value) -> Result<Self, $crate::FieldError> {
                let text = String::from_value(value)?;
                Self::new(text).map_err(|_| $crate::FieldError::new("a remote id"))
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::new(text).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// A text cannot be an identifier of another system.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{name} must be 1 to {max} bytes without control characters")]
pub struct RemoteIdError {
    name: &'static str,
    max: usize,
}

impl RemoteIdError {
    /// Checks the rule that [`remote_id!`](crate::remote_id) states; for that macro.
    ///
    /// # Errors
    /// When the text breaks it.
    pub fn check(name: &'static str, text: &str, max: usize) -> Result<(), Self> {
        if text.is_empty() || text.len() > max || text.chars().any(char::is_control) {
            return Err(Self { name, max });
        }
        Ok(())
    }
}

own_id! {
    /// Identifies a person with a sign-in.
    AccountId, AccountKind, "acc"
}
own_id! {
    /// Identifies a seller's organization, the owner of billing and processor data.
    TenantId, TenantKind, "ten"
}
remote_id! {
    /// A creator as TikTok Shop names them (`creator_open_id`: stable within one app).
    CreatorRef, 128
}
remote_id! {
    /// A shop as TikTok Shop names it.
    ShopRef, 128
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Field as _;

    #[test]
    fn remote_ids_keep_their_text_and_refuse_control_characters() {
        let id = CreatorRef::new("7 Ünï").unwrap();
        assert_eq!(id.as_str(), "7 Ünï");
        assert_eq!(id.to_value(), id.into_value());
        assert!(CreatorRef::new("").is_err());
        assert!(CreatorRef::new("a\nb").is_err());
        assert!(CreatorRef::new("x".repeat(129)).is_err());
    }
}
