use std::sync::atomic::{AtomicBool, Ordering};

use static_assertions::assert_not_impl_any;

use super::*;
use crate::hex;
use crate::ids::TenantId;
use crate::random::SeededRandom;

assert_not_impl_any!(SealKey: Clone, Copy, std::fmt::Display, PartialEq, serde::Serialize);
assert_not_impl_any!(Keyring: Clone, Copy, std::fmt::Display, serde::Serialize);
assert_not_impl_any!(Sealed: std::fmt::Display, serde::Serialize);

const HERE: SealContext<'_> = SealContext::field("account", "totp", None, b"row 1");

fn key(number: u32) -> SealKey {
    SealKey::generate(KeyId::new(number), &SeededRandom::new(u64::from(number))).unwrap()
}

fn sealed(keyring: &Keyring, plaintext: &[u8]) -> Sealed {
    keyring.seal(&HERE, plaintext, &SeededRandom::new(99)).unwrap()
}

fn rejected(keyring: &Keyring, context: &SealContext<'_>, sealed: &Sealed) -> bool {
    keyring.open(context, sealed).err() == Some(OpenError::Rejected)
}

#[test]
fn sl_02_sl_09_sl_17_plaintext_comes_back_also_when_it_is_empty_or_as_long_as_allowed() {
    let keyring = Keyring::of(key(1));
    for length in [0, 1, 1_000, Sealed::MAX_PLAINTEXT_BYTES] {
        let plaintext = vec![7; length];
        let value = sealed(&keyring, &plaintext);
        assert_eq!(value.as_bytes().len(), length + 78);
        assert_eq!(keyring.open(&HERE, &value).unwrap().expose_secret(), plaintext);
        assert_eq!(value.to_value(), value.into_value());
    }
    let too_long = vec![7; Sealed::MAX_PLAINTEXT_BYTES + 1];
    let outcome = keyring.seal(&HERE, &too_long, &SeededRandom::new(1));
    assert_eq!(outcome, Err(SealError::TooLong { found: 65_537 }));
}

#[test]
fn two_seals_of_one_text_differ() {
    let keyring = Keyring::of(key(1));
    let random = SeededRandom::new(5);
    let [a, b] = [(); 2].map(|()| keyring.seal(&HERE, b"text", &random).unwrap());
    assert_ne!(a, b);
    assert_eq!(keyring.open_text(&HERE, &a).unwrap().expose_secret(), "text");
}

#[test]
fn sl_03_a_value_moved_to_another_row_field_tenant_or_use_is_rejected() {
    let keyring = Keyring::of(key(1));
    let value = sealed(&keyring, b"secret");
    let tenant = TenantId::from_uuid(uuid::Uuid::from_u128(0));
    for elsewhere in [
        SealContext::field("account", "totp", None, b"row 2"),
        SealContext::field("account", "password", None, b"row 1"),
        SealContext::field("session", "totp", None, b"row 1"),
        SealContext::field("account", "totp", Some(tenant), b"row 1"),
        SealContext::field("accountt", "otp", None, b"row 1"),
        HERE.for_purpose("cookie"),
    ] {
        assert!(rejected(&keyring, &elsewhere, &value), "{elsewhere:?}");
    }
    assert!(keyring.open(&HERE, &value).is_ok());
}

#[test]
fn sl_02_sl_07_every_truncation_and_every_changed_bit_is_an_error() {
    let keyring = Keyring::of(key(1));
    let value = sealed(&keyring, b"x");
    let bytes = value.as_bytes();
    for length in 0..bytes.len() {
        let cut = Sealed::from_bytes(&bytes[..length]);
        assert!(keyring.open(&HERE, &cut).is_err(), "{length}");
    }
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        let outcome = keyring.open(&HERE, &Sealed::from_bytes(changed)).err();
        let in_key_id = (2..6).contains(&(bit / 8));
        assert_eq!(matches!(outcome, Some(OpenError::UnknownKey(_))), in_key_id, "{bit}");
        assert!(outcome.is_some(), "{bit}");
    }
    let mut longer = bytes.to_vec();
    longer.push(0);
    assert!(rejected(&keyring, &HERE, &Sealed::from_bytes(longer)));
    let endless = [bytes, &vec![0; Sealed::MAX_PLAINTEXT_BYTES]].concat();
    assert!(rejected(&keyring, &HERE, &Sealed::from_bytes(endless)));
}

#[test]
fn sl_07_random_octets_of_any_length_are_an_error() {
    let keyring = Keyring::of(key(1));
    let random = SeededRandom::new(3);
    for length in 0..200 {
        let mut bytes = vec![0; length];
        random.fill(&mut bytes).unwrap();
        bytes.iter_mut().zip([1, 1, 0, 0, 0, 1]).for_each(|(to, from)| *to = from);
        assert!(rejected(&keyring, &HERE, &Sealed::from_bytes(bytes)), "{length}");
    }
}

