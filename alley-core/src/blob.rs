//! The bytes of a stored value.

use std::fmt;
use std::ops::Deref;

use smallvec::SmallVec;

/// Bytes of any number. Up to 16 of them, as an id has, need no memory of their own.
///
/// `Debug` tells the length, never the bytes.
#[derive(Clone, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Blob(SmallVec<[u8; 16]>);

impl Blob {
    /// No bytes.
    pub const fn new() -> Self {
        Self(SmallVec::new_const())
    }

    /// The bytes, without copying them if there are more than 16.
    pub fn into_vec(self) -> Vec<u8> {
        self.0.into_vec()
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Deref for Blob {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Blob {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl From<Vec<u8>> for Blob {
    #[inline]
    fn from(bytes: Vec<u8>) -> Self {
        Self(SmallVec::from_vec(bytes))
    }
}

impl From<&[u8]> for Blob {
    #[inline]
    fn from(bytes: &[u8]) -> Self {
        // Most are ids: a copy whose length is known is a move of one register.
        match <[u8; 16]>::try_from(bytes) {
            Ok(id) => Self(SmallVec::from_buf(id)),
            Err(_) => Self(SmallVec::from_slice(bytes)),
        }
    }
}

impl<const N: usize> From<[u8; N]> for Blob {
    #[inline]
    fn from(bytes: [u8; N]) -> Self {
        bytes.as_slice().into()
    }
}

impl<const N: usize> From<&[u8; N]> for Blob {
    #[inline]
    fn from(bytes: &[u8; N]) -> Self {
        bytes.as_slice().into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_are_the_same_whichever_way_they_came(
            bytes: Vec<u8>, other: Vec<u8>, spare in 0_usize..40,
        ) {
            let mut roomy = Vec::with_capacity(bytes.len() + spare);
            roomy.extend_from_slice(&bytes);
            let (owned, copied) = (Blob::from(roomy), Blob::from(bytes.as_slice()));
            prop_assert_eq!(&owned, &copied);
            prop_assert_eq!(&*owned, bytes.as_slice());
            prop_assert_eq!(owned.cmp(&Blob::from(other.as_slice())), bytes.cmp(&other));
            prop_assert_eq!(owned.into_vec(), bytes);
        }
    }

    #[test]
    fn an_id_has_room_in_a_value_of_32_bytes() {
        assert_eq!(size_of::<crate::Value>(), 32);
        assert!(!Blob::from([7; 16]).0.spilled());
        assert_eq!(format!("{:?}", Blob::from([7; 16])), "16 bytes");
    }
}
