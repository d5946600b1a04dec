use super::*;

const SECRET: &str = "whsec_alley_reference_secret_A";

fn secrets(list: &[&str]) -> Result<Secrets> {
    Secrets::new(&list.iter().map(|text| SecretString::from(*text)).collect::<Vec<_>>())
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

/// A signature made by the primitive itself, with nothing of the code under test.
fn sign(secret: &str, time: &str, body: &[u8]) -> String {
    let message = [time.as_bytes(), b".", body].concat();
    let code = HmacSha256Key::new(secret.as_bytes()).parts(&[&message]);
    code.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

fn verify(header: &str, body: &[u8], now: i64) -> Result<(), Rejection> {
    let tolerance = Tolerance::default();
    secrets(&[SECRET]).unwrap().verify(header, body, tolerance, at(now))
}

#[test]
fn every_reference_vector_has_the_expected_verdict() {
    let file: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/data/vectors.json")).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 6);
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let tolerance =
            Tolerance::Within(TimeDelta::seconds(vector["tolerance"].as_i64().unwrap()));
        let now = at(vector["now"].as_i64().unwrap());
        let verdict = secrets(&[text("secret")]).unwrap().verify(
            text("header"),
            text("payload").as_bytes(),
            tolerance,
            now,
        );
        let expected = match (text("expected"), vector["reason"].as_str()) {
            ("accept", _) => Ok(()),
            ("reject", Some("timestamp")) => Err(Rejection::Time),
            ("reject", Some("signature")) => Err(Rejection::Signature),
            other => panic!("{other:?}"),
        };
        assert_eq!(verdict, expected, "{}", text("id"));
    }
}

#[test]
fn edges_of_the_header_are_refused_or_taken_as_documented() {
    let good = sign(SECRET, "1000", b"{}");
    let upper = good.to_uppercase();
    let other = sign("whsec_other", "1000", b"{}");
    let rows = [
        ("plain", format!("t=1000,v1={good}"), Ok(())),
        ("signature first", format!("v1={good},t=1000"), Ok(())),
        ("second signature ours", format!("t=1000,v1={other},v1={good}"), Ok(())),
        ("unknown schemes passed over", format!("t=1000,v0={good},v9=x,v1={good}"), Ok(())),
        ("pieces without sign passed over", format!("t=1000,,x,v1={good}"), Ok(())),
        ("only the test scheme", format!("t=1000,v0={good}"), Err(Rejection::Header)),
        ("upper case", format!("t=1000,v1={upper}"), Err(Rejection::Header)),
        ("space after the comma", format!("t=1000, v1={good}"), Err(Rejection::Header)),
        ("space before the time", format!(" t=1000,v1={good}"), Err(Rejection::Header)),
        ("two times", format!("t=1000,t=1000,v1={good}"), Err(Rejection::Header)),
        ("no time", format!("v1={good}"), Err(Rejection::Header)),
        ("empty time", format!("t=,v1={good}"), Err(Rejection::Header)),
        ("time in words", format!("t=now,v1={good}"), Err(Rejection::Header)),
        ("signed time", format!("t=+1000,v1={good}"), Err(Rejection::Header)),
        ("negative time", format!("t=-1000,v1={good}"), Err(Rejection::Header)),
        ("time too large", format!("t={},v1={good}", "9".repeat(30)), Err(Rejection::Header)),
        ("time with zero in front", format!("t=01000,v1={good}"), Err(Rejection::Signature)),
        ("empty", String::new(), Err(Rejection::Header)),
        ("too long", format!("t=1000,v1={good},{}", "x".repeat(5_000)), Err(Rejection::Header)),
        ("short signature", "t=1000,v1=ab".to_owned(), Err(Rejection::Signature)),
        ("another secret", format!("t=1000,v1={other}"), Err(Rejection::Signature)),
    ];
    for (label, header, expected) in rows {
        assert_eq!(verify(&header, b"{}", 1_000), expected, "{label}");
    }
}

#[test]
fn the_age_may_be_300_seconds_to_either_side_and_no_more() {
    let header = format!("t=1000,v1={}", sign(SECRET, "1000", b"{}"));
    for (now, expected) in
        [(1_300, Ok(())), (1_301, Err(Rejection::Time)), (700, Ok(())), (699, Err(Rejection::Time))]
    {
        assert_eq!(verify(&header, b"{}", now), expected, "{now}");
    }
    let secrets = secrets(&[SECRET]).unwrap();
    let within = DateTime::from_timestamp(1_300, 999_999_000).unwrap();
    assert_eq!(secrets.verify(&header, b"{}", Tolerance::default(), within), Ok(()));
    assert_eq!(secrets.verify(&header, b"{}", Tolerance::Unchecked, at(9_999_999)), Ok(()));
}

#[test]
fn a_wrong_signature_of_an_old_call_is_a_wrong_signature() {
    let header = format!("t=1000,v1={}", sign("whsec_other", "1000", b"{}"));
    assert_eq!(verify(&header, b"{}", 99_999), Err(Rejection::Signature));
}

#[test]
fn the_raw_octets_are_signed_whatever_they_are() {
    for body in [&b""[..], b"\xef\xbb\xbf{}", b"\xff\xfe", b"{}\n"] {
        let header = format!("t=1000,v1={}", sign(SECRET, "1000", body));
        assert_eq!(verify(&header, body, 1_000), Ok(()));
        assert_eq!(verify(&header, b"{} ", 1_000), Err(Rejection::Signature));
    }
}

#[test]
fn each_of_several_active_secrets_is_tried() {
    let both = secrets(&["whsec_old", SECRET]).unwrap();
    for secret in ["whsec_old", SECRET] {
        let header = format!("t=1000,v1={}", sign(secret, "1000", b"{}"));
        assert_eq!(both.verify(&header, b"{}", Tolerance::default(), at(1_000)), Ok(()));
    }
}

#[test]
fn blank_secrets_and_none_at_all_are_refused_when_built() {
    for list in [&[][..], &[""], &["  \n"], &[SECRET, ""]] {
        assert!(matches!(secrets(list), Err(Error::Config(_))), "{list:?}");
    }
}

#[test]
fn both_kinds_of_events_are_read_and_nothing_else() {
    let read = |text: &str| {
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        Envelope::read(&value)
            .map(|e| (e.kind.clone(), e.thin, e.object_id.clone(), e.customer.clone()))
    };
    let (kind, thin, object, customer) =
        read(include_str!("../../tests/data/event.customer.subscription.updated.json")).unwrap();
    assert_eq!((kind.as_str(), thin), ("customer.subscription.updated", false));
    assert_eq!(object.unwrap(), "sub_1AlleyFx000001");
    assert_eq!(customer.unwrap().as_str(), "cus_AlleyFx000001");
    let text =
        include_str!("../../tests/data/event_notification.v1.customer.subscription.updated.json");
    let (kind, thin, object, customer) = read(text).unwrap();
    assert_eq!((kind.as_str(), thin), ("customer.subscription.updated", true));
    assert_eq!((object.unwrap().as_str(), customer), ("sub_1AlleyFx000001", None));
    assert!(read(r#"{"id":"evt_1","object":"charge","type":"invoice.paid"}"#).is_err());
    assert!(read(r#"{"object":"event","type":"invoice.paid"}"#).is_err());
}
