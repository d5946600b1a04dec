#![doc = include_str!("../README.md")]

// The Record derive writes absolute paths, also in this crate.
extern crate self as alley_core;

mod access;
mod account;
mod accounts;
mod attempt;
mod audit;
mod blob;
pub mod calendar;
mod clock;
mod commit;
#[cfg(feature = "conformance")]
pub mod conformance;
mod credential;
pub mod elements;
mod email;
mod env;
mod error;
mod fact;
mod hex;
pub mod http;
mod id;
pub mod idempotency;
mod identity;
mod ids;
pub mod inbox;
mod job;
mod mac;
mod memory;
pub mod oauth;
pub mod offload;
mod page;
pub mod password;
mod personal;
mod problem;
mod query;
mod random;
pub mod rate_limit;
mod record;
mod records;
mod remote;
mod roles;
mod seal;
mod session;
pub mod store;
mod tenancy;
mod tenant;
mod token;
pub mod totp;
mod value;
pub mod webhook;

pub use self::http::HttpTransport;
pub use access::{Access, TenantRole};
pub use account::{Account, AccountStatus, Standing};
pub use accounts::{
    AccountLimits, Accounts, AccountsConfig, Authenticator, BeginTotp, ChangePassword,
    CloseAccount, CompleteSignIn, ConfirmTotp, FactorChange, ImportMode, ImportRefused,
    ImportReport, Imported, ImportedPerson, Mail, MailKind, Mailing, PasswordChange, PendingLogin,
    RecordPorts, Registration, RemoveTotp, RenewRecoveryCodes, ResetPassword, Rotation,
    SessionCheck, SessionRefused, SignIn, SignedIn, Stores, TotpConfirmation, TotpEnrolment,
    VerifyEmail,
};
pub use alley_core_derive::Record;
pub use audit::{Actor, AuditEntry, AuditId, AuditKind, AuditOutcome};
pub use blob::Blob;
pub use clock::{Clock, ManualClock, SystemClock, Timer};
pub use commit::{
    Action, Basis, Commit, CommitId, CommitKind, Committed, Expect, RecordWrite, Version,
    Versioned, Write, source_time,
};
pub use credential::{
    PasswordCredential, RecoveryCodeId, RecoveryCodeKind, SecondFactor, SecondFactorProof,
    StoredRecoveryCode, TotpCredential, TotpId, TotpKind, TotpState,
};
pub use email::{Email, EmailError};
pub use env::Env;
pub use error::{Error, RecordRef, StoreError, StoreErrorKind};
pub use fact::{
    Fact, FactEntry, FactId, FactKind, Outbox, OutboxEntry, Relay, Settled, Settlement, Stream,
    Subscriber, SubscriberError,
};
pub use id::{Id, Kind, ParseIdError};
pub use identity::{
    AccountReads, Change as IdentityChange, CredentialReads, IdentityStore, SessionReads,
    TokenReads,
};
pub use ids::{AccountId, AccountKind, CreatorRef, RemoteIdError, ShopRef, TenantId, TenantKind};
pub use job::{
    Acquired, Job, JobError, JobOutcome, JobReport, JobRun, Jobs, JobsReport, Lease, Leases,
};
#[cfg(feature = "conformance")]
pub use memory::Fault;
pub use memory::MemoryStore;
pub use page::{Cursor, CursorError, Page, PageRequest};
pub use personal::{
    Applied, Effect, ErasureStep, HoldAction, HoldId, HoldKind, HoldMark, Permit, PersonalRecords,
    PlanId, PlanKind,
};
pub use problem::Problem;
pub use query::{Bound, Query, Range};
pub use random::{OsRandom, RandomError, SecureRandom, SeededRandom};
pub use record::{
    EdgeDecl, EdgeKind, Element, FieldDecl, Key, OnErased, Record, RecordType, Row, Unique,
};
pub use records::{QUERIES, RECORDS};
pub use remote::{LegReport, LegState, RemoteLeg};
pub use roles::{DataCategory, ProcessingRole, Purpose};
pub use seal::{
    KeyId, Keyring, KeyringBuilder, KeyringError, MacCheck, MacPurpose, OpenError, ResealError,
    SealContext, SealError, SealKey, Sealed, xchacha20poly1305_open,
};
pub use session::{
    ActiveSession, AssuranceLevel, Client, DeviceSession, Session, SessionCookie, SessionId,
    SessionKind, SessionLimits, SessionState,
};
pub use store::{EachRow, RecordStore, RecordStoreExt, StoredRow};
pub use tenancy::{AccessDecision, CreateTenant, MemberChange, Tenancy, TenantChange};
pub use tenant::{
    AccessRefused, Membership, MembershipId, MembershipKind, TenancyChange, TenancyStore, Tenant,
    TenantStatus,
};
pub use token::{OneTimeToken, TokenId, TokenKind, TokenPurpose};
pub use value::{Digest32, Field, FieldError, Json, Storage, Value, ValueKind};

#[doc(hidden)]
pub use serde;

#[doc(hidden)]
pub mod record_support {
    //! For the code that the Record derive writes.
    pub use crate::record::take;
}
