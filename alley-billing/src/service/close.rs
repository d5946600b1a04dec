//! The end of a tenant: subscriptions canceled, later the customer deleted at Stripe.

use alley_core::{LegReport, LegState, TenantId, Versioned, Write};
use http::StatusCode;

use super::{ATTEMPTS, Asker, Inner};
use crate::checkout::{CheckoutState, PendingCheckout};
use crate::customer::{Customer, LinkStep};
use crate::error::{Error, Result};
use crate::ids::CustomerRef;
use crate::store::Change;
use crate::sync::forget;

const CLOSER: &str = "billing-close";

impl Inner {
    /// Marks the tenant as closing and cancels what runs. Does the same again when repeated; what
    /// was done already is found done.
    pub(crate) async fn close(&self, tenant: TenantId) -> Result<()> {
        self.mark_closing(tenant).await?;
        self.resolve_claim(tenant).await?;
        self.end_checkout(tenant).await?;
        self.refresh(tenant, Vec::new()).await?;
        let left = self.store.subscriptions(tenant).await?;
        let customer = self.store.customer(tenant).await?;
        let linked = customer.is_some_and(|one| one.record.linked().is_some());
        let running = left.iter().any(|one| !one.record.standing().is_terminal());
        // Canceling answered, and yet something runs: say so, so that it is tried again.
        if linked && running { Err(Error::Contended) } else { Ok(()) }
    }

    /// From here on no customer is made, no checkout begun, and every reading cancels what runs.
    async fn mark_closing(&self, tenant: TenantId) -> Result<()> {
        for _ in 0..ATTEMPTS {
            let now = self.env.now();
            let change = match self.store.customer(tenant).await? {
                Some(read) if read.record.closing_at.is_some() => return Ok(()),
                Some(Versioned { mut record, version: read, .. }) => {
                    record.closing_at = Some(now);
                    Write::Update { record, read }
                }
                None => Write::Insert(Customer::closed(tenant, self.config.mode().is_live(), now)),
            };
            let audit = self.audit(Asker::job(CLOSER), "billing.close", tenant)?;
            if self.apply(self.env.commit::<Change>()?.change(change).audit(audit)).await? {
                return Ok(());
            }
        }
        Err(Error::Contended)
    }

    /// A claim whose answer got lost may have made a customer: find out, so that it can be erased.
    async fn resolve_claim(&self, tenant: TenantId) -> Result<()> {
        for _ in 0..ATTEMPTS {
            let Some(read) = self.store.customer(tenant).await? else {
                return Ok(());
            };
            match read.record.next_step(self.env.now()) {
                LinkStep::Linked(_) | LinkStep::Claim => return Ok(()),
                LinkStep::LookUp { since } => {
                    if self.stripe()?.customer_created_for(tenant, since).await?.is_none() {
                        return Ok(());
                    }
                    self.link_step(tenant, Asker::job(CLOSER), Some(read)).await?;
                }
                LinkStep::Create(_) => {
                    self.link_step(tenant, Asker::job(CLOSER), Some(read)).await?;
                }
            }
        }
        Err(Error::Contended)
    }

    /// Ends an open session, so that nobody pays for a tenant that is gone.
    async fn end_checkout(&self, tenant: TenantId) -> Result<()> {
        for _ in 0..ATTEMPTS {
            let Some(guard) = self.store.customer(tenant).await? else {
                return Ok(());
            };
            let Some(pending) = self.store.checkout(tenant).await? else {
                return Ok(());
            };
            self.expire_session(&pending.record).await?;
            let commit = self
                .env
                .commit::<Change>()?
                .change(Write::Update { record: guard.record, read: guard.version })
                .change(forget(&pending));
            if self.apply(commit).await? {
                return Ok(());
            }
        }
        Err(Error::Contended)
    }

    /// A checkout without a session was given to nobody: there is no address to pay at.
    async fn expire_session(&self, pending: &PendingCheckout) -> Result<()> {
        let Some(session) = &pending.session_id else {
            return Ok(());
        };
        match self.stripe()?.checkout(session).await {
            Ok(found) if found.state == CheckoutState::Open => {
                self.stripe()?.expire_checkout(session, &pending.key().follow_up("expire")).await
            }
            Ok(_) => Ok(()),
            Err(error) if error.is_missing() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Deletes the customer at Stripe. Its id stays stored until that is done, for without it the
    /// customer could not be found there.
    pub(crate) async fn erase_remote(&self, tenant: TenantId) -> Result<LegReport> {
        self.mark_closing(tenant).await?;
        self.resolve_claim(tenant).await?;
        for _ in 0..ATTEMPTS {
            let Some(read) = self.store.customer(tenant).await? else {
                return Ok(LegReport::new(LegState::Done));
            };
            let Some(customer) = read.record.linked().cloned() else {
                return Ok(LegReport::new(LegState::Done));
            };
            if let Some(report) = self.delete_remote(&customer).await? {
                return Ok(report);
            }
            if self.mark_deleted(read).await? {
                return Ok(LegReport::new(LegState::Done));
            }
        }
        Err(Error::Contended)
    }

    /// None once the customer is gone there.
    async fn delete_remote(&self, customer: &CustomerRef) -> Result<Option<LegReport>> {
        match self.stripe()?.delete_customer(customer).await {
            Ok(()) => Ok(None),
            Err(Error::Remote(error)) => match error.status {
                StatusCode::UNAUTHORIZED => {
                    Ok(Some(LegReport::because(LegState::Blocked, "api_key_refused")))
                }
                StatusCode::FORBIDDEN => {
                    Ok(Some(LegReport::because(LegState::Blocked, "permission_missing")))
                }
                _ if error.is_retryable() => Err(Error::Remote(error)),
                _ => Ok(Some(LegReport::because(LegState::Refused, "stripe_refused"))),
            },
            Err(error) => Err(error),
        }
    }

    /// Stores that the customer is gone, and with it its subscriptions.
    async fn mark_deleted(&self, guard: Versioned<Customer>) -> Result<bool> {
        let now = self.env.now();
        let Versioned { mut record, version: read, .. } = guard;
        let tenant = record.tenant_id;
        let mut commit = self.env.commit::<Change>()?;
        for one in self.store.subscriptions(tenant).await? {
            if !one.record.standing().is_terminal() {
                let record = crate::sync::ended(one.record, now);
                commit = commit.change(Write::Update { record, read: one.version });
            }
        }
        if record.entitled {
            let fact = alley_core::Fact::SubscriptionEnded { tenant };
            commit = commit.fact(self.env.fact(fact)?);
        }
        record.entitled = false;
        record.remote_deleted_at = Some(now);
        record.ended_at = record.ended_at.or(Some(now));
        record.review_at = None;
        let commit = commit.change(Write::Update { record, read }).audit(self.audit(
            Asker::job(CLOSER),
            "billing.customer.erase",
            tenant,
        )?);
        self.apply(commit).await
    }
}
