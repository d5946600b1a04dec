//! The entries of a data map.

use alley_core::{DataCategory, OnErased, ProcessingRole, text_enum};

use super::period::Period;

text_enum! {
    /// What an erasure does with an element.
    pub enum OnErasure {
        /// The value goes with its row.
        Delete => "delete",
        /// The row goes with the last of its holders.
        DeleteWhenUnshared => "delete_when_unshared",
        /// The value is sealed; the only copy of its ciphertext goes with the row.
        ShredAndDelete => "shred_and_delete",
        /// The value names a record at another system; it waits for the erasure there.
        PseudonymizeAfterRemote => "pseudonymise_after_remote",
        /// While a period of law runs the row stays and the value becomes blank.
        RetainMinimized => "retain_minimised",
        /// The row stays; nothing leads from it to the person any more.
        SeverLink => "sever_link",
        /// The value goes by itself soon.
        Expire => "expire",
    }
}

text_enum! {
    /// What an export does with an element.
    pub enum OnExport {
        /// The value is shown.
        Include => "include",
        /// The value is shown where the row is about the person who asks.
        IncludeRequesterPart => "include_requester_part",
        /// Number and span of the rows are shown.
        IncludeSummary => "include_summary",
        /// It is said that the value exists.
        DescribeOnly => "describe_only",
        /// A secret; it is said that it was left out.
        OmitSecret => "omit_secret",
        /// Gone before anybody could read it; it is said that it was left out.
        OmitTransient => "omit_transient",
    }
}

text_enum! {
    /// What keeps an element from being read.
    pub enum Protection {
        /// Encrypted on the wire.
        Tls => "tls",
        /// Plain at rest, inside the store's own protection.
        AtRestPlain => "at_rest_plain",
        /// Keyed hash for equality search.
        LookupHmac => "lookup_hmac",
        /// Slow salted hash.
        HashPassword => "hash_password",
        /// Hashes of one-time codes.
        HashRecoveryCodes => "hash_recovery_codes",
        /// Under the keyring.
        Sealed => "sealed",
        /// Signed against change.
        Signed => "signed",
        /// Only the hash of a token is stored.
        TokenHashAtRest => "token_hash_at_rest",
        /// Never changed.
        AppendOnly => "append_only",
        /// Part of a hash chain.
        HashChain => "hash_chain",
        /// Holds no name, address or text of a person.
        NoRawPii => "no_raw_pii",
        /// Holds pseudonyms.
        SubjectPseudonym => "subject_pseudonym",
        /// Hashed under a key.
        KeyedHash => "keyed_hash",
    }
}

impl Protection {
    /// Whether a secret under it is useless to a reader of the store.
    pub const fn hides_secret(self) -> bool {
        matches!(
            self,
            Self::HashPassword | Self::HashRecoveryCodes | Self::Sealed | Self::TokenHashAtRest
        )
    }
}

text_enum! {
    /// How a record type goes.
    pub enum Strategy {
        /// The row is deleted.
        Delete => "delete",
        /// While its period runs the row stays with blank fields, then it is deleted.
        Minimize => "minimise",
        /// As delete; the row's content is sealed.
        Shred => "shred",
        /// Never changed; listed as residue.
        AppendOnly => "append_only",
        /// Stays; the pseudonyms in it lead nowhere once the person is gone.
        SeverLink => "sever_link",
        /// Goes by itself.
        Expire => "expire",
        /// Waits for the erasure at the other system, then as minimise.
        RemoteThenPseudonymize => "remote_then_pseudonymise",
    }
}

text_enum! {
    /// Where a value of the map comes from.
    pub enum ValueSource {
        /// Stated by the source page.
        Seed => "seed",
        /// Proposed; the host must confirm it.
        Proposed => "proposed",
        /// From a legal text.
        Regulation => "regulation",
        /// Set by the host.
        Host => "host",
    }
}

text_enum! {
    /// What keeps data longer than its period.
    pub enum Exception {
        /// A backup that is not overwritten yet.
        Backup => "backup",
        /// A log before its rotation.
        AppLog => "app_log",
        /// A legal hold.
        LegalHold => "legal_hold",
        /// Tax law.
        TaxLaw => "tax_law",
        /// A dispute.
        Dispute => "dispute",
        /// An abuse investigation.
        AbuseInvestigation => "abuse_investigation",
        /// An open support case.
        SupportCase => "support_case",
    }
}

