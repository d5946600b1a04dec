use std::sync::Arc;

use alley_core::password::HashParams;
use alley_core::{
    Account, AccountLimits, AccountStatus, Accounts, AccountsConfig, Env, IdentityChange,
    ImportMode, Imported, ImportedPerson, Key, Keyring, PasswordCredential, Record as _,
    RecordStoreExt as _, Sealed, SignIn, Write,
};
use chrono::TimeDelta;

use crate::world::{OTHER_PASSWORD, PASSWORD, World, email, env, key, no_limits, secret};

async fn account(world: &World, address: &str) -> alley_core::Versioned<Account> {
    let index = world.env.keyring.blind_index("account.email", &email(address).canonical());
    world.stores.identity.account_by_email(index).await.unwrap().unwrap()
}

async fn set_status(world: &World, address: &str, status: AccountStatus) {
    let mut found = account(world, address).await;
    found.record.status = status;
    let update = Write::Update { record: found.record, read: found.version };
    let commit = world.env.commit::<IdentityChange>().unwrap().change(update);
    world.stores.identity.commit(commit).await.unwrap();
}

/// The answers, hashes and reads of one sign-in.
async fn cost(world: &World, address: &str, password: &str) -> (bool, usize, usize) {
    let (hashes, reads) = (world.offload.hashes(), world.store.hook().reads());
    let rejected = matches!(world.try_sign_in(address, password).await, SignIn::Rejected);
    (rejected, world.offload.hashes() - hashes, world.store.hook().reads() - reads)
}

#[tokio::test]
async fn pw_14_pw_15_every_kind_of_account_costs_one_hash_and_the_same_reads() {
    let world = World::new();
    for address in ["known@example.test", "disabled@example.test", "gone@example.test"] {
        world.person(address).await;
    }
    set_status(&world, "disabled@example.test", AccountStatus::Disabled).await;
    set_status(&world, "gone@example.test", AccountStatus::Closed).await;
    world.register("unverified@example.test", PASSWORD).await;
    let wrong = cost(&world, "known@example.test", OTHER_PASSWORD).await;
    assert_eq!((wrong.0, wrong.1), (true, 1));
    let no_password = ImportedPerson::new(
        email("passwordless@example.test"),
        world.env.clock.now(),
        world.env.clock.now(),
    );
    let imported = world.accounts.import_one(&no_password, ImportMode::Apply).await.unwrap();
    assert!(matches!(imported, Imported::Created(_)));
    for address in ["unknown", "unverified", "disabled", "gone", "passwordless"] {
        let address = format!("{address}@example.test");
        assert_eq!(cost(&world, &address, PASSWORD).await, wrong, "{address}");
        assert_eq!(cost(&world, &address, OTHER_PASSWORD).await, wrong, "{address}");
    }
}

#[tokio::test]
async fn pw_17_a_hash_that_was_moved_from_another_account_does_not_open() {
    let world = World::new();
    world.person("ann@example.test").await;
    world.person("bob@example.test").await;
    let ann = account(&world, "ann@example.test").await.record.account_id;
    let bob = account(&world, "bob@example.test").await.record.account_id;
    let anns = world.stores.identity.password(ann).await.unwrap().unwrap();
    let mut bobs = world.stores.identity.password(bob).await.unwrap().unwrap();
    bobs.record.hash = anns.record.hash;
    let update = Write::Update { record: bobs.record, read: bobs.version };
    let commit = world.env.commit::<IdentityChange>().unwrap().change(update);
    world.stores.identity.commit(commit).await.unwrap();
    assert!(cost(&world, "bob@example.test", PASSWORD).await.0);
    assert!(matches!(world.try_sign_in("ann@example.test", PASSWORD).await, SignIn::SignedIn(_)));
}

#[tokio::test]
async fn a_hash_that_does_not_open_still_costs_one_hash() {
    let world = World::new();
    world.person("ann@example.test").await;
    let ann = account(&world, "ann@example.test").await.record.account_id;
    let mut stored = world.stores.identity.password(ann).await.unwrap().unwrap();
    stored.record.hash = Sealed::from_bytes([0; 10]);
    let update = Write::Update { record: stored.record, read: stored.version };
    let commit = world.env.commit::<IdentityChange>().unwrap().change(update);
    world.stores.identity.commit(commit).await.unwrap();
    let (rejected, hashes, _) = cost(&world, "ann@example.test", PASSWORD).await;
    assert_eq!((rejected, hashes), (true, 1));
}

