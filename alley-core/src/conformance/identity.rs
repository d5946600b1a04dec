//! The promises of [`IdentityStore`].

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;

use super::{CommitFixture, Violation, commit_contract, ensure, kept};
use crate::account::Account;
use crate::commit::{Basis, Commit, Committed, Expect, Version, Write};
use crate::credential::{PasswordCredential, StoredRecoveryCode, TotpCredential};
use crate::env::Env;
use crate::error::{StoreError, StoreErrorKind};
use crate::fact::Outbox;
use crate::identity::{Change, IdentityStore};
use crate::ids::AccountId;
use crate::page::PageRequest;
use crate::record::Key;
use crate::seal::Sealed;
use crate::session::{Session, SessionId};
use crate::token::{OneTimeToken, TokenId, TokenPurpose};
use crate::value::Digest32;

/// Checks every promise of [`IdentityStore`] on a fresh store.
///
/// # Errors
/// The first promise that the store breaks.
pub async fn identity(
    store: Arc<dyn IdentityStore>,
    outbox: Arc<dyn Outbox>,
    env: &Env,
) -> Result<(), Violation> {
    let suite = Identity { store, outbox, env };
    commit_contract(&suite).await?;
    suite.accounts_are_found_by_id_and_by_address().await?;
    suite.addresses_are_unique().await?;
    suite.credentials_belong_to_one_account().await?;
    suite.tokens_are_found_by_hash_and_listed().await?;
    suite.sessions_are_found_by_hash_and_listed().await?;
    suite.expired_rows_come_first_and_live_ones_never().await
}

struct Identity<'a> {
    store: Arc<dyn IdentityStore>,
    outbox: Arc<dyn Outbox>,
    env: &'a Env,
}

fn id(number: u8) -> AccountId {
    AccountId::from_uuid(uuid::Uuid::from_bytes([number; 16]))
}

