//! A hash that is made anew at sign-in, and what comes in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use alley_core::conformance::{Hook, Hooked};
use alley_core::password::HashParams;
use alley_core::rate_limit::MemoryLimiter;
use alley_core::{
    Accounts, AccountsConfig, Commit, PasswordCredential, Record as _, RecordWrite, ResetPassword,
    SignIn, StoreError, StoreErrorKind, Stores,
};

use crate::world::{OTHER_PASSWORD, PASSWORD, World, email, no_limits, secret, token};

const ANN: &str = "ann@example.test";

/// Comes before the commit that replaces a hash and nothing else.
#[derive(Debug)]
struct Before {
    meets: Meets,
    met: AtomicUsize,
}

#[derive(Debug)]
enum Meets {
    /// The store is away.
    Failure,
    /// The person chooses another password.
    Reset { accounts: Accounts, token: String },
}

#[async_trait::async_trait]
impl Hook for Before {
    async fn before_commit(&self, commit: &mut Commit<RecordWrite>) -> Result<(), StoreError> {
        let is_hash = |change: &RecordWrite| change.record.name == PasswordCredential::TYPE.name;
        if !commit.changes.iter().all(is_hash) || commit.changes.is_empty() {
            return Ok(());
        }
        self.met.fetch_add(1, Ordering::SeqCst);
        match &self.meets {
            Meets::Failure => Err(StoreErrorKind::Unavailable.into()),
            Meets::Reset { accounts, token } => {
                let new = secret(OTHER_PASSWORD);
                let reset = accounts.reset_password(token, &new, None).await.unwrap();
                assert!(matches!(reset, ResetPassword::Done(_)));
                Ok(())
            }
        }
    }
}

/// Signs in at a door that hashes anew, with something before that commit; how often it came.
async fn sign_in(world: &World, meets: Meets) -> usize {
    let hook = Before { meets, met: AtomicUsize::new(0) };
    let store = Arc::new(Hooked::new(Arc::clone(&world.store), hook));
    let limiter = Arc::new(MemoryLimiter::new(world.env.clock.clone()));
    let config = AccountsConfig::new("Alley", Arc::clone(&world.offload) as _)
        .with_hash_params(HashParams::M12288_T3_P1)
        .with_limits(no_limits());
    let stores = Stores::new(Arc::clone(&store), limiter);
    let accounts = Accounts::new(&world.env, stores, config).unwrap();
    let answer = accounts.sign_in(&email(ANN), &secret(PASSWORD), &world.client()).await.unwrap();
    assert!(matches!(answer, SignIn::SignedIn(_)), "{answer:?}");
    store.hook().met.load(Ordering::SeqCst)
}

#[tokio::test]
async fn pw_16_a_hash_that_cannot_be_renewed_does_not_keep_anybody_out() {
    let world = World::new();
    world.person(ANN).await;
    assert_eq!(sign_in(&world, Meets::Failure).await, 1);
    assert!(matches!(world.try_sign_in(ANN, PASSWORD).await, SignIn::SignedIn(_)));
}

#[tokio::test]
async fn pw_16_a_renewed_hash_does_not_undo_a_change_of_the_password() {
    let world = World::new();
    world.person(ANN).await;
    let mailing = world.accounts.request_reset(&email(ANN), &world.client()).await.unwrap();
    let token = token(mailing.into_mail().unwrap());
    let accounts = world.accounts.clone();
    assert_eq!(sign_in(&world, Meets::Reset { accounts, token }).await, 1);
    assert!(matches!(world.try_sign_in(ANN, PASSWORD).await, SignIn::Rejected));
    assert!(matches!(world.try_sign_in(ANN, OTHER_PASSWORD).await, SignIn::SignedIn(_)));
}
