//! The verbs of connecting.

use alley_core::http::Idempotency;
use alley_core::oauth::State;
use alley_core::{
    Access, Json, Key, Record as _, SealContext, ShopRef, StoreErrorKind, Versioned, Write,
};
use secrecy::{ExposeSecret as _, SecretString};

use super::Tiktok;
use crate::authorization::{AuthorizedShop, ListAuthorizedShops};
use crate::connect::{
    AuthorizationRequest, CODE_LIFE, Callback, ConnectOutcome, Connection, PendingAuthorization,
    PendingKind, STATE_LIFE, hash, may_manage, usable,
};
use crate::error::{Error, Result};
use crate::ids::IntegrationId;
use crate::integration::{Integration, IntegrationState, renewed_by};
use crate::shop::Shop;
use crate::store::{DECISIONS, ShopChange, TokenChange, commit_shop_data, commit_tokens};
use crate::text;
use crate::token::{Token, TokenData, TokenSet};

impl Tiktok {
    /// Begins an authorization: send the seller's browser to the answer's address. The state in
    /// it works once, for ten minutes, and only for this tenant.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] unless an owner or administrator asks; when the store fails.
    pub async fn begin_authorization(&self, access: &Access) -> Result<AuthorizationRequest> {
        Self::allowed(access)?;
        let env = &self.inner.exchange.env;
        let state = State::generate(env.random.as_ref())?;
        let now = env.now();
        let pending = PendingAuthorization {
            state_hash: hash(state.expose()),
            tenant_id: access.tenant(),
            kind: PendingKind::Begun,
            code: None,
            created_at: now,
            expires_at: now + STATE_LIFE,
        };
        let expires_at = pending.expires_at;
        let commit = env.commit()?.change(Write::Insert(pending));
        commit_tokens(self.tokens(), commit).await?;
        let config = &self.inner.exchange.config;
        let query = [("service_id", config.app.service_id.as_str()), ("state", state.expose())];
        let url = format!("{}?{}", config.endpoints.authorize, text::query(query));
        Ok(AuthorizationRequest { url, state, expires_at })
    }

    /// Takes what the seller's browser came back with, for the tenant whose member is signed in.
    ///
    /// The state is used up before the code is exchanged, so that a second callback finds
    /// nothing. Integration and tokens are stored before the shops are asked for.
    ///
    /// # Errors
    /// [`Error::NotAllowed`]; [`Error::InTransaction`] from a door made by [`on`](Self::on), before
    /// the state is used up; when the platform or the store fails. After any other failure the seller
    /// begins again: a code cannot be exchanged twice.
    ///
    /// # Cancel safety
    /// Dropped between exchange and commit, the tokens are lost and the seller begins again.
    pub async fn complete_authorization(
        &self,
        access: &Access,
        callback: Callback,
    ) -> Result<ConnectOutcome> {
        Self::allowed(access)?;
        self.inner.exchange.may_call()?;
        let Callback { code, state, error } = callback;
        let Some(state) = state else {
            return match (code, error) {
                (_, Some(_)) => Ok(ConnectOutcome::Denied),
                (Some(code), None) => self.keep_unclaimed(access, &code).await,
                (None, None) => Ok(ConnectOutcome::NoCode),
            };
        };
        if self.use_up(access, &state, PendingKind::Begun).await?.is_none() {
            return Ok(ConnectOutcome::StateRefused);
        }
        match (code, error) {
            (_, Some(_)) => Ok(ConnectOutcome::Denied),
            (None, None) => Ok(ConnectOutcome::NoCode),
            (Some(code), None) => self.exchange_code(access, &code).await,
        }
    }

    /// Finishes an authorization that came back without a state, after a member confirmed that
    /// the shop is theirs.
    ///
    /// # Errors
    /// As [`complete_authorization`](Self::complete_authorization).
    pub async fn claim_authorization(
        &self,
        access: &Access,
        claim: &SecretString,
    ) -> Result<ConnectOutcome> {
        Self::allowed(access)?;
        self.inner.exchange.may_call()?;
        let Some(pending) = self.use_up(access, claim, PendingKind::Unclaimed).await? else {
            return Ok(ConnectOutcome::StateRefused);
        };
        let Some(sealed) = &pending.code else {
            return Ok(ConnectOutcome::NoCode);
        };
        let key = Key::of(pending.tenant_id, &pending.state_hash).to_bytes();
        let code =
            self.inner.exchange.env.keyring.open_text(&code_context(&pending, &key), sealed)?;
        self.exchange_code(access, &code).await
    }