#[test]
fn sl_05_a_wrong_commitment_is_rejected_although_the_tag_fits() {
    let keyring = Keyring::of(key(1));
    let (id, root) = keyring.primary();
    let nonce = [9; 24];
    let keys = aead::MessageKeys::derive(root, &nonce);
    let honest = Header { id, nonce, commitment: keys.commitment };
    let forged = Header { id, nonce, commitment: [0; 32] };
    let open = |header| keyring.open(&HERE, &write(header, &keys, &HERE, b"text").unwrap());
    assert!(open(&honest).is_ok());
    assert_eq!(open(&forged).err(), Some(OpenError::Rejected));
}

#[test]
fn sl_06_values_under_old_keys_open_until_the_key_is_disabled() {
    let old = sealed(&Keyring::of(key(1)), b"text");
    let rotated = Keyring::builder(key(2)).decrypt_only(key(1)).build().unwrap();
    assert!(rotated.needs_reseal(&old));
    let new = rotated.reseal(&HERE, &old, &SeededRandom::new(4)).unwrap();
    assert!(!rotated.needs_reseal(&new));
    assert_eq!(new.key_id(), Some(KeyId::new(2)));

    let disabled = Keyring::builder(key(2)).disabled(KeyId::new(1)).build().unwrap();
    assert_eq!(disabled.open(&HERE, &old).err(), Some(OpenError::KeyDisabled(KeyId::new(1))));
    assert_eq!(disabled.open_text(&HERE, &new).unwrap().expose_secret(), "text");
    let without = Keyring::of(key(2));
    assert_eq!(without.open(&HERE, &old).err(), Some(OpenError::UnknownKey(KeyId::new(1))));
}

#[test]
fn another_key_under_the_same_number_is_rejected() {
    let other = SealKey::from_bytes(KeyId::new(1), &[3; 32]).unwrap();
    let value = sealed(&Keyring::of(key(1)), b"text");
    assert!(rejected(&Keyring::of(other), &HERE, &value));
}

/// Values of version 1 open for ever. If this fails, stored data has become unreadable.
#[test]
fn sl_02_the_golden_value_of_version_1_opens() {
    let keyring = Keyring::of(SealKey::from_bytes(KeyId::new(7), &[0x42; 32]).unwrap());
    let tenant = TenantId::from_uuid(uuid::Uuid::from_u128(0x0123_4567_89ab_cdef));
    let context = SealContext::field("connection", "access_token", Some(tenant), b"golden");
    let golden = hex::decode::<GOLDEN_BYTES>(GOLDEN).expect("hexadecimal");
    let opened = keyring.open_text(&context, &Sealed::from_bytes(&golden[..])).unwrap();
    assert_eq!(opened.expose_secret(), "alley golden 1");
    let again = keyring.seal(&context, b"alley golden 1", &SeededRandom::new(1)).unwrap();
    assert_eq!(hex::encode(again.as_bytes()), GOLDEN);
}

const GOLDEN_BYTES: usize = 78 + 14;
const GOLDEN: &str = "010100000007783825822a6f9e62da2190e828e4c9d2576e5977e3a0b3620e1775b7b3e36ca7e3f3ca768dcfe4615cd4da8017de26bd7f84df5c4a040daa15d8a409d2ff5303ab9d9261967dcb02a8220a8a8c742a6772c177a61f2b";

#[test]
fn sl_14_keyed_hashes_of_one_value_differ_by_purpose_field_and_kind() {
    let keyring = Keyring::of(key(1));
    let (a, b) = (MacPurpose::new("a"), MacPurpose::new("b"));
    let made = keyring.mac(a, &[b"xy", b"z"]);
    assert_eq!(made, keyring.mac(a, &[b"xy", b"z"]));
    assert_ne!(made, keyring.mac(b, &[b"xy", b"z"]));
    assert_ne!(made, keyring.mac(a, &[b"x", b"yz"]));
    assert_ne!(keyring.mac(a, &[b"x"]), keyring.blind_index("a", b"x"));
    assert_ne!(keyring.blind_index("a", b"x"), keyring.blind_index("b", b"x"));
}

