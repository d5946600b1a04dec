//! Real HTTP over loopback, with a client that is nothing but a socket.
#![cfg(feature = "server")]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use alley_sandbox::stripe::{Options, Stripe};
use alley_sandbox::{Error, Fault, Now, On, Server, serve};

fn stripe() -> Arc<Stripe> {
    Arc::new(Stripe::new(Options::default(), Now::fixed(1_767_225_600)))
}

fn on_any_port(stripe: &Arc<Stripe>) -> Server {
    serve(Arc::<Stripe>::clone(stripe), "127.0.0.1:0").unwrap()
}

/// Everything that comes back until the connection ends; nothing if it is broken at once.
fn exchange(server: &Server, request: &str) -> String {
    let mut stream = TcpStream::connect(server.addr()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A reset instead of an end is what the faults are for; what came before it counts.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

fn get(path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\n\
         authorization: Bearer sk_test_sandbox_not_real\r\n\r\n"
    )
}

fn length(answer: &str) -> usize {
    answer
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .and_then(|value| value.parse().ok())
        .unwrap()
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[test]
fn request_over_a_socket_is_answered() {
    let stripe = stripe();
    let server = on_any_port(&stripe);
    assert!(server.base_url().starts_with("http://127.0.0.1:"));
    let answer = exchange(&server, &get("/v1/prices?limit=1"));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("request-id: req_"), "{answer}");
    assert_eq!(length(&answer), body(&answer).len());
    let form = "email=a%40example.com";
    let post = format!(
        "POST /v1/customers HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\n\
         authorization: Bearer sk_test_sandbox_not_real\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    assert!(exchange(&server, &post).contains("a@example.com"));
    assert_eq!(stripe.journal().total(), 2);
}

#[test]
fn connection_serves_several_requests() {
    let server = on_any_port(&stripe());
    let kept = get("/v1/prices").replace("connection: close\r\n", "");
    let answer = exchange(&server, &format!("{kept}{}", get("/v1/prices")));
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 2);
}

#[test]
fn dropped_connection_gives_no_answer_and_the_server_lives_on() {
    let stripe = stripe();
    let server = on_any_port(&stripe);
    stripe.faults().arm(Fault::DropBefore, On::any());
    assert_eq!(exchange(&server, &get("/v1/prices")), "");
    stripe.faults().arm(Fault::DropAfter, On::any());
    assert_eq!(exchange(&server, &get("/v1/prices")), "");
    assert!(exchange(&server, &get("/v1/prices")).starts_with("HTTP/1.1 200"));
}

#[test]
fn cut_answer_ends_before_its_announced_length() {
    let stripe = stripe();
    let server = on_any_port(&stripe);
    stripe.faults().arm(Fault::CutAnswer, On::any());
    let answer = exchange(&server, &get("/v1/prices"));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let got = body(&answer).len();
    assert!(got > 0 && got < length(&answer), "{got} of {}", length(&answer));
}

#[test]
fn slow_answer_comes_late() {
    let stripe = stripe();
    let server = on_any_port(&stripe);
    stripe.faults().arm(Fault::Slow(Duration::from_millis(150)), On::any());
    let start = Instant::now();
    assert!(exchange(&server, &get("/v1/prices")).starts_with("HTTP/1.1 200"));
    assert!(start.elapsed() >= Duration::from_millis(150));
}

#[test]
fn body_beyond_the_limit_is_refused() {
    let server = on_any_port(&stripe());
    let request = "POST /v1/customers HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\n\
        content-length: 3000000\r\n\r\n";
    assert!(exchange(&server, request).starts_with("HTTP/1.1 413"));
}

#[test]
fn port_in_use_is_a_clear_error() {
    let server = on_any_port(&stripe());
    let address = server.addr().to_string();
    let error = serve(stripe(), &address).unwrap_err();
    assert!(matches!(error, Error::PortInUse { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(&address) && text.contains("port is in use"), "{text}");
}

#[test]
fn port_is_free_after_shutdown() {
    let server = on_any_port(&stripe());
    let address = server.addr().to_string();
    server.shutdown();
    assert!(TcpStream::connect(&address).is_err());
    serve(stripe(), &address).unwrap().shutdown();
}

#[test]
fn address_of_the_network_is_refused() {
    for address in ["0.0.0.0:0", "192.0.2.1:80"] {
        assert!(matches!(serve(stripe(), address), Err(Error::NotLoopback { .. })), "{address}");
    }
    assert!(matches!(serve(stripe(), "nonsense"), Err(Error::Serve { .. })));
}
