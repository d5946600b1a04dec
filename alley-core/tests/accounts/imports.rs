//! People who come from another system, with the hashes that it made.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use alley_core::password::{LegacyVerifier, PasswordHash};
use alley_core::{
    Accounts, AccountsConfig, Clock as _, ImportMode, ImportRefused, ImportReport, Imported,
    ImportedPerson, PasswordCredential, Record as _, SealContext, SignIn, Standing,
};
use chrono::TimeDelta;
use secrecy::ExposeSecret as _;

use crate::world::{OTHER_PASSWORD, World, email, no_limits, secret, token};

/// From the tests of `crypt_blowfish`, the implementation of bcrypt in many systems: cost 5, for "U*U".
const BCRYPT: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
const BCRYPT_PASSWORD: &str = "U*U";

#[derive(Debug, Default)]
struct Bcrypt {
    verified: AtomicUsize,
}

impl LegacyVerifier for Bcrypt {
    fn knows(&self, stored: &str) -> bool {
        stored.starts_with("$2a$05$") || stored.starts_with("$2a$12$")
    }

    fn decoy(&self) -> &'static str {
        "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"
    }

    fn verify(&self, password: &[u8], stored: &str) -> bool {
        self.verified.fetch_add(1, Ordering::SeqCst);
        bcrypt::verify(password, stored).unwrap_or(false)
    }
}

/// A door of the same world that knows bcrypt.
fn accounts(world: &World) -> Accounts {
    with_verifier(world, Arc::default())
}

fn with_verifier(world: &World, verifier: Arc<Bcrypt>) -> Accounts {
    let config = AccountsConfig::new("Alley", Arc::clone(&world.offload) as _)
        .with_legacy_verifier(verifier)
        .with_limits(no_limits());
    Accounts::new(&world.env, world.stores.clone(), config).unwrap()
}

fn person(world: &World, address: &str) -> ImportedPerson {
    let then = world.clock.now() - TimeDelta::days(400);
    ImportedPerson::new(email(address), then, then)
}

fn with_bcrypt(world: &World, address: &str) -> ImportedPerson {
    person(world, address).with_password(PasswordHash::from_phc(BCRYPT))
}

async fn import(accounts: &Accounts, person: &ImportedPerson) -> Imported {
    accounts.import_one(person, ImportMode::Apply).await.unwrap()
}

/// What is stored as the password of an account.
async fn stored(world: &World, imported: Imported) -> (String, alley_core::Version) {
    let Imported::Created(id) = imported else { panic!("{imported:?}") };
    let row = world.stores.identity.password(id).await.unwrap().unwrap();
    let key = row.record.key().to_bytes();
    let context = SealContext::field(PasswordCredential::TYPE.name, "hash", None, &key);
    let opened = world.env.keyring.open(&context, &row.record.hash).unwrap();
    (String::from_utf8(opened.expose_secret().to_vec()).unwrap(), row.version)
}

async fn sign_in(accounts: &Accounts, world: &World, address: &str, password: &str) -> bool {
    let answer = accounts.sign_in(&email(address), &secret(password), &world.client()).await;
    matches!(answer.unwrap(), SignIn::SignedIn(_))
}

