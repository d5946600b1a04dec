//! The place that a sealed value belongs to.

use zeroize::Zeroizing;

use crate::ids::TenantId;

/// Names the one place where a sealed value is valid: tenant, record type, field, the record's
/// key, and what the value is for. There is no default, so that nothing is sealed without it.
///
/// ```
/// # use alley_core::SealContext;
/// let context = SealContext::field("account", "totp_secret", None, b"the key of the row");
/// ```
/// ```compile_fail
/// # use alley_core::SealContext;
/// let context = SealContext::default();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SealContext<'a> {
    tenant: Option<TenantId>,
    record: &'static str,
    field: &'static str,
    key: &'a [u8],
    purpose: &'static str,
}

impl<'a> SealContext<'a> {
    /// A field of the stored record `record` whose primary key has the octets `key`; `tenant` is
    /// the owner of the row, none for records that no tenant owns.
    pub const fn field(
        record: &'static str,
        field: &'static str,
        tenant: Option<TenantId>,
        key: &'a [u8],
    ) -> Self {
        Self { tenant, record, field, key, purpose: "stored field" }
    }

    /// The same place for another use than storage in that field, such as a value that is handed
    /// to a browser.
    #[must_use]
    pub const fn for_purpose(mut self, purpose: &'static str) -> Self {
        self.purpose = purpose;
        self
    }

    /// The header and this place as one text. Each part is preceded by its length, so that no
    /// two different lists of parts give the same octets.
    pub(super) fn associated_data(&self, header: &[u8]) -> Zeroizing<Vec<u8>> {
        let tenant = self.tenant.map(|tenant| *tenant.as_uuid().as_bytes());
        let tenant = tenant.as_ref().map_or(&[][..], |bytes| &bytes[..]);
        prefixed(&[
            header,
            tenant,
            self.record.as_bytes(),
            self.field.as_bytes(),
            self.key,
            self.purpose.as_bytes(),
        ])
    }
}

/// Each part behind its length in eight octets, big endian.
pub(super) fn prefixed(parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let length = parts.iter().map(|part| part.len() + 8).sum();
    let mut bytes = Zeroizing::new(Vec::with_capacity(length));
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts() -> impl Strategy<Value = Vec<Vec<u8>>> {
        // Few letters and short parts, so that lists with equal concatenation do occur.
        proptest::collection::vec(proptest::collection::vec(0_u8..3, 0..4), 0..5)
    }

    fn encode(parts: &[Vec<u8>]) -> Vec<u8> {
        prefixed(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>()).to_vec()
    }

    proptest! {
        #[test]
        fn sl_04_different_parts_give_different_octets(a in parts(), b in parts()) {
            prop_assert_eq!(encode(&a) == encode(&b), a == b);
        }
    }

    #[test]
    fn sl_04_a_moved_border_between_parts_is_seen() {
        let data = |record, field, key| {
            SealContext::field(record, field, None, key).associated_data(b"h").to_vec()
        };
        assert_ne!(data("ab", "c", b""), data("a", "bc", b""));
        assert_ne!(data("a", "b", b"c"), data("a", "bc", b""));
        let here = SealContext::field("a", "b", None, b"c");
        assert_ne!(
            here.associated_data(b"h").to_vec(),
            here.for_purpose("cookie").associated_data(b"h").to_vec(),
        );
    }
}
