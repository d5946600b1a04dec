//! The port of integrations, tokens and authorizations under way.

use alley_core::store::all;
use alley_core::{
    Commit, Committed, Digest32, Field as _, Key, PageRequest, Query, Record as _, RecordStore,
    RecordStoreExt as _, StoreError, TenantId, Versioned, changes,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::connect::PendingAuthorization;
use crate::ids::IntegrationId;
use crate::integration::Integration;
use crate::token::Token;

changes! {
    /// What can be written here.
    pub enum TokenChange {
        /// An integration.
        Integration(Integration),
        /// Its tokens.
        Token(Token),
        /// An authorization under way.
        Pending(PendingAuthorization),
    }
}

/// Keeps integrations, their sealed tokens, and authorizations under way.
///
/// # Contract
/// - `commit` keeps the contract of [`Commit`]: of two rotations of one token that read the same
///   version one conflicts, and a disconnection deletes the token in the commit that says so.
/// - Two live integrations of one tenant never name the same seller (`live_seller`).
/// - Rows of one tenant are never answered for another, except by the reads of jobs, which say so.
#[async_trait]
pub trait TokenStore: std::fmt::Debug + Send + Sync + 'static {
    /// An integration.
    ///
    /// # Errors
    /// When the store fails.
    async fn integration(
        &self,
        tenant: TenantId,
        id: IntegrationId,
    ) -> Result<Option<Versioned<Integration>>, StoreError>;

    /// All integrations of a tenant, ended ones too; a handful.
    ///
    /// # Errors
    /// When the store fails.
    async fn integrations(
        &self,
        tenant: TenantId,
    ) -> Result<Vec<Versioned<Integration>>, StoreError>;

    /// For jobs, over all tenants: live integrations of one seller or creator.
    ///
    /// # Errors
    /// When the store fails.
    async fn integrations_of_seller(
        &self,
        open_id: &str,
    ) -> Result<Vec<Versioned<Integration>>, StoreError>;

    /// The tokens of an integration.
    ///
    /// # Errors
    /// When the store fails.
    async fn token(
        &self,
        tenant: TenantId,
        id: IntegrationId,
    ) -> Result<Option<Versioned<Token>>, StoreError>;

    /// For jobs, over all tenants: tokens that are due for a refresh at `now`, earliest first.
    ///
    /// # Errors
    /// When the store fails.
    async fn tokens_due(
        &self,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Versioned<Token>>, StoreError>;

    /// An authorization under way, by the hash of its state.
    ///
    /// # Errors
    /// When the store fails.
    async fn pending_authorization(
        &self,
        tenant: TenantId,
        state_hash: Digest32,
    ) -> Result<Option<Versioned<PendingAuthorization>>, StoreError>;

    /// For jobs, over all tenants: authorizations that nobody finished in time.
    ///
    /// # Errors
    /// When the store fails.
    async fn pending_expired(
        &self,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Versioned<PendingAuthorization>>, StoreError>;

    /// Applies all of a commit, or nothing of it.
    ///
    /// # Errors
    /// See [`StoreErrorKind`](alley_core::StoreErrorKind).
    async fn commit(&self, commit: Commit<TokenChange>) -> Result<Committed, StoreError>;
}

static INTEGRATIONS: Query =
    Query::new("tiktok_integrations", Integration::TYPE).equals(&["tenant_id"]);
static OF_SELLER: Query =
    Query::new("tiktok_integrations_of_seller", Integration::TYPE).equals(&["open_id"]);
static TOKENS_DUE: Query = Query::new("tiktok_tokens_due", Token::TYPE)
    .at_most("refresh_due_at")
    .order_by("refresh_due_at");
static PENDING_EXPIRED: Query = Query::new("tiktok_pending_expired", PendingAuthorization::TYPE)
    .at_most("expires_at")
    .order_by("expires_at");

pub(crate) static QUERIES: [&Query; 4] = [&INTEGRATIONS, &OF_SELLER, &TOKENS_DUE, &PENDING_EXPIRED];

#[async_trait]
impl<S: RecordStore + ?Sized> TokenStore for S {
    async fn integration(
        &self,
        tenant: TenantId,
        id: IntegrationId,
    ) -> Result<Option<Versioned<Integration>>, StoreError> {
        self.record(&Key::of(tenant, &id)).await
    }

    async fn integrations(
        &self,
        tenant: TenantId,
    ) -> Result<Vec<Versioned<Integration>>, StoreError> {
        all(self, &INTEGRATIONS, &[tenant.to_value()]).await
    }

    async fn integrations_of_seller(
        &self,
        open_id: &str,
    ) -> Result<Vec<Versioned<Integration>>, StoreError> {
        all(self, &OF_SELLER, &[open_id.to_owned().to_value()]).await
    }

    async fn token(
        &self,
        tenant: TenantId,
        id: IntegrationId,
    ) -> Result<Option<Versioned<Token>>, StoreError> {
        self.record(&Key::of(tenant, &id)).await
    }

    async fn tokens_due(
        &self,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Versioned<Token>>, StoreError> {
        let page = PageRequest::first(limit);
        Ok(self.records(&TOKENS_DUE, &[now.to_value()], page).await?.items)
    }

    async fn pending_authorization(
        &self,
        tenant: TenantId,
        state_hash: Digest32,
    ) -> Result<Option<Versioned<PendingAuthorization>>, StoreError> {
        self.record(&Key::of(tenant, &state_hash)).await
    }

    async fn pending_expired(
        &self,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Versioned<PendingAuthorization>>, StoreError> {
        let page = PageRequest::first(limit);
        Ok(self.records(&PENDING_EXPIRED, &[now.to_value()], page).await?.items)
    }

    async fn commit(&self, commit: Commit<TokenChange>) -> Result<Committed, StoreError> {
        RecordStore::commit(self, commit.lower()).await
    }
}
