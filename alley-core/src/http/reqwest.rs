//! The bundled transport: reqwest over rustls with ring.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::{Request, Response, Uri};
use rustls_platform_verifier::BuilderVerifierExt;

use super::{HttpTransport, RequestLimits, TransportError, TransportErrorKind};

/// Sends requests with reqwest; needs a tokio runtime.
///
/// HTTPS only, except to the own machine (`localhost`, 127.0.0.0/8, `::1`), where test doubles
/// listen. Certificates are judged by what the operating system trusts. The cryptography provider
/// is named here, so that no process default is needed or set. Proxies from the environment are
/// not used. Connections are kept and shared by all clones.
#[derive(Clone, Debug)]
pub struct ReqwestTransport {
    client: reqwest::Client,
}

impl ReqwestTransport {
    /// Prepares the client; opens no connection.
    ///
    /// # Errors
    /// When the certificates of the operating system cannot be read.
    pub fn new() -> Result<Self, TransportError> {
        let refuse = |error| TransportError::with_source(TransportErrorKind::Connect, error);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(BuilderVerifierExt::with_platform_verifier)
            .map_err(|error| refuse(Box::new(error)))?
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .connect_timeout(Duration::from_secs(5))
            .build()
            .map_err(|error| transport_error(error, TransportErrorKind::Refused))?;
        Ok(Self { client })
    }
}

#[async_trait]
impl HttpTransport for ReqwestTransport {
    async fn send(
        &self,
        request: Request<Bytes>,
        limits: &RequestLimits,
    ) -> Result<Response<Bytes>, TransportError> {
        if !may_be_sent_to(request.uri()) {
            return Err(TransportError::new(TransportErrorKind::Refused));
        }
        let mut request = reqwest::Request::try_from(request)
            .map_err(|error| transport_error(error, TransportErrorKind::Refused))?;
        *request.timeout_mut() = Some(limits.timeout);
        let mut reply = self
            .client
            .execute(request)
            .await
            .map_err(|error| transport_error(error, TransportErrorKind::Interrupted))?;
        let mut answer = Response::new(Bytes::new());
        *answer.status_mut() = reply.status();
        *answer.version_mut() = reply.version();
        *answer.headers_mut() = std::mem::take(reply.headers_mut());
        *answer.body_mut() = read_body(reply, limits.max_body_bytes).await?;
        Ok(answer)
    }
}

async fn read_body(mut reply: reqwest::Response, most: usize) -> Result<Bytes, TransportError> {
    let too_large = || TransportError::new(TransportErrorKind::BodyTooLarge);
    let mut body = BytesMut::new();
    loop {
        let chunk = reply.chunk().await;
        let chunk =
            chunk.map_err(|error| transport_error(error, TransportErrorKind::Interrupted))?;
        let Some(chunk) = chunk else {
            return Ok(body.freeze());
        };
        if chunk.len() > most.saturating_sub(body.len()) {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
}

fn may_be_sent_to(uri: &Uri) -> bool {
    let Some(host) = uri.host() else {
        return false;
    };
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => {
            let address = host.trim_start_matches('[').trim_end_matches(']').parse();
            host.eq_ignore_ascii_case("localhost")
                || address.is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
        _ => false,
    }
}

/// The URL is taken out of the cause, because secrets travel in its query.
fn transport_error(error: reqwest::Error, otherwise: TransportErrorKind) -> TransportError {
    let kind = if error.is_connect() {
        TransportErrorKind::Connect
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if error.is_builder() {
        TransportErrorKind::Refused
    } else {
        otherwise
    };
    TransportError::with_source(kind, error.without_url())
}

#[cfg(test)]
mod tests;
