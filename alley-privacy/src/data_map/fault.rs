//! What is wrong with a data map, where, and what would be right.

use alley_core::text_enum;

text_enum! {
    /// The kind of a finding. Codes that begin with `E_` are errors, with `W_` warnings.
    pub enum FaultCode {
        /// The text is not JSON.
        Json => "E_JSON",
        /// A key stands twice in one object.
        DuplicateKey => "E_DUPLICATE_KEY",
        /// The schema is not one that this version reads.
        SchemaVersion => "E_SCHEMA_VERSION",
        /// A required field is absent.
        MissingField => "E_MISSING_FIELD",
        /// A field that this schema does not have.
        UnknownField => "E_UNKNOWN_FIELD",
        /// A value of another JSON type than the field wants.
        Type => "E_TYPE",
        /// A word that is not of the closed list.
        Enum => "E_ENUM",
        /// An id with other characters than lower-case letters, digits, `_`, `.` and `-`.
        IdFormat => "E_ID_FORMAT",
        /// Two entries of one list have the same id.
        DuplicateId => "E_DUPLICATE_ID",
        /// Names something that is not declared.
        UnknownRef => "E_UNKNOWN_REF",
        /// An element without a purpose.
        NoPurpose => "E_NO_PURPOSE",
        /// A retention rule without a trigger, or with one that nobody raises.
        RetentionTrigger => "E_RETENTION_TRIGGER",
        /// A period that is no ISO 8601 duration in years, months, weeks and days.
        RetentionPeriod => "E_RETENTION_PERIOD",
        /// A secret without a protection that hides it at rest.
        SecretUnprotected => "E_SECRET_UNPROTECTED",
        /// A secret that an export would show.
        SecretExported => "E_SECRET_EXPORTED",
        /// Element and subprocessor disagree on who touches what.
        SubprocessorAsymmetry => "E_SUBPROCESSOR_ASYMMETRY",
        /// Record types own each other in a circle.
        OwnsCycle => "E_OWNS_CYCLE",
        /// A record type that two others own.
        OwnsMultiple => "E_OWNS_MULTIPLE",
        /// Personal records that no subject, tenant or deleting edge reaches.
        UnreachableType => "E_UNREACHABLE_TYPE",
        /// A type that is exported and never erased, or erased and never exported.
        EraseExportAsymmetry => "E_ERASE_EXPORT_ASYMMETRY",
        /// The ledger forgets before the oldest backup does.
        TombstoneExpiry => "E_TOMBSTONE_EXPIRY",
        /// A transfer without a mechanism; only in production.
        TransferNoMechanism => "E_TRANSFER_NO_MECHANISM",
        /// A module of the standard clauses that does not fit the two roles.
        TransferSccModule => "E_TRANSFER_SCC_MODULE",
        /// A field that must be blanked while its row stays, and cannot be.
        NotBlankable => "E_NOT_BLANKABLE",
        /// A declared element that the map does not have.
        UndeclaredElement => "E_UNDECLARED_ELEMENT",
        /// A value that the host must confirm.
        ProposedValue => "W_PROPOSED_VALUE",
        /// A subprocessor whose legal role is open.
        RoleUnspecified => "W_ROLE_UNSPECIFIED",
        /// A transfer without a mechanism, while drafting.
        TransferUnspecified => "W_TRANSFER_UNSPECIFIED",
        /// An entry that nothing uses.
        UnusedEntry => "W_UNUSED_ENTRY",
        /// Data of third parties in an export of somebody else.
        ThirdPartyData => "W_THIRD_PARTY_DATA",
    }
}

/// One finding.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{code} at {pointer}: {message}")]
#[non_exhaustive]
pub struct Fault {
    /// The kind.
    pub code: FaultCode,
    /// Where: a JSON pointer (RFC 6901) into the map, or `declarations/<record>/<field>`.
    pub pointer: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Fault {
    pub(crate) fn new(
        code: FaultCode,
        pointer: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self { code, pointer: pointer.into(), message: message.into() }
    }

    /// Whether the map may not be used with it; otherwise it is a warning.
    pub fn is_error(&self) -> bool {
        self.code.as_str().starts_with("E_")
    }
}

/// ` (did you mean "…"?)` with the nearest of `known`, or the empty text if none is near.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let limit = (word.chars().count() / 3).max(2);
    known
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| format!(" (did you mean \"{candidate}\"?)"))
        .unwrap_or_default()
}

/// Edit distance after Levenshtein, in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (above, to) in row.iter().skip(1).zip(&b) {
            let cost = diagonal + usize::from(from != *to);
            left = cost.min(left + 1).min(above + 1);
            next.push(left);
            diagonal = *above;
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edit_distance_counts_single_changes() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("same", "same"), 0);
    }

    #[test]
    fn only_a_near_word_is_suggested() {
        assert_eq!(
            nearest("acount.email", ["account.email"]),
            " (did you mean \"account.email\"?)"
        );
        assert_eq!(nearest("shoe", ["account.email"]), "");
    }
}
