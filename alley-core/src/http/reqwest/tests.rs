use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;

use super::*;

/// Answers one connection with prepared octets and gives back what it was sent. With `hold`, it
/// keeps the connection open until the receiver is dropped.
fn serve(answer: Vec<u8>, hold: bool) -> (SocketAddr, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
            head.push(byte[0]);
        }
        let _ = stream.write_all(&answer);
        let _ = sender.send(String::from_utf8_lossy(&head).into_owned());
        while hold && sender.send(String::new()).is_ok() {
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    (address, receiver)
}

fn get(uri: &str) -> Request<Bytes> {
    Request::get(uri).header("x-canary", "canary").body(Bytes::new()).unwrap()
}

async fn send(uri: &str, limits: RequestLimits) -> Result<Response<Bytes>, TransportError> {
    ReqwestTransport::new().unwrap().send(get(uri), &limits).await
}

fn limits(millis: u64, max_body_bytes: usize) -> RequestLimits {
    RequestLimits::new(Duration::from_millis(millis), max_body_bytes)
}

#[tokio::test]
async fn replies_of_any_status_come_back_whole_and_redirects_are_not_followed() {
    let answer =
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 4\r\n\r\nbody";
    let (address, seen) = serve(answer.to_vec(), false);
    let reply = send(&format!("http://{address}/path?q=1"), limits(5_000, 4)).await.unwrap();
    assert_eq!(reply.status(), 302);
    assert_eq!(reply.headers()["location"], "http://127.0.0.1:1/");
    assert_eq!(&reply.body()[..], b"body");
    let head = seen.recv().unwrap();
    assert!(head.starts_with("GET /path?q=1 HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("x-canary: canary\r\n"), "{head}");
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_whether_announced_or_not() {
    for answer in [
        &b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n12345"[..],
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n123\r\n2\r\n45\r\n0\r\n\r\n",
    ] {
        let (address, _seen) = serve(answer.to_vec(), false);
        let error = send(&format!("http://{address}/"), limits(5_000, 4)).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::BodyTooLarge);
        let (address, _seen) = serve(answer.to_vec(), false);
        let reply = send(&format!("http://{address}/"), limits(5_000, 5)).await.unwrap();
        assert_eq!(&reply.body()[..], b"12345");
    }
}

#[tokio::test]
async fn silence_and_a_body_that_stops_are_time_outs() {
    for answer in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n12"] {
        let (address, _seen) = serve(answer.to_vec(), true);
        let error = send(&format!("http://{address}/"), limits(200, 100)).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Timeout);
        assert!(!error.is_safe_to_retry());
    }
}

#[tokio::test]
async fn a_connection_that_ends_early_is_not_safe_to_retry() {
    let (address, _seen) = serve(Vec::new(), false);
    let error = send(&format!("http://{address}/"), limits(5_000, 100)).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Interrupted);
    assert!(!error.is_safe_to_retry());
}

#[tokio::test]
async fn a_refused_connection_is_safe_to_retry_and_the_error_hides_the_url() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let uri = format!("http://{address}/path?token=canary");
    let error = send(&uri, limits(5_000, 100)).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Connect);
    assert!(error.is_safe_to_retry());
    let mut shown = format!("{error} {error:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        shown.push_str(&cause.to_string());
        source = cause.source();
    }
    assert!(!shown.contains("canary") && !shown.contains("/path"), "{shown}");
}

#[tokio::test]
async fn plain_http_goes_to_the_own_machine_only() {
    for uri in [
        "http://example.test/",
        "http://127.0.0.1.example.test/",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://[::2]/",
        "ftp://127.0.0.1/",
        "/relative",
    ] {
        let error = send(uri, limits(100, 100)).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Refused, "{uri}");
    }
    for uri in
        ["https://example.test/", "http://localhost:80/", "http://127.9.9.9/", "http://[::1]/"]
    {
        assert!(may_be_sent_to(&uri.parse().unwrap()), "{uri}");
    }
}

#[test]
fn no_process_wide_provider_is_installed() {
    ReqwestTransport::new().unwrap();
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
}
