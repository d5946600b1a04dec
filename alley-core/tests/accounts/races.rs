//! What may be used once is used once, whoever calls how often at the same time.

use alley_core::{
    CompleteSignIn, PendingLogin, ResetPassword, Rotation, SecondFactorProof, VerifyEmail,
};
use secrecy::ExposeSecret as _;

use crate::world::{OTHER_PASSWORD, PASSWORD, World, email, secret, token};

const ANN: &str = "ann@example.test";
const ROUNDS: usize = 20;
const CALLS: usize = 50;

/// Runs the calls at once and counts those that succeeded.
async fn race<F>(call: impl Fn(usize) -> F) -> usize
where
    F: Future<Output = bool> + Send + 'static,
{
    let tasks: Vec<_> = (0..CALLS).map(|number| tokio::spawn(call(number))).collect();
    let mut successes = 0;
    for task in tasks {
        successes += usize::from(task.await.unwrap());
    }
    successes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_02_a_verification_token_is_used_once() {
    let world = World::new();
    for round in 0..ROUNDS {
        let address = format!("ann{round}@example.test");
        let token = token(world.register(&address, PASSWORD).await.unwrap());
        let successes = race(|_| {
            let (accounts, token) = (world.accounts.clone(), token.clone());
            async move { matches!(accounts.verify_email(&token).await, Ok(VerifyEmail::Verified(_))) }
        });
        assert_eq!(successes.await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tk_02_a_reset_token_is_used_once() {
    let world = World::new();
    world.person(ANN).await;
    for _ in 0..ROUNDS {
        let mailing = world.accounts.request_reset(&email(ANN), &world.client()).await.unwrap();
        let token = token(mailing.into_mail().unwrap());
        let successes = race(|number| {
            let (accounts, token) = (world.accounts.clone(), token.clone());
            let password = secret(&format!("{OTHER_PASSWORD} {number}"));
            async move {
                let answer = accounts.reset_password(&token, &password, None).await;
                matches!(answer, Ok(ResetPassword::Done(_)))
            }
        });
        assert_eq!(successes.await, 1);
    }
}

/// Ten half sign-ins, for five calls each.
async fn halves(world: &World, address: &str) -> Vec<String> {
    let mut halves = Vec::new();
    for _ in 0..CALLS / 5 {
        halves.push(world.half_sign_in(address).await.expose().to_owned());
    }
    halves
}

async fn race_codes(world: &World, address: &str, code: &str, recovery: bool) -> usize {
    let halves = halves(world, address).await;
    race(|number| {
        let (accounts, client) = (world.accounts.clone(), world.client());
        let pending = PendingLogin::from_text(halves[number / 5].clone());
        let code = code.to_owned();
        async move {
            let proof = if recovery {
                SecondFactorProof::RecoveryCode(&code)
            } else {
                SecondFactorProof::Totp(&code)
            };
            let answer = accounts.complete_sign_in(&pending, proof, &client).await;
            matches!(answer, Ok(CompleteSignIn::SignedIn(_)))
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn to_03_a_totp_step_is_used_once() {
    let world = World::new();
    let signed_in = world.signed_in(ANN).await;
    let enrolled = world.enrol(&signed_in).await;
    for _ in 0..ROUNDS {
        world.next_step();
        let code = world.code(&enrolled.totp);
        assert_eq!(race_codes(&world, ANN, &code, false).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recovery_code_is_used_once() {
    let world = World::new();
    let mut rounds = 0;
    for address in [ANN, "bob@example.test"] {
        let signed_in = world.signed_in(address).await;
        let enrolled = world.enrol(&signed_in).await;
        for code in &enrolled.recovery_codes {
            let code = code.to_groups();
            assert_eq!(race_codes(&world, address, code.expose_secret(), true).await, 1);
            rounds += 1;
        }
    }
    assert_eq!(rounds, ROUNDS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_rotated_once_and_has_one_successor() {
    let world = World::new();
    let signed_in = world.signed_in(ANN).await;
    let mut cookie = signed_in.cookie.expose().to_owned();
    for _ in 0..ROUNDS {
        let winner = std::sync::Arc::new(std::sync::Mutex::new(None));
        let successes = race(|_| {
            let (accounts, cookie) = (world.accounts.clone(), cookie.clone());
            let winner = std::sync::Arc::clone(&winner);
            async move {
                match accounts.rotate(&cookie).await {
                    Ok(Rotation::Rotated(new)) => {
                        *winner.lock().unwrap() = Some(new.expose().to_owned());
                        true
                    }
                    Ok(Rotation::AlreadyRotated) => false,
                    other => panic!("{other:?}"),
                }
            }
        });
        assert_eq!(successes.await, 1);
        cookie = winner.lock().unwrap().take().unwrap();
        assert!(world.is_active(&cookie).await);
        assert_eq!(world.accounts.devices(&signed_in.session).await.unwrap().len(), 1);
    }
}
