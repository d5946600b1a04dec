//! Delivers good access tokens: one refresh at a time, whatever number of calls asks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use alley_core::http::Idempotency;
use alley_core::{Actor, Purpose, StoreError, StoreErrorKind, TenantId, Versioned, Write};
use async_lock::Mutex as AsyncMutex;
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};

use crate::envelope::RefusalClass;
use crate::error::{Error, Result};
use crate::exchange::{Exchange, had_no_effect};
use crate::ids::IntegrationId;
use crate::integration::{IntegrationState, ReconnectReason};
use crate::store::{DECISIONS, TokenChange, TokenStore, commit_tokens};
use crate::token::{MARGIN, Need, REFRESH_AHEAD, Token, TokenData, TokenSet, need};

/// A plain access token for one call.
#[derive(Debug)]
pub(crate) struct AccessToken {
    pub(crate) secret: SecretString,
    /// Tells the service which token was refused.
    pub(crate) generation: i64,
}

/// The one place that opens tokens.
#[derive(Debug)]
pub(crate) struct Tokens {
    exchange: Arc<Exchange>,
    store: Arc<dyn TokenStore>,
    locks: Locks,
}

impl Tokens {
    pub(crate) fn new(exchange: Arc<Exchange>, store: Arc<dyn TokenStore>) -> Self {
        Self { exchange, store, locks: Locks::default() }
    }

    /// A token that is good for at least a minute.
    pub(crate) async fn access(&self, tenant: TenantId, id: IntegrationId) -> Result<AccessToken> {
        self.good(tenant, id, None, MARGIN).await
    }

    /// A token other than the one that the platform said has run out.
    pub(crate) async fn replace(
        &self,
        tenant: TenantId,
        id: IntegrationId,
        refused: i64,
    ) -> Result<AccessToken> {
        self.good(tenant, id, Some(refused), MARGIN).await
    }

    /// For the job: refreshes a day ahead.
    pub(crate) async fn refresh_ahead(&self, tenant: TenantId, id: IntegrationId) -> Result<()> {
        self.good(tenant, id, None, REFRESH_AHEAD).await.map(drop)
    }

    /// The platform refuses a token that should be good. Answers whether a newer one is there;
    /// otherwise the integration now says that it must be connected again.
    pub(crate) async fn refused(
        &self,
        tenant: TenantId,
        id: IntegrationId,
        generation: i64,
    ) -> Result<bool> {
        for _ in 0..DECISIONS {
            let Some(stored) = self.store.token(tenant, id).await? else {
                return Ok(false);
            };
            if stored.record.generation > generation {
                return Ok(true);
            }
            if self.give_up(stored, ReconnectReason::TokenRefused).await? {
                return Ok(false);
            }
        }
        Err(Error::Contended)
    }

    async fn good(
        &self,
        tenant: TenantId,
        id: IntegrationId,
        refused: Option<i64>,
        ahead: TimeDelta,
    ) -> Result<AccessToken> {
        let stored = self.stored(tenant, id).await?;
        if need(&stored.record, refused, ahead, self.exchange.env.now()) == Need::Nothing {
            return self.open(&stored.record);
        }
        let lock = self.locks.of(id);
        let _alone = lock.lock().await;
        let mut looks = 0_u32;
        loop {
            let now = self.exchange.env.now();
            let stored = self.stored(tenant, id).await?;
            match need(&stored.record, refused, ahead, now) {
                Need::Nothing => return self.open(&stored.record),
                Need::Reconnect(reason) => {
                    if stored.record.reconnect_reason.is_none() {
                        self.give_up(stored, reason).await?;
                    }
                    return Err(Error::ReconnectNeeded { integration: id, reason });
                }
                Need::Wait(_) => self.exchange.env.timer.sleep(LOOK_AGAIN).await,
                Need::Refresh => {
                    if let Some(claimed) = self.claim(stored).await? {
                        return self.refresh(claimed).await;
                    }
                }
            }
            looks = looks.saturating_add(1);
            if looks > MAX_LOOKS {
                return Err(Error::Contended);
            }
        }
    }

    async fn stored(&self, tenant: TenantId, id: IntegrationId) -> Result<Versioned<Token>> {
        self.store.token(tenant, id).await?.ok_or(Error::NotConnected)
    }

