//! The promises of [`IdentityStore`].

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;

use super::{CALLERS, CommitFixture, Harness, Violation, ensure, kept, together};
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

type Fixture = super::Fixture<dyn IdentityStore>;

/// One test for each promise of [`IdentityStore`]: `identity_conformance!(harness)`.
#[macro_export]
macro_rules! identity_conformance {
    ($make:expr) => {
        $crate::identity_conformance! { @to conformance_tests, $make }
    };
    (@to $then:ident, $make:expr) => {
        $crate::$then! {
            $make, [$crate::conformance::identity],
            commit
            one: [
                accounts_are_found_by_id_and_by_address,
                addresses_are_unique,
                credentials_belong_to_one_account,
                tokens_are_found_by_hash_and_listed,
                sessions_are_found_by_hash_and_listed,
                expired_rows_come_first_and_live_ones_never,
            ]
            many: [a_single_use_token_is_used_once]
            reopening: []
        }
    };
}

/// Checks every promise, each on a fresh store that `make` gives.
///
/// # Errors
/// The first promise that the store breaks.
pub fn suite<H: Harness>(make: impl Fn() -> H) -> Result<(), Violation>
where
    H::Store: IdentityStore + Outbox,
{
    crate::identity_conformance! { @to conformance_suite, make }
}

/// The port of a harness.
pub fn fixture<H: Harness>(harness: &H) -> Fixture
where
    H::Store: IdentityStore + Outbox,
{
    Fixture { store: harness.store(), outbox: harness.store(), env: harness.env().clone() }
}

fn id(number: u8) -> AccountId {
    AccountId::from_uuid(uuid::Uuid::from_bytes([number; 16]))
}

impl Fixture {
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
}

/// An account is found by its id and by its address, and no other.
///
/// # Errors
/// When the store breaks the promise.
pub async fn accounts_are_found_by_id_and_by_address(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "an account is found by its id and by its address, and no other";
    let account = fixture.account(100);
    fixture.write(PROMISE, vec![Write::Insert(account.clone()).into()]).await?;
    let by_id = kept(PROMISE, fixture.store.account(id(100)).await)?;
    let by_email = kept(PROMISE, fixture.store.account_by_email(account.email_index).await)?;
    let same = |found: Option<crate::Versioned<Account>>| {
        found.is_some_and(|found| found.record == account && found.version == Version::FIRST)
    };
    ensure(PROMISE, same(by_id), "by id: another record, or none")?;
    ensure(PROMISE, same(by_email), "by address: another record, or none")?;
    let none = kept(PROMISE, fixture.store.account(id(101)).await)?.is_none()
        && kept(PROMISE, fixture.store.account_by_email(Digest32::new([101; 32])).await)?.is_none();
    ensure(PROMISE, none, "an account that does not exist was found")
}

/// No two accounts have one address or customer id.
///
/// # Errors
/// When the store breaks the promise.
pub async fn addresses_are_unique(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "no two accounts have one address or customer id";
    fixture.write(PROMISE, vec![Write::Insert(fixture.account(100)).into()]).await?;
    let mut same_address = fixture.account(102);
    same_address.email_index = fixture.account(100).email_index;
    fixture.duplicate(PROMISE, "by_email", Write::Insert(same_address).into()).await?;
    let mut same_number = fixture.account(102);
    same_number.customer_id = fixture.account(100).customer_id;
    fixture.duplicate(PROMISE, "by_customer_id", Write::Insert(same_number).into()).await
}

