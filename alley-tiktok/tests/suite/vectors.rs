//! The signature vectors, through the public functions.

use alley_tiktok::{RequestSigner, WebhookVerifier};
use secrecy::SecretString;
use serde_json::Value;

fn vectors(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../data/vectors.json")).unwrap();
    all[kind].as_array().unwrap().clone()
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap()
}

#[test]
fn every_request_vector_is_reproduced() {
    let vectors = vectors("request_vectors");
    assert_eq!(vectors.len(), 6);
    for vector in vectors {
        let signer = RequestSigner::new(&SecretString::from(text(&vector, "app_secret")));
        let query: Vec<(&str, &str)> = vector["query"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
            .collect();
        let body = vector["body"].as_str().unwrap_or_default().as_bytes();
        let sign = signer.sign(text(&vector, "path"), query, vector["content_type"].as_str(), body);
        assert_eq!(sign.unwrap(), text(&vector, "sign"), "{}", text(&vector, "id"));
    }
}

#[test]
fn every_webhook_vector_is_judged_as_expected() {
    let vectors = vectors("webhook_vectors");
    assert_eq!(vectors.len(), 6);
    for vector in vectors {
        let secret = SecretString::from(text(&vector, "app_secret"));
        let verifier = WebhookVerifier::new(text(&vector, "app_key"), &secret);
        let accepted =
            verifier.verify(text(&vector, "raw_body").as_bytes(), text(&vector, "authorization"));
        assert_eq!(accepted, text(&vector, "expect") == "accept", "{}", text(&vector, "id"));
    }
}

#[test]
fn signatures_of_any_length_are_refused_without_panic() {
    let verifier = WebhookVerifier::new("key", &SecretString::from("secret"));
    for length in 0..130 {
        assert!(!verifier.verify(b"body", &"0".repeat(length)), "{length}");
    }
    for wrong in ["ü", "0x", "Bearer 00", &"é".repeat(32)] {
        assert!(!verifier.verify(b"body", wrong), "{wrong}");
    }
}