#[tokio::test]
async fn pw_23_a_foreign_hash_is_upgraded_at_the_first_sign_in() {
    let (world, ann) = (World::new(), "ann@example.test");
    let accounts = accounts(&world);
    let imported = import(&accounts, &with_bcrypt(&world, ann)).await;
    assert_eq!(stored(&world, imported).await.0, BCRYPT);

    assert!(!sign_in(&accounts, &world, ann, "U*V").await);
    assert_eq!(stored(&world, imported).await.0, BCRYPT, "a wrong guess upgrades nothing");

    assert!(sign_in(&accounts, &world, ann, BCRYPT_PASSWORD).await);
    let (upgraded, version) = stored(&world, imported).await;
    assert!(upgraded.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{upgraded}");

    // From now on it is a hash like all others, and stays as it is; no verifier is needed.
    assert!(sign_in(&world.accounts, &world, ann, BCRYPT_PASSWORD).await);
    assert!(!sign_in(&world.accounts, &world, ann, "U*V").await);
    assert_eq!(stored(&world, imported).await, (upgraded, version));
}

#[tokio::test]
async fn pw_15_pw_23_every_guess_costs_one_foreign_hash_whoever_has_one() {
    let (world, ann) = (World::new(), "ann@example.test");
    let verifier = Arc::<Bcrypt>::default();
    let accounts = with_verifier(&world, Arc::clone(&verifier));
    let _created = import(&accounts, &with_bcrypt(&world, ann)).await;
    world.person("bob@example.test").await;
    let _created = import(&accounts, &person(&world, "passwordless@example.test")).await;
    for name in ["ann", "bob", "passwordless", "unknown"] {
        let before = (world.offload.hashes(), verifier.verified.load(Ordering::SeqCst));
        assert!(!sign_in(&accounts, &world, &format!("{name}@example.test"), "wrong").await);
        let after = (world.offload.hashes(), verifier.verified.load(Ordering::SeqCst));
        assert_eq!((after.0 - before.0, after.1 - before.1), (1, 1), "{name}");
    }
    // Without a verifier the hash is nobody's.
    assert!(!sign_in(&world.accounts, &world, ann, BCRYPT_PASSWORD).await);
    let audit = world.audit().await;
    let mut codes: Vec<_> = audit.into_iter().filter_map(|entry| entry.reason).collect();
    codes.sort_unstable();
    let wanted =
        ["corrupt_hash", "no_password", "unknown_address", "wrong_password", "wrong_password"];
    assert_eq!(codes, wanted);
}

#[tokio::test]
async fn whoever_has_no_password_signs_in_after_a_reset() {
    let (world, ann) = (World::new(), "ann@example.test");
    let imported = import(&world.accounts, &person(&world, ann)).await;
    assert!(matches!(imported, Imported::Created(_)));
    assert!(!sign_in(&world.accounts, &world, ann, OTHER_PASSWORD).await);
    let mailing = world.accounts.request_reset(&email(ann), &world.client()).await.unwrap();
    let token = token(mailing.into_mail().unwrap());
    let reset = world.accounts.reset_password(&token, &secret(OTHER_PASSWORD), None).await;
    assert!(matches!(reset.unwrap(), alley_core::ResetPassword::Done(_)));
    assert!(sign_in(&world.accounts, &world, ann, OTHER_PASSWORD).await);
}

#[tokio::test]
async fn a_dry_run_foretells_the_import_and_changes_nothing() {
    let world = World::new();
    let accounts = accounts(&world);
    world.person("known@example.test").await;
    let _mail = world.register("squatted@example.test", OTHER_PASSWORD).await;
    let late = world.clock.now() + TimeDelta::seconds(1);
    let ours = "$argon2id$v=19$m=4294967295,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let people = [
        with_bcrypt(&world, "ann@example.test"),
        person(&world, "Known@example.test"),
        person(&world, "bob@example.test").with_password(PasswordHash::from_phc("5f4dcc3b5aa7")),
        ImportedPerson::new(email("eve@example.test"), late, world.clock.now()),
        person(&world, "ANN@example.test"),
        person(&world, "cid@example.test").with_password(PasswordHash::from_phc(ours)),
        person(&world, "dan@example.test"),
        person(&world, "squatted@example.test"),
    ];
    let commits = world.store.hook().commits();
    let mut seen = Vec::new();
    let progress = |report: &ImportReport| seen.push(report.seen());
    let told = accounts.import(people.clone(), ImportMode::DryRun, progress).await.unwrap();
    assert_eq!((told.created, told.known), (2, 3));
    assert_eq!(told.not_usable, [(7, Standing::Unverified)]);
    let refused = [
        (2, ImportRefused::UnknownHash),
        (3, ImportRefused::InFuture),
        (5, ImportRefused::UnknownHash),
    ];
    assert_eq!(told.refused, refused);
    assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(world.store.hook().commits(), commits);
    let done = accounts.import(people, ImportMode::Apply, |_| {}).await.unwrap();
    assert_eq!(done, told);
}

#[tokio::test]
async fn an_import_that_stopped_goes_on_when_it_begins_anew() {
    let world = World::new();
    let accounts = accounts(&world);
    let people: Vec<_> =
        (0..5).map(|n| with_bcrypt(&world, &format!("p{n}@example.test"))).collect();
    let some = accounts.import(people.clone().into_iter().take(2), ImportMode::Apply, |_| {}).await;
    assert_eq!(some.unwrap().created, 2);
    // One of them has changed their password since; it stays changed.
    assert!(sign_in(&accounts, &world, "p0@example.test", BCRYPT_PASSWORD).await);
    let Imported::Known { account: id, .. } = import(&accounts, &people[0]).await else {
        panic!("forgotten")
    };
    let changed = world.stores.identity.password(id).await.unwrap();
    let rest = accounts.import(people, ImportMode::Apply, |_| {}).await.unwrap();
    assert_eq!((rest.created, rest.known), (3, 2));
    assert_eq!(world.stores.identity.password(id).await.unwrap(), changed);
    for n in 0..5 {
        assert!(sign_in(&accounts, &world, &format!("p{n}@example.test"), BCRYPT_PASSWORD).await);
    }
}
