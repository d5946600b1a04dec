//! The door of billing.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use alley_core::{
    Access, Actor, AuditEntry, Commit, Committed, Env, Job, Purpose, RecordStore, RemoteLeg,
    StoreError, StoreErrorKind, Subscriber, TenantId,
};
use async_lock::Mutex;

use crate::checkout::{CheckoutOutcome, CheckoutRequest, CheckoutReturn};
use crate::client::StripeClient;
use crate::config::Config;
use crate::decision::AccessDecision;
use crate::error::{Error, Result};
use crate::idempotency::IdempotencyKey;
use crate::ids::CustomerRef;
use crate::portal::{PortalPage, PortalRequest};
use crate::status::SubscriptionStatus;
use crate::store::{BillingStore, Change};
use crate::sync::{self, Rules};

mod checkout;
mod close;
mod inbox;
mod jobs;
mod leg;
mod link;
mod receive;
mod refresh;
mod subscriber;

use jobs::{InboxJob, ReconcileJob};
use leg::StripeLeg;
use subscriber::CloseSubscriber;

/// The ports that billing stores through.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a host replaces single ports")]
pub struct Stores {
    /// Customers, subscriptions, invoices, checkouts, received events.
    pub billing: Arc<dyn BillingStore>,
}

impl<S: RecordStore> From<Arc<S>> for Stores {
    fn from(store: Arc<S>) -> Self {
        Self { billing: store }
    }
}

/// Billing of tenants through Stripe. Cheap to clone; all clones are one.
///
/// Its projection of Stripe's state follows events in any order and number, and heals itself by
/// the job `billing-reconcile`. Methods that write can be dropped at any point: what was asked of
/// Stripe is found again by the stored idempotency key, and what was not stored is read again.
#[derive(Clone, Debug)]
pub struct Billing {
    inner: Arc<Inner>,
}