    /// Lists the shops of an integration anew and stores them. Shops that are no longer covered
    /// are closed.
    ///
    /// # Errors
    /// [`Error::NotConnected`]; when the platform or the store fails.
    pub async fn reload_shops(
        &self,
        access: &Access,
        integration: IntegrationId,
    ) -> Result<Vec<Shop>> {
        let client = self.seller_client(access.tenant(), integration);
        let listed = client.call(&ListAuthorizedShops::new()).await?.data.shops;
        for _ in 0..DECISIONS {
            let known = self.shop_data().shops(access.tenant()).await?;
            let (changes, shops) = self.shop_changes(access, integration, &listed, &known);
            if changes.is_empty() {
                return Ok(shops);
            }
            let env = &self.inner.exchange.env;
            let mut commit = env.commit()?.audit(
                env.audit(access.actor(), "shop.reload", access.purpose())?
                    .tenant(access.tenant())
                    .target("integration", integration),
            );
            commit.changes = changes;
            match commit_shop_data(self.shop_data(), commit).await {
                Ok(_) => return Ok(shops),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended)
    }

    fn allowed(access: &Access) -> Result<()> {
        if may_manage(access) { Ok(()) } else { Err(Error::NotAllowed) }
    }

    async fn keep_unclaimed(&self, access: &Access, code: &SecretString) -> Result<ConnectOutcome> {
        let env = &self.inner.exchange.env;
        let claim = State::generate(env.random.as_ref())?;
        let now = env.now();
        let mut pending = PendingAuthorization {
            state_hash: hash(claim.expose()),
            tenant_id: access.tenant(),
            kind: PendingKind::Unclaimed,
            code: None,
            created_at: now,
            expires_at: now + CODE_LIFE,
        };
        let key = Key::of(pending.tenant_id, &pending.state_hash).to_bytes();
        let code = code.expose_secret().as_bytes();
        let context = code_context(&pending, &key);
        pending.code = Some(env.keyring.seal(&context, code, env.random.as_ref())?);
        let expires_at = pending.expires_at;
        commit_tokens(self.tokens(), env.commit()?.change(Write::Insert(pending))).await?;
        Ok(ConnectOutcome::Unsolicited { claim: SecretString::from(claim.expose()), expires_at })
    }

    /// Removes an open authorization and answers it if it was still good. Of two that come at
    /// once one gets it.
    async fn use_up(
        &self,
        access: &Access,
        state: &SecretString,
        kind: PendingKind,
    ) -> Result<Option<PendingAuthorization>> {
        let hash = hash(state.expose_secret());
        let Some(found) = self.tokens().pending_authorization(access.tenant(), hash).await? else {
            return Ok(None);
        };
        let env = &self.inner.exchange.env;
        let key = found.record.key();
        let commit = env
            .commit()?
            .change(Write::<PendingAuthorization>::Delete { key, read: found.version });
        match commit_tokens(self.tokens(), commit).await {
            Ok(_) => Ok(usable(&found.record, kind, env.now()).then_some(found.record)),
            Err(error) if error.is_conflict() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn exchange_code(&self, access: &Access, code: &SecretString) -> Result<ConnectOutcome> {
        let app = &self.inner.exchange.config.app;
        let query = [
            ("app_key", app.key.as_str()),
            ("app_secret", app.secret.expose_secret()),
            ("auth_code", code.expose_secret()),
            // Sic: this call says `authorized_code` where OAuth 2 says `authorization_code`.
            ("grant_type", "authorized_code"),
        ];
        let answer = self
            .inner
            .exchange
            .authorize::<TokenData>(GET, "/api/v2/token/get", &query, Idempotency::Once)
            .await?;
        let (data, request_id) = (answer.data, answer.request_id);
        if data.user_type.is_some_and(|kind| kind != SELLER) {
            return Ok(ConnectOutcome::NotASeller);
        }
        let (Some(pair), Some(open_id)) = (data.pair(), data.open_id.as_ref()) else {
            let status = http::StatusCode::OK;
            return Err(Error::Unreadable { operation: GET, status, request_id });
        };
        let integration = self.keep_pair(access, &data, open_id.as_str(), &pair).await?;
        let shops = self.reload_shops(access, integration.integration_id).await;
        Ok(ConnectOutcome::Connected(Box::new(Connection { integration, shops })))
    }

    /// Stores integration and tokens in one commit.
    async fn keep_pair(
        &self,
        access: &Access,
        data: &TokenData,
        open_id: &str,
        pair: &TokenSet,
    ) -> Result<Integration> {
        let env = &self.inner.exchange.env;
        for _ in 0..DECISIONS {
            let known = self.tokens().integrations(access.tenant()).await?;
            let renewed = renewed_by(&known, open_id);
            let id = match renewed {
                Some(found) => found.record.integration_id,
                None => env.id()?,
            };
            let integration = integration(access, id, data, open_id, pair, env.now());
            let stored = self.tokens().token(access.tenant(), id).await?;
            let generation = stored.as_ref().map_or(0, |stored| stored.record.generation);
            let token = Token::sealed(
                access.tenant(),
                id,
                pair,
                generation.saturating_add(1),
                &env.keyring,
                env.random.as_ref(),
            )?;
            let commit = env
                .commit::<TokenChange>()?
                .change(put(integration.clone(), renewed))
                .change(put(token, stored.as_ref()))
                .audit(
                    env.audit(access.actor(), "integration.connect", access.purpose())?
                        .tenant(access.tenant())
                        .target("integration", id),
                );
            match commit_tokens(self.tokens(), commit).await {
                Ok(_) => return Ok(integration),
                Err(error) if error.is_conflict() => {}
                // Another callback connected the same seller meanwhile: renew that one.
                Err(error) if matches!(error.kind(), StoreErrorKind::Duplicate { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended)
    }

    fn shop_changes(
        &self,
        access: &Access,
        integration: IntegrationId,
        listed: &[AuthorizedShop],
        known: &[Versioned<Shop>],
    ) -> (Vec<ShopChange>, Vec<Shop>) {
        let now = self.inner.exchange.env.now();
        let mut changes = Vec::new();
        let mut shops = Vec::new();
        for shop in listed {
            let Some((id, cipher)) = named(shop) else {
                continue;
            };
            let found = known.iter().find(|known| known.record.shop_id == id);
            let record = Shop {
                shop_id: id,
                tenant_id: access.tenant(),
                integration_id: integration,
                name: shop.name.as_ref().map(ToString::to_string),
                region: shop.region.as_ref().map(ToString::to_string),
                seller_type: shop.seller_type.as_ref().map(ToString::to_string),
                cipher,
                connected_at: found.map_or(now, |found| found.record.connected_at),
                closed_at: None,
            };
            if found.is_none_or(|found| found.record != record) {
                changes.push(put(record.clone(), found).into());
            }
            shops.push(record);
        }
        for found in known {
            let Versioned { record, version, .. } = found;
            let covered = shops.iter().any(|shop| shop.shop_id == record.shop_id);
            if record.integration_id == integration && !covered && record.closed_at.is_none() {
                let closed = Shop { closed_at: Some(now), ..record.clone() };
                changes.push(Write::Update { record: closed, read: *version }.into());
            }
        }
        (changes, shops)
    }
}

fn integration(
    access: &Access,
    id: IntegrationId,
    data: &TokenData,
    open_id: &str,
    pair: &TokenSet,
    now: chrono::DateTime<chrono::Utc>,
) -> Integration {
    Integration {
        integration_id: id,
        tenant_id: access.tenant(),
        state: IntegrationState::Connected,
        reconnect_reason: None,
        disconnect_reason: None,
        open_id: Some(open_id.to_owned()),
        seller_name: data.seller_name.as_ref().map(ToString::to_string),
        region: data.seller_base_region.as_ref().map(ToString::to_string),
        scopes: Json(data.granted_scopes.iter().map(ToString::to_string).collect()),
        connected_at: now,
        authorization_ends_at: Some(pair.refresh_expires_at),
        warned_at: None,
        disconnected_at: None,
    }
}

fn code_context<'a>(pending: &PendingAuthorization, key: &'a [u8]) -> SealContext<'a> {
    SealContext::field(PendingAuthorization::TYPE.name, "code", Some(pending.tenant_id), key)
}

fn named(shop: &AuthorizedShop) -> Option<(ShopRef, String)> {
    let id = ShopRef::new(shop.id.as_ref()?.as_str()).ok()?;
    let cipher = shop.cipher.as_ref().filter(|cipher| !cipher.is_empty())?;
    Some((id, cipher.to_string()))
}

fn put<R>(record: R, found: Option<&Versioned<R>>) -> Write<R> {
    match found {
        Some(found) => Write::Update { record, read: found.version },
        None => Write::Insert(record),
    }
}

const GET: &str = "token.get";
const SELLER: i64 = 0;
