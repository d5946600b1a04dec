//! Requests of data subjects.

use alley_core::{Actor, Record as _, Value};
use alley_privacy::request::{Event, Intake, Level, Proof, RequestKind, RequestStatus};
use pollster::block_on;
use secrecy::SecretString;

use crate::house::{account, house};

#[test]
fn a_request_is_taken_in_proven_once_and_dated() {
    block_on(async {
        let house = house();
        let requests = house.privacy.requests();
        let intake = Intake::new("Anna@Example.com", RequestKind::Erasure);
        let submitted = requests.submit(Actor::Anonymous, intake).await.unwrap();
        assert!(submitted.missing.is_empty());
        let (id, code) = (submitted.id, submitted.code.unwrap());
        let stored = requests.load(id).await.unwrap().record;
        let shows = |value: Value| match value {
            Value::Text(text) => text.contains("xample"),
            Value::Bytes(bytes) => bytes.windows(6).any(|part| part == b"xample"),
            Value::Null | Value::Int(_) => false,
        };
        assert!(!stored.to_row().into_iter().any(shows), "the address is sealed");
        assert_eq!(stored.due_date.unwrap().to_string(), "2026-07-01");
        let wrong = SecretString::from("wrong");
        assert_eq!(requests.prove(id, &wrong, Level::High, None).await.unwrap(), Proof::Failed);
        let proof = requests.prove(id, &code, Level::High, Some(account())).await.unwrap();
        assert_eq!(proof, Proof::Reached(Level::High));
        assert_eq!(requests.prove(id, &code, Level::High, None).await.unwrap(), Proof::Failed);
        let legs = alley_privacy::request::route(RequestKind::Erasure, true, false, &[]);
        let state = requests.transition(Actor::Anonymous, id, &Event::Route(legs)).await.unwrap();
        assert_eq!(state.unwrap().status, RequestStatus::Routed);
        let again =
            requests.transition(Actor::Anonymous, id, &Event::StartVerification).await.unwrap();
        assert!(again.is_err());
        let empty = Intake::new("", RequestKind::DpaCopy);
        let submitted = requests.submit(Actor::Anonymous, empty).await.unwrap();
        assert_eq!(submitted.missing, ["account_email", "organization_name"]);
        assert!(submitted.code.is_none());
    });
}
