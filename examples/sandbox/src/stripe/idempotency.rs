use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use serde::{Deserialize, Serialize};

use super::answer;
use super::form::Form;
use super::problem::Problem;
use super::state::StripeState;
use crate::digest::sha256_hex;

/// The first answer for a key.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Stored {
    parameters: String,
    status: u16,
    body: String,
    request_id: String,
    created: i64,
}

/// The key of a request and what it was sent with.
#[derive(Debug)]
pub(crate) struct Attempt {
    key: String,
    parameters: String,
}

impl Attempt {
    /// `None` without a key. The parameters are compared without regard to their order.
    pub(crate) fn read(
        headers: &HeaderMap,
        path: &str,
        form: &Form,
    ) -> Result<Option<Self>, Problem> {
        let Some(value) = headers.get("idempotency-key") else {
            return Ok(None);
        };
        let key = value
            .to_str()
            .ok()
            .filter(|key| (1..=255).contains(&key.len()))
            .ok_or_else(|| Problem::request("Invalid Idempotency-Key: 1 to 255 characters"))?;
        let mut pairs: Vec<&(String, String)> = form.pairs().iter().collect();
        pairs.sort_unstable();
        let parameters = sha256_hex(format!("{path}\n{pairs:?}").as_bytes());
        Ok(Some(Self { key: key.to_owned(), parameters }))
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The kept answer of an earlier attempt; a key is forgotten once it is 24 hours old.
    pub(crate) fn replay(
        &self,
        state: &mut StripeState,
        now: i64,
        request_id: &str,
    ) -> Result<Option<Response<Bytes>>, Problem> {
        state.idempotency.retain(|_, stored| stored.created + KEPT_S > now);
        let Some(stored) = state.idempotency.get(&self.key) else {
            return Ok(None);
        };
        if stored.parameters != self.parameters {
            return Err(Problem::other_parameters());
        }
        let status = StatusCode::from_u16(stored.status).unwrap_or(StatusCode::OK);
        let mut response = answer::json(status, Bytes::from(stored.body.clone()), request_id);
        answer::header(&mut response, "idempotent-replayed", "true");
        answer::header(&mut response, "original-request", &stored.request_id);
        Ok(Some(response))
    }

    /// Keeps the answer of an operation that ran.
    pub(crate) fn store(
        &self,
        state: &mut StripeState,
        now: i64,
        status: StatusCode,
        body: &str,
        request_id: &str,
    ) {
        let stored = Stored {
            parameters: self.parameters.clone(),
            status: status.as_u16(),
            body: body.to_owned(),
            request_id: request_id.to_owned(),
            created: now,
        };
        state.idempotency.insert(self.key.clone(), stored);
        state.touch();
    }
}

const KEPT_S: i64 = 86_400;
