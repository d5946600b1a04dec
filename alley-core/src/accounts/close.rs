//! Closing of an account by its person.

use super::work::{delete, update};
use super::{Accounts, MailKind, Mailing, SessionRefused};
use crate::access::TenantRole;
use crate::account::{Account, Standing};
use crate::attempt::{ATTEMPTS, Applied};
use crate::audit::Actor;
use crate::commit::{Commit, Expect};
use crate::error::Error;
use crate::fact::Fact;
use crate::identity::Change;
use crate::ids::{AccountId, TenantId};
use crate::record::Record as _;
use crate::session::ActiveSession;
use crate::tenant::{Tenant, TenantStatus, other_owners};

/// What came of closing an account.
#[must_use]
#[derive(Debug)]
#[non_exhaustive]
pub enum CloseAccount {
    /// It is closed: nobody is signed in, the credentials are gone, and
    /// [`Fact::AccountClosed`] is on its way.
    Closed(Mailing),
    /// The person is the last owner of these tenants: hand them over or close them first.
    LastOwner(Vec<TenantId>),
    /// The session may not do this now.
    Refused(SessionRefused),
}

impl Accounts {
    /// Closes the account of a person who has signed in a short time ago. Sessions, credentials
    /// and tokens go in the same commit that emits [`Fact::AccountClosed`]; the rest waits for
    /// erasure by that fact.
    ///
    /// # Errors
    /// When storage or randomness fails.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the account closed or not.
    pub async fn close_account(&self, session: &ActiveSession) -> Result<CloseAccount, Error> {
        for _ in 0..ATTEMPTS {
            let now = self.env.now();
            let (account, _) = match self.fresh(session, now).await? {
                Ok(found) => found,
                Err(refused) => return Ok(CloseAccount::Refused(refused)),
            };
            let id = account.record.account_id;
            let mut commit: Commit<Change> = self.env.commit()?;
            let ownerless = self.expect_other_owners(&mut commit, id).await?;
            if !ownerless.is_empty() {
                return Ok(CloseAccount::LastOwner(ownerless));
            }
            let mailing = Mailing::of(self.mail(&account.record, MailKind::AccountClosed)?);
            let identity = &self.stores.identity;
            commit.changes.extend(identity.password(id).await?.iter().map(delete));
            commit.changes.extend(identity.totp(id).await?.iter().map(delete));
            commit.changes.extend(identity.recovery_codes(id).await?.iter().map(delete));
            commit.changes.extend(identity.tokens(id).await?.iter().map(delete));
            commit.changes.extend(identity.sessions(id).await?.iter().map(delete));
            let commit = commit
                .change(update(account.record.closed(now), account.version))
                .audit(self.audit(Actor::Account(id), "account.close", Some(id))?)
                .fact(self.env.fact(Fact::AccountClosed { account: id })?);
            if self.apply(commit).await? == Applied::Done {
                return Ok(CloseAccount::Closed(mailing));
            }
        }
        Err(Error::Contended)
    }

    /// The tenants that would be left without an owner. For all others the commit gets the
    /// expectation that the owner who was found, and the tenant's members, stay as they are.
    async fn expect_other_owners(
        &self,
        commit: &mut Commit<Change>,
        account: AccountId,
    ) -> Result<Vec<TenantId>, Error> {
        let mut ownerless = Vec::new();
        for membership in self.stores.tenancy.memberships(account).await? {
            if membership.record.role != TenantRole::Owner {
                continue;
            }
            let id = membership.record.tenant_id;
            // The guard first, then the set that it guards.
            let Some(tenant) = self.stores.tenancy.tenant(id).await? else {
                continue;
            };
            if tenant.record.status == TenantStatus::Closing {
                continue;
            }
            let members = self.stores.tenancy.members(id).await?;
            let mut other = None;
            for owner in other_owners(&members, account) {
                let owner = self.stores.identity.account(owner).await?;
                other = owner.filter(|owner| owner.record.standing() == Standing::Good);
                if other.is_some() {
                    break;
                }
            }
            match other {
                None => ownerless.push(id),
                Some(owner) => commit.expects.extend([
                    Expect::unchanged::<Tenant>(tenant.record.key(), tenant.version),
                    Expect::unchanged::<Account>(owner.record.key(), owner.version),
                ]),
            }
        }
        Ok(ownerless)
    }
}
