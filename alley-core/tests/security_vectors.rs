//! Published test vectors, through the public API. The vectors are data: `data/security_vectors.json`.
#![expect(
    clippy::expect_used,
    clippy::format_collect,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "test code"
)]

use alley_core::oauth::PkceVerifier;
use alley_core::password::{
    Argon2idInput, Cost, Hasher, NulRule, PasswordHash, PasswordPolicy, Verification, argon2id,
};
use alley_core::rate_limit::{Decision, Limit, Taken, take};
use alley_core::totp::{CodeCheck, TotpAlgorithm, TotpSecret, TotpSettings, TotpWindow};
use alley_core::webhook::HmacSha256Key;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

fn vectors(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("data/security_vectors.json")).unwrap();
    let group = all[name].clone();
    assert!(!group.is_null(), "{name}");
    group
}

fn cases(group: &Value) -> Vec<Value> {
    let cases = group["cases"].as_array().expect("cases").clone();
    assert!(!cases.is_empty());
    cases
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}

fn small(value: &Value) -> u32 {
    u32::try_from(number(value)).unwrap()
}

fn hex(value: &Value) -> Vec<u8> {
    let digits = text(value);
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `\xe9` and `\u0301` as the file writes them.
fn unescape(escaped: &str) -> String {
    let mut plain = String::new();
    let mut rest = escaped;
    while let Some((before, after)) = rest.split_once('\\') {
        let digits = if after.starts_with('x') { 2 } else { 4 };
        let code = u32::from_str_radix(&after[1..=digits], 16).unwrap();
        plain.push_str(before);
        plain.push(char::from_u32(code).unwrap());
        rest = &after[digits + 1..];
    }
    plain + rest
}

fn at(seconds: &Value) -> DateTime<Utc> {
    DateTime::from_timestamp(i64::try_from(number(seconds)).unwrap(), 0).unwrap()
}

#[test]
fn to_01_hotp_of_rfc_4226() {
    let group = vectors("rfc4226_hotp");
    let secret = TotpSecret::from_bytes(&hex(&group["secret_hex"])).unwrap();
    assert_eq!(secret.to_base32().expose_secret(), text(&group["secret_base32"]));
    for case in cases(&group) {
        let code = TotpSettings::default().code(&secret, number(&case["counter"]));
        assert_eq!(code.expose_secret(), text(&case["code"]));
    }
}

#[test]
fn to_01_totp_of_rfc_6238_for_each_hash_and_length() {
    for group in vectors("rfc6238_totp")["groups"].as_array().unwrap() {
        let secret = TotpSecret::from_bytes(&hex(&group["secret_hex"])).unwrap();
        let algorithm: TotpAlgorithm = text(&group["alg"]).parse().unwrap();
        let settings = TotpSettings::default().with_algorithm(algorithm);
        for case in cases(group) {
            let (now, step) = (at(&case["unix"]), number(&case["step_number"]));
            assert_eq!(TotpSettings::step(now), step);
            for (digits, code) in [(6, &case["code6"]), (8, &case["code8"])] {
                let settings = settings.with_digits(digits).unwrap();
                assert_eq!(settings.code(&secret, step).expose_secret(), text(code));
                let check = settings.check(&secret, text(code), None, now);
                assert_eq!(check, CodeCheck::Accepted { step });
            }
        }
    }
}

#[test]
fn totp_window() {
    let group = vectors("totp_window_derived");
    let secret = TotpSecret::from_bytes(&hex(&group["secret_hex"])).unwrap();
    for case in cases(&group) {
        for (window, accepted) in
            [(TotpWindow::OneStep, "skew1_accept"), (TotpWindow::Strict, "skew0_accept")]
        {
            let settings = TotpSettings::default().with_window(window);
            let check = settings.check(&secret, text(&case["code6"]), None, at(&case["unix"]));
            let step = number(&case["code_step"]);
            let accepted = case[accepted].as_bool().unwrap();
            assert_eq!(check == CodeCheck::Accepted { step }, accepted, "{case}");
        }
    }
}

#[test]
fn to_14_otpauth_uri() {
    let case = vectors("otpauth_uri");
    let secret = TotpSecret::from_bytes(&hex(&case["secret_hex"])).unwrap();
    let (issuer, account) = (text(&case["issuer"]), text(&case["account"]));
    let uri = TotpSettings::default().uri(&secret, issuer, account).unwrap();
    assert_eq!(uri.expose_secret(), text(&case["uri"]));
}

#[test]
fn argon2id_of_rfc_9106() {
    let case = vectors("rfc9106_argon2id");
    let [memory_kib, passes, lanes] = ["m_kib", "t", "p"].map(|name| small(&case[name]));
    let [password, salt, secret, associated_data] =
        ["password_hex", "salt_hex", "secret_hex", "ad_hex"].map(|name| hex(&case[name]));
    let input = Argon2idInput {
        password: &password,
        salt: &salt,
        secret: &secret,
        associated_data: &associated_data,
    };
    let mut tag = vec![0; usize::try_from(number(&case["tag_len"])).unwrap()];
    argon2id(Cost { memory_kib, passes, lanes }, &input, &mut tag).unwrap();
    assert_eq!(to_hex(&tag), text(&case["tag_hex"]));
}

#[test]
fn stored_argon2id_hashes_of_the_reference_implementation() {
    let hasher = Hasher::default();
    let policy = PasswordPolicy::default().with_nul(NulRule::Hash);
    for case in cases(&vectors("argon2id_phc")) {
        let password = String::from_utf8(hex(&case["password_utf8_hex"])).unwrap();
        let stored = PasswordHash::from_phc(text(&case["phc"]));
        let outcome = hasher.verify(&policy.read(&password).unwrap(), &stored).unwrap();
        // The hash of the decomposed form cannot be reached, because the input is composed first.
        let composed = !text(&case["name"]).starts_with("NFD");
        let expected = Verification::Verified { rehash: false };
        assert_eq!(outcome == expected, composed, "{case}");

        let [memory_kib, passes, lanes] = ["m_kib", "t", "p"].map(|name| small(&case[name]));
        let salt = hex(&case["salt_hex"]);
        let (password, secret, associated_data) = (password.as_bytes(), &[][..], &[][..]);
        let input = Argon2idInput { password, salt: &salt, secret, associated_data };
        let mut tag = [0; 32];
        argon2id(Cost { memory_kib, passes, lanes }, &input, &mut tag).unwrap();
        let encoded = base64::Engine::encode(&base64::prelude::BASE64_STANDARD_NO_PAD, tag);
        assert_eq!(text(&case["phc"]).rsplit('$').next(), Some(encoded.as_str()));
    }
}

#[test]
fn pw_06_passwords_are_compared_in_normal_form_c() {
    let policy = PasswordPolicy::default();
    for case in cases(&vectors("password_normalisation")) {
        let [a, b] = ["a", "b"].map(|name| policy.read(&unescape(text(&case[name]))).unwrap());
        let same = case["same_under_nfc"].as_bool().unwrap();
        assert_eq!(a.expose_bytes() == b.expose_bytes(), same, "{case}");
    }
}

#[test]
fn xchacha20_poly1305_of_the_draft() {
    let case = vectors("xchacha20poly1305_draft");
    let key = hex(&case["key_hex"]).try_into().unwrap();
    let nonce = hex(&case["nonce_hex"]).try_into().unwrap();
    let mut sealed = hex(&case["ct_hex"]);
    sealed.extend(hex(&case["tag_hex"]));
    let associated = hex(&case["aad_hex"]);
    let open =
        |sealed: &[u8]| alley_core::xchacha20poly1305_open(&key, &nonce, &associated, sealed);
    assert_eq!(open(&sealed).unwrap().expose_secret(), hex(&case["pt_hex"]));
    for place in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[place] ^= 1;
        assert!(open(&changed).is_err());
    }
}