    fn open(&self, token: &Token) -> Result<AccessToken> {
        let secret = token.open("access", &self.exchange.env.keyring)?;
        Ok(AccessToken { secret, generation: token.generation })
    }

    /// Takes the lease and writes the intent; `None` if somebody else was first.
    async fn claim(&self, stored: Versioned<Token>) -> Result<Option<Claimed>> {
        let open_before = stored.record.refreshing_since.is_some();
        let token = stored.record.claimed(self.exchange.env.now());
        let write = Write::Update { record: token.clone(), read: stored.version };
        let commit = self.exchange.env.commit()?.change(write);
        match commit_tokens(self.store.as_ref(), commit).await {
            Ok(_) => {
                let stored = Versioned::new(token, stored.version.next());
                Ok(Some(Claimed { stored, open_before }))
            }
            Err(error) if error.is_conflict() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Calls the platform. From here to the end of `keep` a crash, or a caller that drops the
    /// future, loses the new pair, which the intent in the row then tells.
    async fn refresh(&self, claimed: Claimed) -> Result<AccessToken> {
        let token = &claimed.stored.record;
        let secret = match token.open("refresh", &self.exchange.env.keyring) {
            Ok(secret) => secret,
            Err(error) => {
                let keep_intent = claimed.open_before;
                self.release(claimed, keep_intent).await?;
                return Err(error.into());
            }
        };
        let app = &self.exchange.config.app;
        let query = [
            ("app_key", app.key.as_str()),
            ("app_secret", app.secret.expose_secret()),
            ("refresh_token", secret.expose_secret()),
            ("grant_type", "refresh_token"),
        ];
        let answer = self
            .exchange
            .authorize::<TokenData>(REFRESH, "/api/v2/token/refresh", &query, Idempotency::Once)
            .await;
        match answer {
            Ok(answer) => {
                if let Some(pair) = answer.data.pair() {
                    return self.keep(claimed, &pair).await;
                }
                self.release(claimed, true).await?;
                let (operation, status) = (REFRESH, http::StatusCode::OK);
                Err(Error::Unreadable { operation, status, request_id: answer.request_id })
            }
            Err(error) => Err(self.failed(claimed, error).await?),
        }
    }

    /// Writes down what a failed refresh means, and answers the error to report.
    async fn failed(&self, claimed: Claimed, error: Error) -> Result<Error> {
        let integration = claimed.stored.record.integration_id;
        if let Some(reason) = refusal_reason(&error, claimed.open_before) {
            self.give_up(claimed.stored, reason).await?;
            return Ok(Error::ReconnectNeeded { integration, reason });
        }
        let keep_intent = claimed.open_before || !had_no_effect(&error);
        self.release(claimed, keep_intent).await?;
        Ok(error)
    }

    /// Stores the new pair. If the row was written meanwhile, the pair is still the newest unless
    /// a later generation is stored; the old refresh token is dead either way. No other copy of
    /// the pair exists, so a store that is away for some seconds is waited for.
    async fn keep(&self, claimed: Claimed, pair: &TokenSet) -> Result<AccessToken> {
        let env = &self.exchange.env;
        let Token { tenant_id: tenant, integration_id: id, generation, .. } = claimed.stored.record;
        let mut read = claimed.stored.version;
        let mut given_up = false;
        for _ in 0..DECISIONS {
            let next = generation.saturating_add(1);
            let token = Token::sealed(tenant, id, pair, next, &env.keyring, env.random.as_ref())?;
            let audit = env
                .audit(Actor::Job("refresh-tokens"), "token.refresh", Purpose::ConnectedServices)?
                .tenant(tenant)
                .target("integration", id);
            let mut commit = env
                .commit::<TokenChange>()?
                .change(Write::Update { record: token, read })
                .audit(audit);
            if given_up
                && let Some(found) = self.insist(|| self.store.integration(tenant, id)).await?
            {
                let mut record = found.record;
                record.state = IntegrationState::Connected;
                record.reconnect_reason = None;
                commit = commit.change(Write::Update { record, read: found.version });
            }
            // The same id each time, so that a commit whose outcome got lost is not applied twice.
            match self.insist(|| commit_tokens(self.store.as_ref(), commit.clone())).await {
                Ok(_) => {
                    return Ok(AccessToken { secret: pair.access.clone(), generation: next });
                }
                Err(error) if error.is_conflict() => {
                    let stored = self.insist(|| self.store.token(tenant, id)).await?;
                    let stored = stored.ok_or(Error::NotConnected)?;
                    if stored.record.generation > generation {
                        return self.open(&stored.record);
                    }
                    // A slow call whose lease ran out: the next one was refused and gave up.
                    given_up = stored.record.reconnect_reason.is_some();
                    read = stored.version;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended)
    }

    /// Asks the store again, after pauses, while it is away. Only for `keep`: everybody else can
    /// give up and lose nothing.
    async fn insist<T, F>(&self, ask: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        for pause in PAUSES {
            match ask().await {
                Err(error) if passes(&error) => self.exchange.env.timer.sleep(pause).await,
                known => return known,
            }
        }
        ask().await
    }

    async fn release(&self, claimed: Claimed, keep_intent: bool) -> Result<()> {
        let Versioned { record, version: read, .. } = claimed.stored;
        let record = record.released(keep_intent, self.exchange.env.now());
        let commit = self.exchange.env.commit()?.change(Write::Update { record, read });
        match commit_tokens(self.store.as_ref(), commit).await {
            // Whoever wrote the row meanwhile has decided on more than this call knows.
            Err(error) if error.is_conflict() => Ok(()),
            other => other.map(drop).map_err(Error::from),
        }
    }

    /// Marks token and integration; `false` if either changed meanwhile.
    async fn give_up(&self, stored: Versioned<Token>, reason: ReconnectReason) -> Result<bool> {
        let env = &self.exchange.env;
        let (tenant, id) = (stored.record.tenant_id, stored.record.integration_id);
        let record = stored.record.given_up(reason, env.now());
        let mut commit = env
            .commit::<TokenChange>()?
            .change(Write::Update { record, read: stored.version })
            .audit(
                env.audit(
                    Actor::Platform("tiktok"),
                    "integration.reconnect_needed",
                    Purpose::ConnectedServices,
                )?
                .tenant(tenant)
                .target("integration", id),
            );
        if let Some(found) = self.store.integration(tenant, id).await? {
            let mut record = found.record;
            record.state = IntegrationState::ReconnectNeeded;
            record.reconnect_reason = Some(reason);
            commit = commit.change(Write::Update { record, read: found.version });
        }
        match commit_tokens(self.store.as_ref(), commit).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_conflict() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether the store may answer the same question in a while.
fn passes(error: &StoreError) -> bool {
    error.is_retryable() || matches!(error.kind(), StoreErrorKind::CommitUnknown)
}

/// A row whose lease this process holds.
struct Claimed {
    stored: Versioned<Token>,
    /// An earlier refresh was begun and what came of it is not known.
    open_before: bool,
}

/// Why the seller must authorize again, if the answer means that.
fn refusal_reason(error: &Error, open_before: bool) -> Option<ReconnectReason> {
    match error.class()? {
        RefusalClass::RefreshExpired => Some(ReconnectReason::RefreshExpired),
        RefusalClass::NoAuthorization | RefusalClass::TokenInvalid if open_before => {
            Some(ReconnectReason::RefreshOutcomeLost)
        }
        RefusalClass::NoAuthorization | RefusalClass::TokenInvalid => {
            Some(ReconnectReason::RefreshRefused)
        }
        _ => None,
    }
}

/// One lock for each integration that is being refreshed.
#[derive(Debug, Default)]
struct Locks(Mutex<HashMap<IntegrationId, Weak<AsyncMutex<()>>>>);

impl Locks {
    fn of(&self, id: IntegrationId) -> Arc<AsyncMutex<()>> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(&id).and_then(Weak::upgrade) {
            return lock;
        }
        locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(AsyncMutex::new(()));
        locks.insert(id, Arc::downgrade(&lock));
        lock
    }
}

const REFRESH: &str = "token.refresh";
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// A lease lives for 60 seconds; four looks a second outlast it four times over.
const MAX_LOOKS: u32 = 1_000;
/// Waits of [`Tokens::insist`]: 7.75 seconds in all, which leaves most of the lease for the call.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];