impl Billing {
    /// Puts billing together. Speaks to nobody yet.
    ///
    /// # Errors
    /// [`Error::Config`] when the configuration cannot work.
    pub fn new(env: &Env, stores: Stores, config: Config) -> Result<Self> {
        let client = StripeClient::new(env, &config)?;
        let inner = Inner {
            env: env.clone(),
            store: stores.billing,
            client: Arc::new(client),
            config: Arc::new(config),
            queue: queues(),
            warned: Arc::new(AtomicBool::new(false)),
            joined: false,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The same door, with the same configuration, inside a unit of work: a transaction that the
    /// host began and will end. Everything is read and written there and stands or falls with it.
    ///
    /// - It does not call Stripe. What Stripe did stays done after a rollback, and the idempotency
    ///   key by which it would be found again would be gone. Whatever needs a call answers
    ///   [`Error::InTransaction`] and has written nothing; ask this door for it, before the
    ///   transaction or after it. Received events are stored and wait for the job.
    /// - A tenant's queue is not shared with this door: whoever waited in it would hold the
    ///   transaction open, and whoever is ahead may be waiting for a row that it has locked.
    /// - A conflict is met by reading and deciding again, in the same transaction, as often as
    ///   usual. Where that transaction sees one picture of the data from beginning to end, this
    ///   cannot come out otherwise; [`Error::Contended`] then means that the unit of work is lost
    ///   and has to begin again.
    /// - [`jobs`](Self::jobs) is empty.
    #[must_use]
    pub fn on(&self, stores: impl Into<Stores>) -> Self {
        let inner = Inner {
            env: self.inner.env.clone(),
            store: stores.into().billing,
            client: Arc::clone(&self.inner.client),
            config: Arc::clone(&self.inner.config),
            queue: queues(),
            warned: Arc::clone(&self.inner.warned),
            joined: true,
        };
        Self { inner: Arc::new(inner) }
    }

    /// The client, for calls that billing does not make itself. It knows nothing of the store.
    pub fn client(&self) -> &StripeClient {
        &self.inner.client
    }

    /// The tenant's customer at Stripe, made on the first call. Any number of calls, also at the
    /// same time or after a crash, lead to one customer.
    ///
    /// # Errors
    /// [`Error::Closing`] for a tenant that was closed; otherwise when Stripe or the store fails.
    ///
    /// # Cancel safety
    /// May be dropped; the next call goes on where it was.
    pub async fn ensure_customer(&self, access: &Access) -> Result<CustomerRef> {
        self.inner.stripe()?;
        self.inner.ensure_customer(access.tenant(), Asker::of(access)).await
    }

    /// Begins a checkout, or finds the one that was begun for the same wish. For another wish the
    /// open session is ended first, so that there is never more than one to pay on.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless an owner or administrator asks; [`Error::Closing`]; otherwise
    /// when Stripe or the store fails.
    ///
    /// # Cancel safety
    /// May be dropped; the next call goes on where it was.
    pub async fn start_checkout(
        &self,
        access: &Access,
        request: &CheckoutRequest,
    ) -> Result<CheckoutOutcome> {
        require_admin(access)?;
        self.inner.stripe()?;
        self.inner.start_checkout(access.tenant(), Asker::of(access), request).await
    }

    /// Looks at the session with which a browser came back, and reads the state from Stripe
    /// without waiting for the event. The session's id comes from the browser and is not trusted.
    ///
    /// # Errors
    /// When Stripe or the store fails.
    ///
    /// # Cancel safety
    /// May be dropped; the event brings the state as well.
    pub async fn return_from_checkout(
        &self,
        access: &Access,
        session_id: &str,
    ) -> Result<CheckoutReturn> {
        self.inner.stripe()?;
        self.inner.return_from_checkout(access.tenant(), session_id).await
    }

    /// Opens a portal page for the tenant's customer. Its address is stored nowhere.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless an owner or administrator asks; [`Error::Invalid`] when the
    /// return address is no absolute URL; otherwise when Stripe or the store fails.
    pub async fn open_portal(
        &self,
        access: &Access,
        request: &PortalRequest,
    ) -> Result<PortalPage> {
        require_admin(access)?;
        self.inner.stripe()?;
        crate::checkout::check_url(request.return_url())?;
        let customer = self.inner.ensure_customer(access.tenant(), Asker::of(access)).await?;
        let key = IdempotencyKey::generate(self.inner.env.random.as_ref())?;
        self.inner.stripe()?.create_portal(&customer, request, &key).await
    }

    /// Whether the tenant has access, from what is stored; asks nobody.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn access(&self, access: &Access) -> Result<AccessDecision> {
        self.inner.access(access.tenant()).await
    }

    /// Reads the tenant's whole state from Stripe now.
    ///
    /// # Errors
    /// When Stripe or the store fails.
    ///
    /// # Cancel safety
    /// May be dropped; nothing or all of the reading is stored.
    pub async fn refresh(&self, access: &Access) -> Result<AccessDecision> {
        self.inner.stripe()?;
        self.inner.refresh(access.tenant(), Vec::new()).await
    }

    /// The work that is to be done in the background: acting on received events, reading anew
    /// what was not heard of for a day. A door inside a unit of work has none.
    pub fn jobs(&self) -> Vec<Arc<dyn Job>> {
        if self.inner.joined {
            return Vec::new();
        }
        vec![
            Arc::new(InboxJob::new(Arc::clone(&self.inner))),
            Arc::new(ReconcileJob::new(Arc::clone(&self.inner))),
        ]
    }

    /// Acts on what other crates made true: cancels when a tenant is closed.
    pub fn subscriber(&self) -> Arc<dyn Subscriber> {
        Arc::new(CloseSubscriber::new(Arc::clone(&self.inner)))
    }

    /// Erases the customer at Stripe when privacy asks.
    pub fn remote_leg(&self) -> Arc<dyn RemoteLeg> {
        Arc::new(StripeLeg::new(Arc::clone(&self.inner)))
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }
}

fn require_admin(access: &Access) -> Result<()> {
    if access.is_admin() { Ok(()) } else { Err(Error::Forbidden) }
}

/// Who asks and what for, for the trail.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker {
    pub(crate) actor: Actor,
    pub(crate) purpose: Purpose,
}