impl Identity<'_> {
    fn account(&self, number: u8) -> Account {
        let index = Digest32::new([number; 32]);
        let sealed = Sealed::from_bytes([number]);
        Account::new(id(number), format!("{number:010}"), sealed, index, self.env.now())
    }

    fn token(&self, number: u8, account: u8) -> OneTimeToken {
        let now = self.env.now();
        OneTimeToken {
            token_id: TokenId::from_uuid(uuid::Uuid::from_bytes([number; 16])),
            account_id: id(account),
            purpose: TokenPurpose::ResetPassword,
            token_hash: Digest32::new([number; 32]),
            email_index: Digest32::new([0; 32]),
            issued_at: now,
            expires_at: now + TimeDelta::minutes(i64::from(number)),
            attempts: 0,
            chosen_hash: None,
        }
    }

    fn session(&self, number: u8, account: u8) -> Session {
        let now = self.env.now();
        let session_id = SessionId::from_uuid(uuid::Uuid::from_bytes([number; 16]));
        Session {
            session_id,
            account_id: id(account),
            family: session_id,
            token_hash: Digest32::new([number; 32]),
            created_at: now,
            seen_at: now,
            expires_at: now + TimeDelta::minutes(i64::from(number)),
            password_at: now,
            second_factor: None,
            second_factor_at: None,
            rotated_at: None,
            device: Some("Firefox on Linux".to_owned()),
            network: None,
        }
    }

    async fn write(&self, promise: &'static str, changes: Vec<Change>) -> Result<(), Violation> {
        let mut commit = kept("randomness", self.env.commit())?;
        commit.changes = changes;
        kept(promise, self.store.commit(commit).await).map(|_| ())
    }

    /// Commits and demands that a rule of this name refuses it.
    async fn duplicate(
        &self,
        promise: &'static str,
        expected: &'static str,
        change: Change,
    ) -> Result<(), Violation> {
        let commit: Commit<Change> = kept("randomness", self.env.commit())?;
        let found = match self.store.commit(commit.change(change)).await {
            Ok(_) => "it was applied".to_owned(),
            Err(error) => match error.kind() {
                StoreErrorKind::Duplicate { rule, .. } if *rule == expected => return Ok(()),
                other => other.to_string(),
            },
        };
        Err(Violation::new(promise, found))
    }

    async fn accounts_are_found_by_id_and_by_address(&self) -> Result<(), Violation> {
        const PROMISE: &str = "an account is found by its id and by its address, and no other";
        let account = self.account(100);
        self.write(PROMISE, vec![Write::Insert(account.clone()).into()]).await?;
        let by_id = kept(PROMISE, self.store.account(id(100)).await)?;
        let by_email = kept(PROMISE, self.store.account_by_email(account.email_index).await)?;
        let same = |found: Option<crate::Versioned<Account>>| {
            found.is_some_and(|found| found.record == account && found.version == Version::FIRST)
        };
        ensure(PROMISE, same(by_id), "by id: another record, or none")?;
        ensure(PROMISE, same(by_email), "by address: another record, or none")?;
        let none = kept(PROMISE, self.store.account(id(101)).await)?.is_none()
            && kept(PROMISE, self.store.account_by_email(Digest32::new([101; 32])).await)?
                .is_none();
        ensure(PROMISE, none, "an account that does not exist was found")
    }

    async fn addresses_are_unique(&self) -> Result<(), Violation> {
        const PROMISE: &str = "no two accounts have one address or customer id";
        let mut same_address = self.account(102);
        same_address.email_index = self.account(100).email_index;
        self.duplicate(PROMISE, "by_email", Write::Insert(same_address).into()).await?;
        let mut same_number = self.account(102);
        same_number.customer_id = self.account(100).customer_id;
        self.duplicate(PROMISE, "by_customer_id", Write::Insert(same_number).into()).await
    }

    async fn credentials_belong_to_one_account(&self) -> Result<(), Violation> {
        const PROMISE: &str = "credentials are found for their own account alone";
        let now = self.env.now();
        let sealed = || Sealed::from_bytes([1, 2, 3]);
        let hash = Digest32::new([7; 32]);
        let id_of = || kept("randomness", self.env.id());
        let code = |account, hash| -> Result<StoredRecoveryCode, Violation> {
            let code_id = kept("randomness", self.env.id())?;
            Ok(StoredRecoveryCode::new(code_id, id(account), hash, now))
        };
        let totp = |account| -> Result<TotpCredential, Violation> {
            Ok(TotpCredential::pending(id_of()?, id(account), sealed(), now))
        };
        let changes = vec![
            Write::Insert(PasswordCredential::new(id(110), sealed(), now)).into(),
            Write::Insert(totp(110)?).into(),
            Write::Insert(totp(110)?).into(),
            Write::Insert(totp(111)?).into(),
            Write::Insert(code(110, hash)?).into(),
            Write::Insert(code(110, Digest32::new([8; 32]))?).into(),
            Write::Insert(code(111, hash)?).into(),
        ];
        self.write(PROMISE, changes).await?;
        let password = kept(PROMISE, self.store.password(id(110)).await)?;
        ensure(PROMISE, password.is_some(), "a password is missing")?;
        let other = kept(PROMISE, self.store.password(id(111)).await)?;
        ensure(PROMISE, other.is_none(), "a password of another account was found")?;
        let totp = kept(PROMISE, self.store.totp(id(110)).await)?.len();
        ensure(PROMISE, totp == 2, format!("{totp} authenticators instead of 2"))?;
        let codes = kept(PROMISE, self.store.recovery_codes(id(110)).await)?.len();
        ensure(PROMISE, codes == 2, format!("{codes} recovery codes instead of 2"))?;
        let found = kept(PROMISE, self.store.recovery_code(id(111), hash).await)?;
        let own = found.is_some_and(|found| found.record.account_id == id(111));
        ensure(PROMISE, own, "a recovery code is missing, or another account's")?;
        let foreign = self.store.recovery_code(id(111), Digest32::new([8; 32])).await;
        ensure(PROMISE, kept(PROMISE, foreign)?.is_none(), "another account's code was found")?;
        self.duplicate(PROMISE, "by_code", Write::Insert(code(110, hash)?).into()).await
    }

    async fn tokens_are_found_by_hash_and_listed(&self) -> Result<(), Violation> {
        const PROMISE: &str = "a token is found by its hash and listed for its account";
        let token = self.token(120, 120);
        let changes = vec![
            Write::Insert(token.clone()).into(),
            Write::Insert(self.token(121, 120)).into(),
            Write::Insert(self.token(122, 122)).into(),
        ];
        self.write(PROMISE, changes).await?;
        let found = kept(PROMISE, self.store.token(token.token_hash).await)?;
        ensure(PROMISE, found.is_some_and(|found| found.record == token), "another, or none")?;
        let listed = kept(PROMISE, self.store.tokens(id(120)).await)?.len();
        ensure(PROMISE, listed == 2, format!("{listed} listed instead of 2"))?;
        let mut same = self.token(123, 123);
        same.token_hash = token.token_hash;
        self.duplicate(PROMISE, "by_token", Write::Insert(same).into()).await
    }

    async fn sessions_are_found_by_hash_and_listed(&self) -> Result<(), Violation> {
        const PROMISE: &str = "a session is found by id and token hash and listed for its account";
        let session = self.session(130, 130);
        let changes = vec![
            Write::Insert(session.clone()).into(),
            Write::Insert(self.session(131, 130)).into(),
            Write::Insert(self.session(132, 132)).into(),
        ];
        self.write(PROMISE, changes).await?;
        let by_token = kept(PROMISE, self.store.session_by_token(session.token_hash).await)?;
        let by_id = kept(PROMISE, self.store.session(session.session_id).await)?;
        for found in [by_token, by_id] {
            let same = found.is_some_and(|found| found.record == session);
            ensure(PROMISE, same, "another, or none")?;
        }
        let listed = kept(PROMISE, self.store.sessions(id(130)).await)?.len();
        ensure(PROMISE, listed == 2, format!("{listed} listed instead of 2"))?;
        let mut same = self.session(133, 133);
        same.token_hash = session.token_hash;
        self.duplicate(PROMISE, "by_token", Write::Insert(same).into()).await
    }

    async fn expired_rows_come_first_and_live_ones_never(&self) -> Result<(), Violation> {
        const PROMISE: &str = "expired rows are listed, the oldest first, and no others";
        // Row `n` of the checks before expires `n` minutes from now.
        let at = self.env.now() + TimeDelta::minutes(121);
        let page = kept(PROMISE, self.store.expired_tokens(at, PageRequest::first(10)).await)?;
        let ends: Vec<_> = page.items.iter().map(|token| token.record.expires_at).collect();
        let expected = [at - TimeDelta::minutes(1), at];
        ensure(PROMISE, ends == expected, format!("{} tokens, or another order", ends.len()))?;
        let at = self.env.now() + TimeDelta::minutes(131);
        let page = kept(PROMISE, self.store.expired_sessions(at, PageRequest::first(1)).await)?;
        let first = page.items.first().map(|session| session.record.expires_at);
        ensure(PROMISE, first == Some(at - TimeDelta::minutes(1)), "not the oldest session")?;
        ensure(PROMISE, page.next.is_some(), "the page has no successor")
    }
}

#[async_trait]
impl CommitFixture for Identity<'_> {
    type Change = Change;

    fn insert(&self, number: u8) -> Change {
        Write::Insert(self.account(number)).into()
    }

    fn update(&self, number: u8, read: Version) -> Change {
        let later = self.env.now() + TimeDelta::seconds(1);
        Write::Update { record: self.account(number).verified(later), read }.into()
    }

    fn delete(&self, number: u8, read: Version) -> Change {
        Write::Delete::<Account> { key: Key::global(&id(number)), read }.into()
    }

    fn expect(&self, number: u8, basis: Basis) -> Expect {
        let key = Key::global(&id(number));
        match basis {
            Basis::Absent => Expect::absent::<Account>(key),
            Basis::Version(version) => Expect::unchanged::<Account>(key, version),
        }
    }

    async fn version(&self, number: u8) -> Result<Option<Version>, StoreError> {
        Ok(self.store.account(id(number)).await?.map(|found| found.version))
    }

    async fn commit(&self, commit: Commit<Change>) -> Result<Committed, StoreError> {
        self.store.commit(commit).await
    }

    fn outbox(&self) -> Arc<dyn Outbox> {
        Arc::clone(&self.outbox)
    }

    fn env(&self) -> &Env {
        self.env
    }
}