#[test]
fn hmac_sha256_of_rfc_4231() {
    for case in cases(&vectors("rfc4231_hmac")) {
        let key = HmacSha256Key::new(&hex(&case["key_hex"]));
        let data = hex(&case["data_hex"]);
        assert_eq!(to_hex(&key.parts(&[&data])), text(&case["sha256"]));
        let (head, tail) = data.split_at(data.len() / 2);
        assert!(key.verify_hex(&[head, tail], text(&case["sha256"])));
    }
}

#[test]
fn pkce_of_rfc_7636() {
    let case = vectors("rfc7636_pkce");
    let verifier = PkceVerifier::parse(SecretString::from(text(&case["verifier"]))).unwrap();
    assert_eq!(verifier.challenge(), text(&case["challenge"]));
    let standard =
        base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, text(&case["challenge"]));
    assert_eq!(verifier.challenge_hex(), to_hex(&standard.unwrap()));
}

#[test]
fn rl_02_rl_13_gcra_as_worked_by_hand() {
    let group = vectors("gcra_worked");
    let millis = |value: &Value| TimeDelta::milliseconds(i64::try_from(number(value)).unwrap());
    let interval = millis(&group["emission_interval"]);
    let limit = Limit::new(small(&group["burst"]), interval).unwrap();
    let mut full_at = None;
    for event in group["events"].as_array().unwrap() {
        let now = DateTime::UNIX_EPOCH + millis(&event["now"]);
        let Taken { decision, full_at: after, .. } = take(full_at, now, &limit, 1);
        if event["allow"].as_bool().unwrap() {
            assert!(matches!(decision, Decision::Allowed { .. }), "{event}");
            assert_eq!(after, Some(DateTime::UNIX_EPOCH + millis(&event["tat"])), "{event}");
        } else {
            let capped = event.get("retry_after_capped").unwrap_or(&event["retry_after"]);
            assert_eq!(decision, Decision::Denied { retry_after: millis(capped) }, "{event}");
            assert_eq!(after, full_at, "{event}");
        }
        full_at = after;
    }
}