#[test]
fn sl_15_hashes_under_old_keys_verify_and_are_found_until_the_key_is_gone() {
    let purpose = MacPurpose::new("cookie");
    let before = Keyring::of(key(1));
    let during = Keyring::builder(key(2)).decrypt_only(key(1)).build().unwrap();
    let after = Keyring::builder(key(2)).disabled(KeyId::new(1)).build().unwrap();
    let old = before.mac(purpose, &[b"v"]);
    let check = |keyring: &Keyring, mac: &[u8]| keyring.verify_mac(purpose, &[b"v"], mac);
    assert_eq!(check(&before, old.as_bytes()), MacCheck::Current);
    assert_eq!(check(&during, old.as_bytes()), MacCheck::Outdated);
    assert_eq!(check(&after, old.as_bytes()), MacCheck::Rejected);
    assert_eq!(check(&before, &old.as_bytes()[..31]), MacCheck::Rejected);

    let named =
        |keyring: &Keyring| keyring.verify_mac_of(KeyId::new(1), purpose, &[b"v"], old.as_bytes());
    assert_eq!(named(&during), Ok(MacCheck::Outdated));
    assert_eq!(named(&after), Err(OpenError::KeyDisabled(KeyId::new(1))));

    assert!(during.blind_indexes("e", b"v").contains(&before.blind_index("e", b"v")));
    assert_eq!(during.blind_indexes("e", b"v")[0], during.blind_index("e", b"v"));
    assert!(!after.blind_indexes("e", b"v").contains(&before.blind_index("e", b"v")));
    assert_eq!(during.mac_candidates(purpose, &[b"v"]).len(), 2);
}

#[test]
fn keys_of_the_wrong_form_are_refused() {
    let id = KeyId::new(1);
    assert!(matches!(SealKey::from_bytes(id, &[1; 31]), Err(KeyringError::Length { .. })));
    assert!(matches!(SealKey::from_bytes(id, &[0; 32]), Err(KeyringError::Zero { .. })));
    assert!(matches!(SealKey::from_hex(id, &"0".repeat(64)), Err(KeyringError::Zero { .. })));
    assert!(SealKey::from_hex(id, &"a1".repeat(32)).is_ok());
    assert!(matches!(SealKey::from_hex(id, "passphrase"), Err(KeyringError::Hex { .. })));
    let good = "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=";
    assert!(SealKey::from_base64(id, good).is_ok());
    for wrong in [
        "correct horse battery staple correct horse!!",
        good.get(..43).unwrap(),
        "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJC",
        "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJ=",
        "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJC kI=",
        "",
    ] {
        let outcome = SealKey::from_base64(id, wrong);
        assert!(matches!(outcome, Err(KeyringError::Base64 { .. })), "{wrong}");
    }
}

#[test]
fn one_number_or_one_key_twice_is_refused() {
    let id = KeyId::new(1);
    let twice = Keyring::builder(key(1)).decrypt_only(key(1)).build();
    assert_eq!(twice.err(), Some(KeyringError::DuplicateId { id }));
    let also_disabled = Keyring::builder(key(1)).disabled(id).build();
    assert_eq!(also_disabled.err(), Some(KeyringError::DuplicateId { id }));
    let [a, b] = [1, 2].map(|n| SealKey::from_bytes(KeyId::new(n), &[5; 32]).unwrap());
    let same = Keyring::builder(a).decrypt_only(b).build();
    assert_eq!(same.err(), Some(KeyringError::DuplicateKey { id, other: KeyId::new(2) }));
}

#[test]
fn sl_08_nothing_shown_holds_key_or_plaintext() {
    let secret = SealKey::from_bytes(KeyId::new(3), &[0xab; 32]).unwrap();
    assert_eq!(format!("{secret:?}"), "SealKey(key 3, [REDACTED])");
    let keyring = Keyring::of(secret);
    let value = sealed(&keyring, b"canary");
    assert_eq!(format!("{value:?}"), "Sealed(key 3, 84 bytes)");
    let opened = keyring.open(&HERE, &value).unwrap();
    for shown in [format!("{keyring:?}"), format!("{opened:?}")] {
        assert!(!shown.contains("canary") && !shown.contains("171"), "{shown}");
    }
    assert_eq!(OpenError::Rejected.to_string(), "sealed value is not valid here");
}

#[test]
fn a_failing_random_source_is_an_error() {
    #[derive(Debug)]
    struct Failing(AtomicBool);
    impl SecureRandom for Failing {
        fn fill(&self, _: &mut [u8]) -> Result<(), RandomError> {
            self.0.store(true, Ordering::Relaxed);
            Err(RandomError::new())
        }
    }
    let failing = Failing(AtomicBool::new(false));
    let outcome = Keyring::of(key(1)).seal(&HERE, b"x", &failing);
    assert_eq!(outcome, Err(SealError::Random(RandomError::new())));
    assert!(failing.0.load(Ordering::Relaxed));
}
