//! The port behind which accounts, credentials, tokens and sessions are kept.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::account::Account;
use crate::commit::{Commit, Committed, Versioned};
use crate::credential::{PasswordCredential, StoredRecoveryCode, TotpCredential};
use crate::error::StoreError;
use crate::ids::AccountId;
use crate::page::{Page, PageRequest};
use crate::query::Query;
use crate::record::{Key, Record as _};
use crate::session::{Session, SessionId};
use crate::store::{self, RecordStore, RecordStoreExt as _};
use crate::token::OneTimeToken;
use crate::value::{Digest32, Field as _};

crate::changes! {
    /// What a commit of this port writes.
    pub enum Change {
        /// A person.
        Account(Account),
        /// A password.
        Password(PasswordCredential),
        /// An authenticator app.
        Totp(TotpCredential),
        /// A recovery code.
        RecoveryCode(StoredRecoveryCode),
        /// A one-time token.
        Token(OneTimeToken),
        /// A session.
        Session(Session),
    }
}

/// Reads of accounts.
#[async_trait]
pub trait AccountReads: std::fmt::Debug + Send + Sync + 'static {
    /// The account with this id, whatever its status.
    async fn account(&self, account: AccountId) -> Result<Option<Versioned<Account>>, StoreError>;

    /// The account whose address has this keyed hash, whatever its status.
    async fn account_by_email(
        &self,
        email_index: Digest32,
    ) -> Result<Option<Versioned<Account>>, StoreError>;
}

/// Reads of credentials.
#[async_trait]
pub trait CredentialReads: std::fmt::Debug + Send + Sync + 'static {
    /// The account's password, if it has one.
    async fn password(
        &self,
        account: AccountId,
    ) -> Result<Option<Versioned<PasswordCredential>>, StoreError>;

    /// All authenticators of the account, pending and dead ones too.
    async fn totp(&self, account: AccountId) -> Result<Vec<Versioned<TotpCredential>>, StoreError>;

    /// The account's unused recovery code with this keyed hash. A code of another account is
    /// not found.
    async fn recovery_code(
        &self,
        account: AccountId,
        hash: Digest32,
    ) -> Result<Option<Versioned<StoredRecoveryCode>>, StoreError>;

    /// All unused recovery codes of the account.
    async fn recovery_codes(
        &self,
        account: AccountId,
    ) -> Result<Vec<Versioned<StoredRecoveryCode>>, StoreError>;
}

/// Reads of one-time tokens.
#[async_trait]
pub trait TokenReads: std::fmt::Debug + Send + Sync + 'static {
    /// The token with this hash, expired or not.
    async fn token(&self, hash: Digest32) -> Result<Option<Versioned<OneTimeToken>>, StoreError>;

    /// All tokens of the account, expired ones too.
    async fn tokens(&self, account: AccountId) -> Result<Vec<Versioned<OneTimeToken>>, StoreError>;

    /// Tokens that expire at `now` or earlier, over all accounts.
    async fn expired_tokens(
        &self,
        now: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Page<Versioned<OneTimeToken>>, StoreError>;
}

/// Reads of sessions.
#[async_trait]
pub trait SessionReads: std::fmt::Debug + Send + Sync + 'static {
    /// The session whose token has this hash, rotated or expired ones too.
    async fn session_by_token(
        &self,
        hash: Digest32,
    ) -> Result<Option<Versioned<Session>>, StoreError>;

    /// The session with this id.
    async fn session(&self, session: SessionId) -> Result<Option<Versioned<Session>>, StoreError>;

    /// All sessions of the account, rotated and expired ones too.
    async fn sessions(&self, account: AccountId) -> Result<Vec<Versioned<Session>>, StoreError>;

    /// Sessions whose absolute end is at `now` or earlier, over all accounts.
    async fn expired_sessions(
        &self,
        now: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Page<Versioned<Session>>, StoreError>;
}

/// Keeps accounts, credentials, tokens and sessions. Replaced as a whole: a host with a table of
/// users of its own implements this and keeps the rest.
///
/// # Contract
/// - A read sees every commit that returned before the read began.
/// - `commit` keeps the contract of [`Commit`], also for expectations on records of
///   [`TenancyStore`](crate::TenancyStore): closing an account and changing the members of a
///   tenant look at each other's rows.
/// - No two accounts have one `email_index` or `customer_id`, no two tokens and no two sessions
///   one `token_hash`, no two codes of one account one `hash`; a commit that would break this
///   answers `Duplicate` with the name of the rule.
/// - Lists are complete and hold nothing of another account.
#[async_trait]
pub trait IdentityStore: AccountReads + CredentialReads + TokenReads + SessionReads {
    /// Applies all of a commit, or nothing of it.
    ///
    /// # Errors
    /// See [`StoreErrorKind`](crate::StoreErrorKind).
    async fn commit(&self, commit: Commit<Change>) -> Result<Committed, StoreError>;
}

