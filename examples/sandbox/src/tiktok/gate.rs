use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::authorize;
use super::endpoint::Endpoint;
use super::envelope::Refusal;
use super::options::Options;
use super::sign::request_signature;
use super::state::ShopState;
use crate::digest::same;
use crate::query::Query;

/// A request that passed every check, with its body read.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) query: Query,
    pub(crate) body: Value,
    pub(crate) now: i64,
    /// Which of the seller's shops the cipher names; the first where none is taken.
    pub(crate) shop: u32,
}

impl Call {
    /// A required count within bounds.
    pub(crate) fn page_size(&self, least: usize, most: usize) -> Result<usize, Refusal> {
        self.query
            .get("page_size")
            .and_then(|text| text.parse().ok())
            .filter(|size| (least..=most).contains(size))
            .ok_or(Refusal::parameter("Invalid page_size"))
    }

    /// An integer member of the body, sent as number or text.
    pub(crate) fn body_integer(&self, key: &str) -> Result<Option<i64>, Refusal> {
        match self.body.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => text.parse().map(Some).map_err(|_unread| Refusal::BODY),
            Some(value) => value.as_i64().map(Some).ok_or(Refusal::BODY),
        }
    }

    pub(crate) fn body_text(&self, key: &str) -> Option<&str> {
        self.body.get(key).and_then(Value::as_str)
    }

    /// Seeded data belongs to the first shop; the others are empty.
    pub(crate) fn count(&self, seeded: u32) -> u32 {
        if self.shop == 0 { seeded } else { 0 }
    }
}

pub(crate) fn query(request: &Request<Bytes>) -> Result<Query, Refusal> {
    Query::parse(request.uri().query().unwrap_or_default())
        .filter(|query| !query.repeats())
        .ok_or(Refusal::parameter("Invalid query"))
}

/// Checks what the common parameters page demands, in the order: app, time, signature, token, scope,
/// cipher.
pub(crate) fn check(
    options: &Options,
    state: &ShopState,
    endpoint: &Endpoint,
    request: &Request<Bytes>,
    query: Query,
    now: i64,
) -> Result<Call, Refusal> {
    if query.get("app_key") != Some(options.app_key.as_str()) {
        return Err(Refusal::APP_KEY);
    }
    check_time(query.get("timestamp"), now)?;
    check_signature(options, request, &query)?;
    check_token(options, state, endpoint, request, now)?;
    let shop = check_cipher(options, endpoint, &query)?;
    let raw_body = request.body().as_ref();
    let body = if raw_body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(raw_body).ok().filter(Value::is_object).ok_or(Refusal::BODY)?
    };
    Ok(Call { query, body, now, shop })
}

/// Ten digits, at most 5 minutes old and at most 30 seconds ahead.
fn check_time(timestamp: Option<&str>, now: i64) -> Result<(), Refusal> {
    let sent: i64 = timestamp
        .filter(|text| text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .ok_or(Refusal::TIMESTAMP)?;
    if (now - 300..=now + 30).contains(&sent) { Ok(()) } else { Err(Refusal::TIMESTAMP) }
}

fn check_signature(
    options: &Options,
    request: &Request<Bytes>,
    query: &Query,
) -> Result<(), Refusal> {
    let sent = query.get("sign").ok_or(Refusal::SIGN_MISSING)?;
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let expected = request_signature(
        &options.app_secret,
        request.uri().path(),
        query.pairs(),
        content_type,
        request.body(),
    );
    if same(expected.as_bytes(), sent.as_bytes()) { Ok(()) } else { Err(Refusal::BAD_SIGNATURE) }
}

fn check_token(
    options: &Options,
    state: &ShopState,
    endpoint: &Endpoint,
    request: &Request<Bytes>,
    now: i64,
) -> Result<(), Refusal> {
    let sent = request
        .headers()
        .get("x-tts-access-token")
        .and_then(|value| value.to_str().ok())
        .filter(|token| !token.is_empty())
        .ok_or(Refusal::TOKEN_HEADER)?;
    let access = state
        .grants
        .iter()
        .filter(|grant| !grant.revoked)
        .flat_map(|grant| &grant.access)
        .find(|access| access.token == sent)
        .ok_or(Refusal::TOKEN_INVALID)?;
    if access.expires_at <= now {
        return Err(Refusal::TOKEN_EXPIRED);
    }
    match endpoint.scope {
        Some(scope) if !options.scopes.iter().any(|granted| granted == scope) => {
            Err(Refusal::SCOPE)
        }
        _ => Ok(()),
    }
}

fn check_cipher(options: &Options, endpoint: &Endpoint, query: &Query) -> Result<u32, Refusal> {
    match (endpoint.takes_cipher, query.get("shop_cipher")) {
        (false, None) => Ok(0),
        (false, Some(_)) => Err(Refusal::CIPHER_UNEXPECTED),
        (true, None | Some("")) => Err(Refusal::CIPHER_MISSING),
        (true, Some(cipher)) => (0..options.shops.max(1))
            .find(|index| authorize::shop(options, *index).cipher == cipher)
            .ok_or(Refusal::CIPHER_UNKNOWN),
    }
}
