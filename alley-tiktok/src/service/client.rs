//! Calls for one shop: token, cipher, signature, retries. Knows no operation.

use std::sync::Arc;

use alley_core::TenantId;
use serde::de::DeserializeOwned;

use super::Tokens;
use crate::envelope::{Answer, RefusalClass};
use crate::error::{Error, Result};
use crate::exchange::{Call, Exchange};
use crate::ids::IntegrationId;
use crate::operation::{
    Cipher, Operation, Parameters, RawCall, plain_path, sends_to_person, versioned,
};

/// Makes calls for one shop of one tenant; cheap to clone.
///
/// A call that finds its access token run out (105002) refreshes it once and is sent once more.
/// Reads are sent again after rate limits, overload and lost connections; writes only where the
/// platform certainly did not act.
#[derive(Clone, Debug)]
pub struct ShopClient {
    exchange: Arc<Exchange>,
    tokens: Arc<Tokens>,
    tenant: TenantId,
    integration: IntegrationId,
    cipher: Option<String>,
}

impl ShopClient {
    pub(crate) fn new(
        exchange: Arc<Exchange>,
        tokens: Arc<Tokens>,
        tenant: TenantId,
        integration: IntegrationId,
        cipher: Option<String>,
    ) -> Self {
        Self { exchange, tokens, tenant, integration, cipher }
    }

    /// Calls an operation.
    ///
    /// # Errors
    /// See [`Error`]; [`Error::ReconnectNeeded`] when only the seller can help.
    ///
    /// # Cancel safety
    /// A dropped call may have been acted on. Where the call had to refresh the tokens first, do
    /// not drop it: from the request for a new pair until that is stored, the pair exists in this
    /// future alone, and nobody finishes the refresh in its place. The next call then tries the old
    /// refresh token (after a minute, when the lease has run out); if the platform does not take it
    /// any more, the answer is [`Error::ReconnectNeeded`] with
    /// [`RefreshOutcomeLost`](crate::ReconnectReason::RefreshOutcomeLost), and the seller must
    /// authorize again. So a host runs the job `refresh-tokens`, which refreshes a day ahead and
    /// leaves requests little to refresh, and lets calls of short-lived requests run to their end
    /// in a task of their own instead of in a timeout or `select!`.
    pub async fn call<O: Operation>(&self, operation: &O) -> Result<Answer<O::Response>> {
        let version = self.exchange.config.versions.get(O::NAME).map_or(O::VERSION, String::as_str);
        let mut parameters = Parameters::default();
        operation.query(&mut parameters);
        let call = Call {
            name: O::NAME,
            method: O::METHOD,
            path: versioned(O::PATH, version)?,
            parameters,
            cipher: self.cipher_for(O::CIPHER)?,
            body: operation.body()?,
            idempotency: O::IDEMPOTENCY,
        };
        self.with_token(call).await
    }

    /// Calls an operation that the catalogue does not have, and answers its `data`.
    ///
    /// # Errors
    /// As [`call`](Self::call); [`Error::SendsToPerson`] for calls that write to a creator or a
    /// buyer.
    ///
    /// # Cancel safety
    /// As [`call`](Self::call).
    pub async fn raw(&self, call: RawCall) -> Result<Answer<serde_json::Value>> {
        let RawCall { method, path, cipher, idempotency, parameters, body } = call;
        plain_path(&path)?;
        let cipher = self.cipher_for(cipher)?;
        self.with_token(Call { name: "raw", method, path, parameters, cipher, body, idempotency })
            .await
    }

    fn cipher_for(&self, cipher: Cipher) -> Result<Option<String>> {
        match (cipher, &self.cipher) {
            (Cipher::None, _) => Ok(None),
            (Cipher::Shop, Some(cipher)) => Ok(Some(cipher.clone())),
            (Cipher::Shop, None) => Err(Error::InvalidRequest("this operation needs a shop")),
        }
    }

    async fn with_token<T: DeserializeOwned>(&self, call: Call) -> Result<Answer<T>> {
        if sends_to_person(&call.method, &call.path) {
            return Err(Error::SendsToPerson { method: call.method, path: call.path });
        }
        self.exchange.may_call()?;
        let token = self.tokens.access(self.tenant, self.integration).await?;
        let error = match self.exchange.call(&call, &token.secret).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let token = match error.class() {
            Some(RefusalClass::TokenExpired) => {
                self.tokens.replace(self.tenant, self.integration, token.generation).await?
            }
            Some(RefusalClass::TokenInvalid) => {
                let newer =
                    self.tokens.refused(self.tenant, self.integration, token.generation).await?;
                if !newer {
                    return Err(error);
                }
                self.tokens.access(self.tenant, self.integration).await?
            }
            _ => return Err(error),
        };
        self.exchange.call(&call, &token.secret).await
    }
}