text_enum! {
    /// Why data is processed as controller (GDPR article 6(1)), or on whose instruction.
    pub enum LegalBasis {
        /// Article 6(1)(a).
        Consent => "consent",
        /// Article 6(1)(b).
        Contract => "contract",
        /// Article 6(1)(c).
        LegalObligation => "legal_obligation",
        /// Article 6(1)(d).
        VitalInterests => "vital_interests",
        /// Article 6(1)(e).
        PublicInterest => "public_interest",
        /// Article 6(1)(f).
        LegitimateInterests => "legitimate_interests",
        /// Not a basis: what a processor records instead of one.
        CustomerInstruction => "customer_instruction",
    }
}

text_enum! {
    /// Role of a party in a transfer or of a subprocessor; may be open while drafting.
    pub enum PartyRole {
        /// Decides on purposes and means.
        Controller => "controller",
        /// Decides together with another.
        JointController => "joint_controller",
        /// Acts for a controller.
        Processor => "processor",
        /// Acts for a processor.
        SubProcessor => "sub_processor",
        /// The host has not said yet.
        Unspecified => "unspecified",
    }
}

text_enum! {
    /// What a transfer to a third country rests on (GDPR chapter V).
    pub enum TransferMechanism {
        /// It stays where no mechanism is needed.
        NoneNeeded => "none_needed",
        /// An adequacy decision (article 45).
        Adequacy => "adequacy",
        /// The Data Privacy Framework.
        Dpf => "dpf",
        /// Standard contractual clauses (decision 2021/914).
        Scc => "scc",
        /// Binding corporate rules.
        Bcr => "bcr",
        /// A derogation (article 49).
        Derogation => "derogation",
        /// The host has not said yet.
        Unspecified => "unspecified",
    }
}

text_enum! {
    /// What an erasure can ask of a subprocessor.
    pub enum RemoteErasure {
        /// A request that the other side works on.
        RemoteRequest => "remote_request",
        /// Access that was given is taken back.
        RevokeGrant => "revoke_grant",
        /// Its copy goes with ours.
        InheritsStore => "inherits_store",
    }
}

text_enum! {
    /// How a place keeps data.
    pub enum StoreKind {
        /// Rows.
        Database => "database",
        /// Keys with an expiry.
        Cache => "cache",
        /// Objects.
        Blob => "blob",
        /// Lines until rotation.
        Log => "log",
        /// Copies until they expire.
        Backup => "backup",
        /// At a subprocessor.
        Remote => "remote",
    }
}

/// Who answers for the map.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Organization {
    /// Its id.
    pub id: String,
    /// Where to reach it on privacy.
    pub contact: String,
    /// In which roles it processes what.
    pub roles: Vec<(ProcessingRole, Vec<String>)>,
}

/// A kind of person.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SubjectKind {
    /// Its id: `creator`.
    pub id: String,
    /// In words.
    pub name: String,
    /// Whether such a person has an account.
    pub account: bool,
}

/// Why data is processed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PurposeEntry {
    /// Its id: `provide_app`.
    pub id: String,
    /// In words.
    pub name: String,
    /// The basis where we are controller.
    pub as_controller: LegalBasis,
    /// What is recorded where we are processor.
    pub as_processor: LegalBasis,
    /// Where the bases come from.
    pub basis_source: ValueSource,
}

/// A category of data.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CategoryEntry {
    /// Which.
    pub id: DataCategory,
    /// In words.
    pub name: String,
    /// The role for elements of the category, unless they say otherwise.
    pub default_role: ProcessingRole,
}

/// A data element.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ElementEntry {
    /// Its path: `account.email`.
    pub id: String,
    /// Its category.
    pub category: DataCategory,
    /// In words.
    pub name: String,
    /// In which role it is processed.
    pub role: ProcessingRole,
    /// Ids of the kinds of person that it is about.
    pub data_subjects: Vec<String>,
    /// Its keys in fideslang.
    pub fides: Vec<String>,
    /// Its terms in the Data Privacy Vocabulary.
    pub dpv: Vec<String>,
    /// Ids of its purposes.
    pub purposes: Vec<String>,
    /// Id of its retention rule.
    pub retention: String,
    /// What protects it.
    pub protection: Vec<Protection>,
    /// Ids of the stores that hold it.
    pub stores: Vec<String>,
    /// Names of the record types that hold it in the map; more may declare it.
    pub record_types: Vec<String>,
    /// Ids of the subprocessors that see it.
    pub subprocessors: Vec<String>,
    /// Ids of the roles that may read it.
    pub access: Vec<String>,
    /// What an erasure does.
    pub on_erasure: OnErasure,
    /// What an export does.
    pub on_export: OnExport,
}

