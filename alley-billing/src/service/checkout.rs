//! The verbs of checkout.

use alley_core::{Digest32, TenantId, Versioned, Write};
use secrecy::SecretString;

use super::{Asker, Inner};
use crate::checkout::{
    CheckoutOutcome, CheckoutPage, CheckoutReply, CheckoutRequest, CheckoutReturn, CheckoutState,
    PendingCheckout,
};
use crate::customer::Customer;
use crate::error::{Error, Result};
use crate::form::Form;
use crate::idempotency::IdempotencyKey;
use crate::ids::{CheckoutRef, CustomerRef, ProductRef, SubscriptionRef};
use crate::store::Change;
use crate::sync::{Stored, forget};

/// Ending another checkout, beginning, asking and storing are commits of their own.
const STEPS: u32 = 12;

/// A wish that was checked, ready to be asked of Stripe.
struct Wish {
    tenant: TenantId,
    asker: Asker,
    product: ProductRef,
    form: Form,
    request: Digest32,
}

impl Inner {
    pub(super) async fn start_checkout(
        &self,
        tenant: TenantId,
        asker: Asker,
        request: &CheckoutRequest,
    ) -> Result<CheckoutOutcome> {
        let customer = self.ensure_customer(tenant, asker).await?;
        let price = self.stripe()?.price(request.price()).await?;
        if !price.active {
            return Ok(CheckoutOutcome::PriceInactive);
        }
        // What is stored may be behind; a second subscription would be paid twice.
        self.refresh(tenant, Vec::new()).await?;
        let wish = self.wish(tenant, asker, price.product, request, &customer);
        for _ in 0..STEPS {
            let Some(stored) = self.stored(tenant).await? else {
                return Err(Error::Contended);
            };
            if stored.customer.record.closing_at.is_some() {
                return Err(Error::Closing);
            }
            if let Some(subscription) = running(&stored, &wish.product) {
                return Ok(CheckoutOutcome::AlreadySubscribed {
                    subscription,
                    product: wish.product,
                });
            }
            if let Some(page) = self.checkout_step(&wish, stored).await? {
                return Ok(CheckoutOutcome::Redirect(page));
            }
        }
        Err(Error::Contended)
    }

    fn wish(
        &self,
        tenant: TenantId,
        asker: Asker,
        product: ProductRef,
        request: &CheckoutRequest,
        customer: &CustomerRef,
    ) -> Wish {
        let form = request.form(tenant, customer);
        let text = form.encode();
        let keyring = &self.env.keyring;
        let request = keyring.blind_index("billing.checkout", text.as_bytes());
        Wish { tenant, asker, product, form, request }
    }

    /// One step towards an open session; the page once there is one.
    async fn checkout_step(&self, wish: &Wish, stored: Stored) -> Result<Option<CheckoutPage>> {
        let Some(pending) = stored.checkout else {
            return self.begin(wish, stored.customer).await.map(|()| None);
        };
        let wanted =
            pending.record.request == wish.request && pending.record.is_repeatable(self.env.now());
        let Some(session) = pending.record.session_id.clone() else {
            if wanted {
                return self.ask(wish, stored.customer, pending).await;
            }
            self.forget_checkout(stored.customer, &pending).await?;
            return Ok(None);
        };
        let found = match self.stripe()?.checkout(&session).await {
            Ok(found) => Some(found),
            Err(error) if error.is_missing() => None,
            Err(error) => return Err(error),
        };
        match found.map(|found| (found.state, found.url)) {
            Some((CheckoutState::Open, Some(url))) if wanted => {
                return Ok(Some(CheckoutPage { session, url }));
            }
            Some((CheckoutState::Open, _)) => {
                let key = pending.record.key().follow_up("expire");
                self.stripe()?.expire_checkout(&session, &key).await?;
            }
            Some((CheckoutState::Complete, _)) => {
                self.refresh(wish.tenant, Vec::new()).await?;
                self.forget_session(wish.tenant, &session).await?;
                return Ok(None);
            }
            _ => {}
        }
        self.forget_checkout(stored.customer, &pending).await?;
        Ok(None)
    }

    /// Stores the wish and its key before Stripe is asked.
    async fn begin(&self, wish: &Wish, guard: Versioned<Customer>) -> Result<()> {
        let key = IdempotencyKey::generate(self.env.random.as_ref())?;
        let begun = PendingCheckout::begun(wish.tenant, &key, wish.request, self.env.now());
        let commit = self
            .env
            .commit::<Change>()?
            .change(held(guard))
            .change(Write::Insert(begun))
            .audit(self.audit(wish.asker, "billing.checkout.start", wish.tenant)?);
        self.apply(commit).await?;
        Ok(())
    }