fn door(world: &World, env: &Env, params: HashParams) -> Accounts {
    let config = AccountsConfig::new("Alley", Arc::clone(&world.offload) as _)
        .with_hash_params(params)
        .with_limits(no_limits());
    Accounts::new(env, world.stores.clone(), config).unwrap()
}

#[tokio::test]
async fn pw_16_pw_17_a_hash_of_other_parameters_or_an_older_key_is_made_anew_at_sign_in() {
    let world = World::new();
    world.person("ann@example.test").await;
    let ann = account(&world, "ann@example.test").await.record.account_id;
    let stored = |env: &Env| {
        let keyring = Arc::clone(&env.keyring);
        let store = Arc::clone(&world.store);
        async move {
            let key = Key::global(&ann);
            let row = store.record::<PasswordCredential>(&key).await.unwrap().unwrap();
            let bytes = key.to_bytes();
            let name = PasswordCredential::TYPE.name;
            let context = alley_core::SealContext::field(name, "hash", None, &bytes);
            let text = keyring.open_text(&context, &row.record.hash).unwrap();
            let text = secrecy::ExposeSecret::expose_secret(&text).to_owned();
            (text, keyring.needs_reseal(&row.record.hash), row.version)
        }
    };
    let sign_in = async |accounts: &Accounts| {
        let (email, password) = (email("ann@example.test"), secret(PASSWORD));
        let answer = accounts.sign_in(&email, &password, &world.client()).await.unwrap();
        assert!(matches!(answer, SignIn::SignedIn(_)), "{answer:?}");
    };
    sign_in(&door(&world, &world.env, HashParams::M12288_T3_P1)).await;
    let (text, _, version) = stored(&world.env).await;
    assert!(text.starts_with("$argon2id$v=19$m=12288,t=3,p=1$"), "the hash was not made anew");
    let rotated = Keyring::builder(key(2)).decrypt_only(key(1)).build().unwrap();
    let rotated = env(&world.clock, rotated);
    sign_in(&door(&world, &rotated, HashParams::M12288_T3_P1)).await;
    let (_, needs_reseal, newer) = stored(&rotated).await;
    assert!(!needs_reseal);
    assert!(newer > version);
}

#[tokio::test]
async fn rl_10_too_many_guesses_are_throttled_alike_for_known_and_unknown_addresses() {
    let mut limits = no_limits();
    limits.passwords_per_account = AccountLimits::default().passwords_per_account;
    let world = World::with_limits(limits);
    world.person("ann@example.test").await;
    let mut waits = Vec::new();
    for address in ["ann@example.test", "nobody@example.test"] {
        world.clock.advance(TimeDelta::hours(1));
        for _ in 0..10 {
            assert!(matches!(world.try_sign_in(address, OTHER_PASSWORD).await, SignIn::Rejected));
        }
        let hashes = world.offload.hashes();
        match world.try_sign_in(address, PASSWORD).await {
            SignIn::Throttled { retry_after } => waits.push(retry_after),
            other => panic!("{other:?}"),
        }
        assert_eq!(world.offload.hashes(), hashes);
    }
    assert_eq!(waits, [TimeDelta::seconds(30); 2]);
    world.clock.advance(TimeDelta::seconds(30));
    let answer = world.try_sign_in("nobody@example.test", OTHER_PASSWORD).await;
    assert!(matches!(answer, SignIn::Rejected));
}

#[tokio::test]
async fn pw_04_an_over_long_password_is_rejected_without_work() {
    let world = World::new();
    world.person("ann@example.test").await;
    let (reads, hashes) = (world.store.hook().reads(), world.offload.hashes());
    let answer = world.try_sign_in("ann@example.test", &"x".repeat(1 << 20)).await;
    assert!(matches!(answer, SignIn::Rejected));
    assert_eq!((world.store.hook().reads(), world.offload.hashes()), (reads, hashes));
}