#[async_trait]
impl<S: RecordStore + ?Sized> AccountReads for S {
    async fn account(&self, account: AccountId) -> Result<Option<Versioned<Account>>, StoreError> {
        self.record(&Key::global(&account)).await
    }

    async fn account_by_email(
        &self,
        email_index: Digest32,
    ) -> Result<Option<Versioned<Account>>, StoreError> {
        self.first(&ACCOUNT_BY_EMAIL, &[email_index.to_value()]).await
    }
}

#[async_trait]
impl<S: RecordStore + ?Sized> CredentialReads for S {
    async fn password(
        &self,
        account: AccountId,
    ) -> Result<Option<Versioned<PasswordCredential>>, StoreError> {
        self.record(&Key::global(&account)).await
    }

    async fn totp(&self, account: AccountId) -> Result<Vec<Versioned<TotpCredential>>, StoreError> {
        store::all(self, &TOTP_OF_ACCOUNT, &[account.to_value()]).await
    }

    async fn recovery_code(
        &self,
        account: AccountId,
        hash: Digest32,
    ) -> Result<Option<Versioned<StoredRecoveryCode>>, StoreError> {
        self.first(&RECOVERY_CODE_BY_HASH, &[account.to_value(), hash.to_value()]).await
    }

    async fn recovery_codes(
        &self,
        account: AccountId,
    ) -> Result<Vec<Versioned<StoredRecoveryCode>>, StoreError> {
        store::all(self, &RECOVERY_CODES_OF_ACCOUNT, &[account.to_value()]).await
    }
}

#[async_trait]
impl<S: RecordStore + ?Sized> TokenReads for S {
    async fn token(&self, hash: Digest32) -> Result<Option<Versioned<OneTimeToken>>, StoreError> {
        self.first(&TOKEN_BY_HASH, &[hash.to_value()]).await
    }

    async fn tokens(&self, account: AccountId) -> Result<Vec<Versioned<OneTimeToken>>, StoreError> {
        store::all(self, &TOKENS_OF_ACCOUNT, &[account.to_value()]).await
    }

    async fn expired_tokens(
        &self,
        now: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Page<Versioned<OneTimeToken>>, StoreError> {
        self.records(&TOKENS_BY_END, &[now.to_value()], page).await
    }
}

#[async_trait]
impl<S: RecordStore + ?Sized> SessionReads for S {
    async fn session_by_token(
        &self,
        hash: Digest32,
    ) -> Result<Option<Versioned<Session>>, StoreError> {
        self.first(&SESSION_BY_TOKEN, &[hash.to_value()]).await
    }

    async fn session(&self, session: SessionId) -> Result<Option<Versioned<Session>>, StoreError> {
        self.record(&Key::global(&session)).await
    }

    async fn sessions(&self, account: AccountId) -> Result<Vec<Versioned<Session>>, StoreError> {
        store::all(self, &SESSIONS_OF_ACCOUNT, &[account.to_value()]).await
    }

    async fn expired_sessions(
        &self,
        now: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Page<Versioned<Session>>, StoreError> {
        self.records(&SESSIONS_BY_END, &[now.to_value()], page).await
    }
}

#[async_trait]
impl<S: RecordStore + ?Sized> IdentityStore for S {
    async fn commit(&self, commit: Commit<Change>) -> Result<Committed, StoreError> {
        RecordStore::commit(self, commit.lower()).await
    }
}

pub(crate) static ACCOUNT_BY_EMAIL: Query =
    Query::new("account_by_email", Account::TYPE).equals(&["email_index"]);
pub(crate) static TOTP_OF_ACCOUNT: Query =
    Query::new("totp_of_account", TotpCredential::TYPE).equals(&["account_id"]);
pub(crate) static RECOVERY_CODE_BY_HASH: Query =
    Query::new("recovery_code_by_hash", StoredRecoveryCode::TYPE).equals(&["account_id", "hash"]);
pub(crate) static RECOVERY_CODES_OF_ACCOUNT: Query =
    Query::new("recovery_codes_of_account", StoredRecoveryCode::TYPE).equals(&["account_id"]);
pub(crate) static TOKEN_BY_HASH: Query =
    Query::new("token_by_hash", OneTimeToken::TYPE).equals(&["token_hash"]);
pub(crate) static TOKENS_OF_ACCOUNT: Query =
    Query::new("tokens_of_account", OneTimeToken::TYPE).equals(&["account_id"]);
pub(crate) static TOKENS_BY_END: Query =
    Query::new("tokens_by_end", OneTimeToken::TYPE).at_most("expires_at").order_by("expires_at");
pub(crate) static SESSION_BY_TOKEN: Query =
    Query::new("session_by_token", Session::TYPE).equals(&["token_hash"]);
pub(crate) static SESSIONS_OF_ACCOUNT: Query =
    Query::new("sessions_of_account", Session::TYPE).equals(&["account_id"]);
pub(crate) static SESSIONS_BY_END: Query =
    Query::new("sessions_by_end", Session::TYPE).at_most("expires_at").order_by("expires_at");