impl Asker {
    const fn of(access: &Access) -> Self {
        Self { actor: access.actor(), purpose: access.purpose() }
    }

    pub(crate) const fn job(name: &'static str) -> Self {
        Self { actor: Actor::Job(name), purpose: Purpose::UserWorkflows }
    }
}

/// What all parts of the service share.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) env: Env,
    pub(crate) store: Arc<dyn BillingStore>,
    client: Arc<StripeClient>,
    pub(crate) config: Arc<Config>,
    queue: Vec<Mutex<()>>,
    warned: Arc<AtomicBool>,
    /// Made by [`Billing::on`].
    joined: bool,
}

/// How often a decision is made anew after a conflict.
const ATTEMPTS: u32 = 8;

/// Queues over which tenants are spread; two tenants in one queue only wait for each other.
const QUEUES: usize = 64;

fn queues() -> Vec<Mutex<()>> {
    (0..QUEUES).map(|_| Mutex::new(())).collect()
}

impl Inner {
    /// Stripe; not inside a unit of work. Asked before anything is written for a call, too.
    pub(crate) fn stripe(&self) -> Result<&StripeClient> {
        if self.joined { Err(Error::InTransaction) } else { Ok(&self.client) }
    }

    fn rules(&self) -> Rules<'_> {
        Rules { policy: self.config.policy(), reconcile_every: self.config.reconcile_every() }
    }

    pub(crate) async fn access(&self, tenant: TenantId) -> Result<AccessDecision> {
        let (policy, now) = (self.config.policy(), self.env.now());
        let Some(customer) = self.store.customer(tenant).await? else {
            return Ok(crate::decision::decide(&[], &[], None, policy, now));
        };
        let read = self.store.subscriptions(tenant).await?;
        let subscriptions: Vec<_> = read.into_iter().map(|one| one.record).collect();
        // Invoices matter for the grace period alone.
        let failing = subscriptions.iter().any(|one| one.standing() == SubscriptionStatus::PastDue);
        let invoices = if failing { self.store.invoices(tenant).await? } else { Vec::new() };
        let invoices: Vec<_> = invoices.into_iter().map(|one| one.record).collect();
        Ok(sync::access(&customer.record, &subscriptions, &invoices, policy, now))
    }

    /// Applies a commit; `false` means that it was decided on something that has changed.
    pub(crate) async fn apply(&self, commit: Commit<Change>) -> Result<bool> {
        match self.commit(commit).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_conflict() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Applies a commit, and once more if it is not known whether it was.
    pub(crate) async fn commit(&self, commit: Commit<Change>) -> Result<Committed, StoreError> {
        let mut repeated = false;
        loop {
            match self.store.commit(commit.clone()).await {
                // The same id finds out whether it was applied.
                Err(error)
                    if !repeated
                        && matches!(
                            error.kind(),
                            StoreErrorKind::CommitUnknown | StoreErrorKind::Retry
                        ) =>
                {
                    repeated = true;
                }
                known => return known,
            }
        }
    }

    pub(crate) fn audit(
        &self,
        asker: Asker,
        action: &'static str,
        tenant: TenantId,
    ) -> Result<AuditEntry> {
        let entry = self.env.audit(asker.actor, action, asker.purpose)?;
        Ok(entry.tenant(tenant).target("billing_customer", tenant))
    }

    /// The queue of a tenant: its customer is read from Stripe by one at a time.
    fn queue_of(&self, tenant: TenantId) -> Option<&Mutex<()>> {
        let [.., last] = *tenant.as_uuid().as_bytes();
        self.queue.get(usize::from(last) % QUEUES)
    }
}
