//! Published signature vectors against the doubles' own code.
#![expect(clippy::unwrap_used, reason = "test code")]

use alley_sandbox::stripe::sign::{is_signed, signature_header};
use alley_sandbox::tiktok::sign::{is_webhook_signed, request_signature, webhook_signature};
use serde_json::Value;

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn rows(vectors: &Value, key: &str) -> Vec<Value> {
    vectors.get(key).and_then(Value::as_array).unwrap().clone()
}

#[test]
fn tiktok_request_signatures_are_those_of_the_vectors() {
    let vectors: Value = serde_json::from_str(include_str!("data/tiktok/vectors.json")).unwrap();
    let rows = rows(&vectors, "request_vectors");
    assert_eq!(rows.len(), 6);
    for row in rows {
        let query: Vec<(String, String)> =
            serde_json::from_value(row.get("query").unwrap().clone()).unwrap();
        let content_type = row.get("content_type").and_then(Value::as_str);
        let sign = request_signature(
            text(&row, "app_secret"),
            text(&row, "path"),
            &query,
            content_type,
            text(&row, "body").as_bytes(),
        );
        assert_eq!(sign, text(&row, "sign"), "{}", text(&row, "id"));
    }
}

#[test]
fn tiktok_webhook_signatures_are_those_of_the_vectors() {
    let vectors: Value = serde_json::from_str(include_str!("data/tiktok/vectors.json")).unwrap();
    let rows = rows(&vectors, "webhook_vectors");
    assert_eq!(rows.len(), 6);
    for row in rows {
        let (key, secret) = (text(&row, "app_key"), text(&row, "app_secret"));
        let (body, header) = (text(&row, "raw_body").as_bytes(), text(&row, "authorization"));
        let accept = text(&row, "expect") == "accept";
        assert_eq!(is_webhook_signed(key, secret, body, header), accept, "{}", text(&row, "id"));
        assert_eq!(webhook_signature(key, secret, body) == header, accept, "{}", text(&row, "id"));
    }
}

#[test]
fn stripe_signatures_are_those_of_the_vectors() {
    let vectors: Value = serde_json::from_str(include_str!("data/stripe/vectors.json")).unwrap();
    let rows = rows(&vectors, "vectors");
    assert_eq!(rows.len(), 6);
    for row in rows {
        let (secret, header) = (text(&row, "secret"), text(&row, "header"));
        let body = text(&row, "payload").as_bytes();
        let now = row.get("now").and_then(Value::as_i64).unwrap();
        let tolerance = row.get("tolerance").and_then(Value::as_i64).unwrap();
        let accept = text(&row, "expected") == "accept";
        let id = text(&row, "id");
        assert_eq!(is_signed(secret, header, body, now, tolerance), accept, "{id}");
        if id.starts_with("ok-") && id != "ok-rolled-secret" {
            assert_eq!(signature_header(&[secret], 1_760_000_000, body), header, "{id}");
        }
    }
}

#[test]
fn stripe_header_without_a_usable_time_is_refused() {
    let header = signature_header(&["whsec_x"], 1_000, b"{}");
    let signature = header.split_once(',').unwrap().1;
    for broken in ["", "t=", "t=x", "t=99999999999999999999", "v0=00", "t=1000"] {
        let header = format!("{broken},{signature}");
        let known = broken == "t=1000";
        assert_eq!(is_signed("whsec_x", &header, b"{}", 1_000, 300), known, "{broken}");
    }
    assert!(!is_signed(" ", &signature_header(&[" "], 1_000, b"{}"), b"{}", 1_000, 300));
}
