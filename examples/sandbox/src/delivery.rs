use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Uri, header};

/// One signed webhook call, ready to be posted to the application under test.
///
/// It is a value: clone it to deliver twice, sort a list of them to deliver out of order.
#[derive(Clone, Debug)]
pub struct Delivery {
    id: String,
    kind: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Delivery {
    pub(crate) fn new(
        id: String,
        kind: String,
        signature_header: &'static str,
        signature: &str,
        body: Bytes,
    ) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Ok(value) = HeaderValue::from_str(signature) {
            headers.insert(signature_header, value);
        }
        Self { id, kind, headers, body }
    }

    /// The id by which a receiver recognizes a duplicate: Stripe's event id, TikTok's
    /// `tts_notification_id`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The kind of event: Stripe's `type`, TikTok's numeric `type` as text.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The headers, the signature among them.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The exact signed bytes.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The `POST` request to that address.
    pub fn to_request(&self, uri: Uri) -> Request<Bytes> {
        let mut request = Request::new(self.body.clone());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        *request.headers_mut() = self.headers.clone();
        request
    }
}