/// Credentials are found for their account alone.
///
/// # Errors
/// When the store breaks the promise.
pub async fn credentials_belong_to_one_account(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "credentials are found for their own account alone";
    let now = fixture.env.now();
    let sealed = || Sealed::from_bytes([1, 2, 3]);
    let hash = Digest32::new([7; 32]);
    let id_of = || kept("randomness", fixture.env.id());
    let code = |account, hash| -> Result<StoredRecoveryCode, Violation> {
        let code_id = kept("randomness", fixture.env.id())?;
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
    fixture.write(PROMISE, changes).await?;
    let password = kept(PROMISE, fixture.store.password(id(110)).await)?;
    ensure(PROMISE, password.is_some(), "a password is missing")?;
    let other = kept(PROMISE, fixture.store.password(id(111)).await)?;
    ensure(PROMISE, other.is_none(), "a password of another account was found")?;
    let totp = kept(PROMISE, fixture.store.totp(id(110)).await)?.len();
    ensure(PROMISE, totp == 2, format!("{totp} authenticators instead of 2"))?;
    let codes = kept(PROMISE, fixture.store.recovery_codes(id(110)).await)?.len();
    ensure(PROMISE, codes == 2, format!("{codes} recovery codes instead of 2"))?;
    let found = kept(PROMISE, fixture.store.recovery_code(id(111), hash).await)?;
    let own = found.is_some_and(|found| found.record.account_id == id(111));
    ensure(PROMISE, own, "a recovery code is missing, or another account's")?;
    let foreign = fixture.store.recovery_code(id(111), Digest32::new([8; 32])).await;
    ensure(PROMISE, kept(PROMISE, foreign)?.is_none(), "another account's code was found")?;
    fixture.duplicate(PROMISE, "by_code", Write::Insert(code(110, hash)?).into()).await
}

/// A token is found by its hash and listed for its account.
///
/// # Errors
/// When the store breaks the promise.
pub async fn tokens_are_found_by_hash_and_listed(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "a token is found by its hash and listed for its account";
    let token = fixture.token(120, 120);
    let changes = vec![
        Write::Insert(token.clone()).into(),
        Write::Insert(fixture.token(121, 120)).into(),
        Write::Insert(fixture.token(122, 122)).into(),
    ];
    fixture.write(PROMISE, changes).await?;
    let found = kept(PROMISE, fixture.store.token(token.token_hash).await)?;
    ensure(PROMISE, found.is_some_and(|found| found.record == token), "another, or none")?;
    let listed = kept(PROMISE, fixture.store.tokens(id(120)).await)?.len();
    ensure(PROMISE, listed == 2, format!("{listed} listed instead of 2"))?;
    let mut same = fixture.token(123, 123);
    same.token_hash = token.token_hash;
    fixture.duplicate(PROMISE, "by_token", Write::Insert(same).into()).await
}

/// A session is found by id and token hash and listed for its account.
///
/// # Errors
/// When the store breaks the promise.
pub async fn sessions_are_found_by_hash_and_listed(fixture: &Fixture) -> Result<(), Violation> {
    const PROMISE: &str = "a session is found by id and token hash and listed for its account";
    let session = fixture.session(130, 130);
    let changes = vec![
        Write::Insert(session.clone()).into(),
        Write::Insert(fixture.session(131, 130)).into(),
        Write::Insert(fixture.session(132, 132)).into(),
    ];
    fixture.write(PROMISE, changes).await?;
    let by_token = kept(PROMISE, fixture.store.session_by_token(session.token_hash).await)?;
    let by_id = kept(PROMISE, fixture.store.session(session.session_id).await)?;
    for found in [by_token, by_id] {
        let same = found.is_some_and(|found| found.record == session);
        ensure(PROMISE, same, "another, or none")?;
    }
    let listed = kept(PROMISE, fixture.store.sessions(id(130)).await)?.len();
    ensure(PROMISE, listed == 2, format!("{listed} listed instead of 2"))?;
    let mut same = fixture.session(133, 133);
    same.token_hash = session.token_hash;
    fixture.duplicate(PROMISE, "by_token", Write::Insert(same).into()).await
}

/// Expired rows are listed, the oldest first, and no others.
///
/// # Errors
/// When the store breaks the promise.
pub async fn expired_rows_come_first_and_live_ones_never(
    fixture: &Fixture,
) -> Result<(), Violation> {
    const PROMISE: &str = "expired rows are listed, the oldest first, and no others";
    // Row `n` expires `n` minutes from now.
    let tokens = [122, 120, 121].map(|number| Write::Insert(fixture.token(number, number)).into());
    let sessions = [131, 130, 132].map(|number| Write::Insert(fixture.session(number, 9)).into());
    fixture.write(PROMISE, tokens.into_iter().chain(sessions).collect()).await?;
    let at = fixture.env.now() + TimeDelta::minutes(121);
    let page = kept(PROMISE, fixture.store.expired_tokens(at, PageRequest::first(10)).await)?;
    let ends: Vec<_> = page.items.iter().map(|token| token.record.expires_at).collect();
    let expected = [at - TimeDelta::minutes(1), at];
    ensure(PROMISE, ends == expected, format!("{} tokens, or another order", ends.len()))?;
    let at = fixture.env.now() + TimeDelta::minutes(131);
    let page = kept(PROMISE, fixture.store.expired_sessions(at, PageRequest::first(1)).await)?;
    let first = page.items.first().map(|session| session.record.expires_at);
    ensure(PROMISE, first == Some(at - TimeDelta::minutes(1)), "not the oldest session")?;
    ensure(PROMISE, page.next.is_some(), "the page has no successor")
}

/// Of 64 callers that use up one token at once, one succeeds. In as many rounds as the harness says.
///
/// # Errors
/// When two succeed, or none, or a loser hears of something else than a conflict.
pub fn a_single_use_token_is_used_once<H: Harness>(harness: &H) -> Result<(), Violation>
where
    H::Store: IdentityStore + Outbox,
{
    const PROMISE: &str = "a single-use token is used once";
    let fixture = fixture(harness);
    for round in 0..harness.rounds() {
        let token = fixture.token(u8::try_from(round % 200).unwrap_or_default(), 1);
        let key = Key::global(&token.token_id);
        let insert = vec![Write::Insert(token).into()];
        harness.block_on(fixture.write(PROMISE, insert))?;
        let answers = together(CALLERS, |_| {
            let commit: Commit<Change> = kept(PROMISE, fixture.env.commit())?;
            let used = Write::<OneTimeToken>::Delete { key: key.clone(), read: Version::FIRST };
            match harness.block_on(fixture.store.commit(commit.change(used))) {
                Ok(_) => Ok(1),
                Err(error) if error.is_conflict() || error.is_retryable() => Ok(0),
                Err(error) => Err(Violation::new(PROMISE, error)),
            }
        });
        let used: usize = answers.into_iter().sum::<Result<_, _>>()?;
        ensure(PROMISE, used == 1, format!("{used} callers used it"))?;
    }
    Ok(())
}

#[async_trait]
impl CommitFixture for Fixture {
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
        &self.env
    }
}