    async fn ask(
        &self,
        wish: &Wish,
        guard: Versioned<Customer>,
        pending: Versioned<PendingCheckout>,
    ) -> Result<Option<CheckoutPage>> {
        let key = pending.record.key();
        let made = match self.stripe()?.create_checkout(wish.form.clone(), &key).await {
            Ok(made) => made,
            Err(error) => {
                // Stripe would repeat its refusal for this key: the next call takes a new one.
                if error.is_final() {
                    self.forget_checkout(guard, &pending).await?;
                }
                return Err(error);
            }
        };
        let CheckoutReply { id, url, state, .. } = made;
        let mut record = pending.record;
        record.session_id = Some(id.clone());
        let read = pending.version;
        let commit = self.env.commit::<Change>()?.change(held(guard));
        if self.apply(commit.change(Write::Update { record, read })).await? {
            return Ok(page(id, url, &state));
        }
        // Somebody changed the tenant's billing meanwhile. If the wish is still the stored one,
        // the next step finds the same session under the same key; otherwise nobody may pay on it.
        let now = self.store.checkout(wish.tenant).await?;
        if now.is_none_or(|now| now.record.creation_key != key.as_str()) {
            let expire = key.follow_up("expire");
            self.stripe()?.expire_checkout(&id, &expire).await?;
        }
        Ok(None)
    }

    async fn forget_checkout(
        &self,
        guard: Versioned<Customer>,
        pending: &Versioned<PendingCheckout>,
    ) -> Result<()> {
        let commit = self.env.commit::<Change>()?.change(held(guard));
        self.apply(commit.change(forget(pending))).await?;
        Ok(())
    }

    /// Forgets the checkout if it is still of that session.
    async fn forget_session(&self, tenant: TenantId, session: &CheckoutRef) -> Result<()> {
        for _ in 0..super::ATTEMPTS {
            let Some(guard) = self.store.customer(tenant).await? else {
                return Ok(());
            };
            let Some(pending) = self.store.checkout(tenant).await? else {
                return Ok(());
            };
            if pending.record.session_id.as_ref() != Some(session) {
                return Ok(());
            }
            let commit = self.env.commit::<Change>()?.change(held(guard));
            if self.apply(commit.change(forget(&pending))).await? {
                return Ok(());
            }
        }
        Err(Error::Contended)
    }

    pub(super) async fn return_from_checkout(
        &self,
        tenant: TenantId,
        session_id: &str,
    ) -> Result<CheckoutReturn> {
        let Ok(session) = CheckoutRef::new(session_id) else {
            return Ok(CheckoutReturn::NotYours);
        };
        let Some(customer) = self.store.customer(tenant).await? else {
            return Ok(CheckoutReturn::NotYours);
        };
        let found = match self.stripe()?.checkout(&session).await {
            Ok(found) if found.belongs_to(&customer.record) => found,
            Ok(_) => return Ok(CheckoutReturn::NotYours),
            Err(error) if error.is_missing() => return Ok(CheckoutReturn::NotYours),
            Err(error) => return Err(error),
        };
        match found.state {
            CheckoutState::Open => Ok(CheckoutReturn::Open),
            CheckoutState::Expired => {
                self.forget_session(tenant, &session).await?;
                Ok(CheckoutReturn::Expired)
            }
            CheckoutState::Complete | CheckoutState::Unknown(_) => {
                let decision = self.refresh(tenant, Vec::new()).await?;
                self.forget_session(tenant, &session).await?;
                Ok(CheckoutReturn::Synced(decision))
            }
        }
    }
}

/// The guard, raised by a writer that changes nothing else of it.
fn held(guard: Versioned<Customer>) -> Write<Customer> {
    Write::Update { record: guard.record, read: guard.version }
}

/// A session that was replayed from its key may have ended meanwhile; its address is of no use then
/// and the next step looks at it.
fn page(
    session: CheckoutRef,
    url: Option<SecretString>,
    state: &CheckoutState,
) -> Option<CheckoutPage> {
    let url = url.filter(|_| *state == CheckoutState::Open)?;
    Some(CheckoutPage { session, url })
}

/// A running subscription of the product.
fn running(stored: &Stored, product: &ProductRef) -> Option<SubscriptionRef> {
    if stored.customer.record.remote_deleted_at.is_some() {
        return None;
    }
    let mut running = stored.subscriptions.iter().map(|one| &one.record);
    running
        .find(|one| {
            let mut lines = one.lines().iter();
            !one.standing().is_terminal()
                && lines.any(|line| line.product.as_ref() == Some(product))
        })
        .map(|one| one.subscription_id.clone())
}