impl ElementEntry {
    /// Whether the element is a password, a credential or a token.
    pub fn is_secret(&self) -> bool {
        const SECRET: [&str; 3] = [
            "user.authorization.password",
            "user.authorization.credentials",
            "system.authentication",
        ];
        self.fides.iter().any(|key| SECRET.contains(&key.as_str()))
    }

    /// Whether we decide on it, alone or with others.
    pub const fn is_controlled(&self) -> bool {
        matches!(self.role, ProcessingRole::Controller | ProcessingRole::JointController)
    }
}

/// A place that keeps data.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct StoreEntry {
    /// Its id.
    pub id: String,
    /// How it keeps data.
    pub kind: StoreKind,
    /// How long logs and backups live.
    pub retention: Option<Period>,
}

/// Somebody who processes data for us.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SubprocessorEntry {
    /// Its id: `stripe`.
    pub id: String,
    /// In words.
    pub name: String,
    /// What it does for us.
    pub services: Vec<String>,
    /// Its legal role.
    pub legal_role: PartyRole,
    /// Paths of the elements that it sees; `*` for all.
    pub touches: Vec<String>,
    /// Whether the product works without it.
    pub optional: bool,
    /// What an erasure can ask of it.
    pub erasure: RemoteErasure,
    /// Where it operates.
    pub locations: Vec<String>,
}

/// Data that leaves for another country.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TransferEntry {
    /// Its id.
    pub id: String,
    /// Who sends.
    pub exporter: String,
    /// In which role.
    pub exporter_role: PartyRole,
    /// Who receives.
    pub importer: String,
    /// In which role.
    pub importer_role: PartyRole,
    /// Whereto.
    pub destinations: Vec<String>,
    /// What.
    pub categories: Vec<DataCategory>,
    /// On what it rests.
    pub mechanism: TransferMechanism,
    /// `1` to `4`, for standard clauses.
    pub scc_module: Option<String>,
    /// What is done beside.
    pub measures: Vec<String>,
}

/// When data goes.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RetentionRule {
    /// Its id.
    pub id: String,
    /// Any of these starts the period; the earliest counts.
    pub triggers: Vec<String>,
    /// How long it runs.
    pub period: Period,
    /// Where the period comes from.
    pub period_source: ValueSource,
    /// What may keep data longer.
    pub exceptions: Vec<Exception>,
}

impl RetentionRule {
    /// Triggers that happen to another row: those start an erasure plan and no sweep.
    const ELSEWHERE: [&'static str; 2] = ["account.closed", "integration.disconnected"];

    /// Whether a row's own anchor can start the period.
    pub fn is_swept(&self) -> bool {
        self.triggers.iter().any(|trigger| !Self::ELSEWHERE.contains(&trigger.as_str()))
    }

    /// Whether `trigger` starts the period.
    pub fn starts_with(&self, trigger: &str) -> bool {
        self.triggers.iter().any(|known| known == trigger)
    }
}

/// How rows of one type are kept and go.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RecordPolicy {
    /// Name of the record type.
    pub id: String,
    /// Id of the store.
    pub store: String,
    /// The field that names the person.
    pub subject_key: Option<String>,
    /// The field that names the row.
    pub key: String,
    /// How a row goes.
    pub strategy: Strategy,
    /// Whether a legal hold may cover it; credentials are not worth holding.
    pub holdable: bool,
    /// Id of the retention rule; `None` for rows that live as long as their owner.
    pub retention: Option<String>,
    /// Whether an erased row leaves a tombstone.
    pub tombstone: bool,
}

text_enum! {
    /// What an edge of the map means.
    pub enum EdgeWord {
        /// `to` goes when `from` goes.
        Owns => "owns",
        /// `to` goes with the last `from`.
        Shared => "shared",
        /// `from` mentions `to`.
        References => "references",
    }
}

/// An edge between record types, in the direction of the map: owners point at what they own.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MapEdge {
    /// The owner, holder or source.
    pub from: String,
    /// The owned, held or mentioned.
    pub to: String,
    /// What it means.
    pub kind: EdgeWord,
    /// For references: what happens to `from`.
    pub on_erased: Option<OnErased>,
}

impl std::fmt::Display for MapEdge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.from, self.kind, self.to)?;
        match self.on_erased {
            Some(on_erased) => write!(f, " ({})", on_erased_word(on_erased)),
            None => Ok(()),
        }
    }
}

pub(super) const fn on_erased_word(on_erased: OnErased) -> &'static str {
    match on_erased {
        OnErased::Nullify => "nullify",
        OnErased::Pseudonymize => "pseudonymise",
        OnErased::DeleteSource => "delete_source",
        OnErased::SeverKey => "sever_key",
        OnErased::Restrict => "restrict",
    }
}
