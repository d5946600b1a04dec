//! Nothing that must stay secret is shown or stored as it is.

use std::fmt::Write as _;

use alley_core::totp::TotpSecret;
use alley_core::{
    BeginTotp, CompleteSignIn, ConfirmTotp, Outbox as _, PageRequest, PendingLogin, Query,
    RecordStore as _, Registration, SecondFactorProof, SessionCheck, Value,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::ExposeSecret as _;

use crate::world::{PASSWORD, World, base32, email, secret};

const ANN: &str = "canary@example.test";

/// Remembers what was shown, and the secrets that must not be in it.
#[derive(Default)]
struct Canaries {
    shown: String,
    secrets: Vec<String>,
}

impl Canaries {
    fn show(&mut self, value: &dyn std::fmt::Debug) {
        write!(self.shown, "{value:?}\n{value:#?}\n").unwrap();
    }

    fn hide(&mut self, secret: &str) {
        self.secrets.push(secret.to_owned());
    }

    fn assert_absent(&self, text: &str) {
        for (place, secret) in self.secrets.iter().enumerate() {
            assert!(!text.contains(secret.as_str()), "secret number {place} shows");
        }
    }
}

/// Takes a person through everything and keeps what was said.
async fn journey(world: &World) -> Canaries {
    let mut seen = Canaries::default();
    seen.hide(PASSWORD);
    seen.hide(ANN);
    let registered =
        world.accounts.register(&email(ANN), &secret(PASSWORD), &world.client()).await.unwrap();
    seen.show(&registered);
    let Registration::Accepted(mailing) = registered else { panic!("refused") };
    let mail = mailing.into_mail().unwrap();
    seen.show(&mail);
    let token = mail.token.unwrap();
    seen.hide(token.expose_secret());
    seen.show(&world.accounts.verify_email(token.expose_secret()).await.unwrap());
    let signed_in = world.sign_in(ANN).await;
    seen.show(&signed_in);
    seen.hide(signed_in.cookie.expose());
    seen.hide(signed_in.cookie.expose().split('.').nth(2).unwrap());
    let begun = world.accounts.begin_totp(&signed_in.session).await.unwrap();
    seen.show(&begun);
    let BeginTotp::Begun(begun) = begun else { panic!("refused") };
    seen.hide(begun.secret.expose_secret());
    seen.hide(begun.uri.expose_secret());
    let confirmed = confirm(world, &signed_in, begun.id, begun.secret.expose_secret()).await;
    seen.show(&confirmed);
    let ConfirmTotp::Confirmed(confirmed) = confirmed else { panic!("refused") };
    let code = confirmed.recovery_codes[0].to_groups();
    seen.hide(code.expose_secret());
    seen.hide(&code.expose_secret().replace('-', ""));
    let pending: PendingLogin = world.half_sign_in(ANN).await;
    seen.show(&pending);
    seen.hide(pending.expose());
    let proof = SecondFactorProof::RecoveryCode(code.expose_secret());
    seen.show(&proof);
    let done = world.accounts.complete_sign_in(&pending, proof, &world.client()).await.unwrap();
    seen.show(&done);
    let CompleteSignIn::SignedIn(signed_in) = done else { panic!("refused") };
    seen.hide(signed_in.cookie.expose());
    let check = world.accounts.check(signed_in.cookie.expose()).await.unwrap();
    seen.show(&check);
    assert!(matches!(check, SessionCheck::Active(_)));
    let mailing = world.accounts.request_reset(&email(ANN), &world.client()).await.unwrap();
    seen.show(&mailing);
    seen.hide(mailing.into_mail().unwrap().token.unwrap().expose_secret());
    seen.show(&world.accounts);
    seen.show(&world.tenancy);
    seen
}

async fn confirm(
    world: &World,
    signed_in: &alley_core::SignedIn,
    id: alley_core::TotpId,
    base32: &str,
) -> ConfirmTotp {
    let secret = TotpSecret::from_bytes(&crate::world::base32(base32)).unwrap();
    let code = world.code(&secret);
    world.accounts.confirm_totp(&signed_in.session, id, &code).await.unwrap()
}

#[tokio::test]
async fn debug_of_every_answer_shows_no_secret() {
    let world = World::new();
    let seen = journey(&world).await;
    seen.assert_absent(&seen.shown);
}

/// All values of all rows, behind each other.
async fn stored(world: &World) -> Vec<u8> {
    let mut octets = Vec::new();
    for record in alley_core::RECORDS {
        let all: &'static Query = Box::leak(Box::new(Query::new("test_all", record)));
        let page = world.store.query(all, &[], PageRequest::first(PageRequest::MAX)).await.unwrap();
        assert!(page.next.is_none());
        for value in page.items.into_iter().flat_map(|row| row.record) {
            match value {
                Value::Null => {}
                Value::Int(number) => octets.extend(number.to_be_bytes()),
                Value::Text(text) => octets.extend(text.into_bytes()),
                Value::Bytes(bytes) => octets.extend_from_slice(&bytes),
            }
            octets.push(0);
        }
    }
    octets
}

/// The forms in which a secret could be stored: as it is shown, and as what its text stands for.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let mut octets = vec![secret.as_bytes().to_vec()];
    let body = secret.rsplit('_').next().unwrap();
    octets.extend(URL_SAFE_NO_PAD.decode(body).ok().filter(|octets| octets.len() >= 16));
    if secret.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7')) {
        octets.push(base32(secret));
    }
    let texts: Vec<_> = octets
        .iter()
        .flat_map(|octets| {
            let mut hex = String::new();
            for octet in octets {
                write!(hex, "{octet:02x}").unwrap();
            }
            [hex, STANDARD.encode(octets), URL_SAFE_NO_PAD.encode(octets)]
        })
        .map(String::into_bytes)
        .collect();
    octets.into_iter().chain(texts).collect()
}

#[tokio::test]
async fn se_02_rc_03_id_08_the_store_and_the_outbox_hold_no_secret_in_any_form() {
    let world = World::new();
    let seen = journey(&world).await;
    let mut stored = stored(&world).await;
    let due = world.store.store().due(world.env.now(), 100).await.unwrap();
    stored.extend(format!("{due:?}").into_bytes());
    let holds = |form: &[u8]| stored.windows(form.len()).any(|part| part == form);
    assert!(holds(b"Firefox on Linux"), "what is not sealed is found");
    for (place, secret) in seen.secrets.iter().enumerate() {
        for form in forms(secret) {
            assert!(!holds(&form), "secret number {place} is stored");
        }
    }
}
