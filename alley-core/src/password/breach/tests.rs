use std::sync::Mutex;

use super::super::PasswordPolicy;
use super::*;
use crate::http::{TransportError, TransportErrorKind};

/// The SHA-1 of `password`, after its first five digits.
const SUFFIX: &str = "1E4C9B93F3F0682250B6CF8331B7EE68FD8";

/// Answers every request alike, and keeps what it was asked.
#[derive(Debug)]
struct Replies {
    status: StatusCode,
    body: String,
    asked: Mutex<Vec<(String, Option<HeaderValue>)>>,
}

impl Replies {
    fn new(status: StatusCode, body: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { status, body: body.into(), asked: Mutex::default() })
    }
}

#[async_trait]
impl HttpTransport for Replies {
    async fn send(
        &self,
        request: Request<Bytes>,
        _: &RequestLimits,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let padding = request.headers().get("add-padding").cloned();
        assert!(request.body().is_empty());
        self.asked.lock().unwrap().push((request.uri().to_string(), padding));
        if self.status == StatusCode::IM_A_TEAPOT {
            return Err(TransportError::new(TransportErrorKind::Timeout));
        }
        let reply = http::Response::builder().status(self.status);
        Ok(reply.body(Bytes::from(self.body.clone())).unwrap())
    }
}

fn judge(text: &str, replies: &Arc<Replies>) -> Result<bool, BreachCheckFailed> {
    let transport = Arc::clone(replies) as Arc<dyn HttpTransport>;
    let check = HttpBreachCheck::new(transport, HttpBreachCheck::PUBLIC).unwrap();
    let password = PasswordPolicy::default().read(text).unwrap();
    pollster::block_on(is_leaked(&check, &password))
}

#[test]
fn pw_19_five_digits_and_nothing_else_leave() {
    let replies = Replies::new(StatusCode::OK, "");
    assert_eq!(judge("password", &replies), Ok(false));
    let asked = replies.asked.lock().unwrap().clone();
    let url = "https://api.pwnedpasswords.com/range/5BAA6".to_owned();
    assert_eq!(asked, [(url, Some(HeaderValue::from_static("true")))]);
}

#[test]
fn pw_19_a_password_leaked_if_its_line_says_more_than_none() {
    let other = "0".repeat(35);
    for (lines, leaked) in [
        (format!("{other}:3\r\n{SUFFIX}:52256179"), true),
        (format!("{}:1\n{other}:2", SUFFIX.to_lowercase()), true),
        (format!("{other}:3\r\n{SUFFIX}:0\r\n"), false),
        (format!("{other}:3"), false),
        (String::new(), false),
    ] {
        let replies = Replies::new(StatusCode::OK, lines.clone());
        assert_eq!(judge("password", &replies), Ok(leaked), "{lines}");
    }
}

#[test]
fn pw_19_anything_but_lines_of_a_range_is_a_failure() {
    let html = "<html>blocked</html>".to_owned();
    for (status, body) in [
        (StatusCode::OK, html.clone()),
        (StatusCode::OK, format!("{SUFFIX}:many")),
        (StatusCode::OK, SUFFIX.to_owned()),
        (StatusCode::TOO_MANY_REQUESTS, String::new()),
        (StatusCode::FOUND, html),
        (StatusCode::IM_A_TEAPOT, String::new()),
    ] {
        let replies = Replies::new(status, body.clone());
        assert_eq!(judge("password", &replies), Err(BreachCheckFailed), "{status} {body}");
    }
}

#[test]
fn a_base_is_an_https_folder() {
    let make = |base| {
        let transport = Replies::new(StatusCode::OK, "");
        HttpBreachCheck::new(transport, base).map(drop)
    };
    assert_eq!(make("https://ranges.example.test/sha1/"), Ok(()));
    for wrong in ["http://a.test/", "https://a.test/range", "https://a.test/?q=/", "range/", ""] {
        assert_eq!(make(wrong), Err(NotABase), "{wrong}");
    }
}
