use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::clock::ManualClock;
use crate::random::SeededRandom;

/// Gives the prepared answers, one for each request, and keeps the requests' paths.
#[derive(Debug, Default)]
struct Scripted {
    answers: Mutex<VecDeque<Answer>>,
    paths: Mutex<Vec<String>>,
}

#[async_trait]
impl HttpTransport for Scripted {
    async fn send(
        &self,
        request: Request<Bytes>,
        _: &RequestLimits,
    ) -> Result<Response<Bytes>, TransportError> {
        self.paths.lock().unwrap().push(request.uri().path().to_owned());
        let answer = self.answers.lock().unwrap().pop_front().expect("one more answer");
        answer.map_err(TransportError::new)
    }
}

type Answer = Result<Response<Bytes>, TransportErrorKind>;

#[expect(clippy::unnecessary_wraps, reason = "stands in lists beside failures")]
fn reply(status: u16, after: Option<&str>) -> Answer {
    let mut builder = Response::builder().status(status);
    if let Some(after) = after {
        builder = builder.header(RETRY_AFTER, after);
    }
    Ok(builder.body(Bytes::new()).unwrap())
}

/// The final status or failure, the paths that were asked for, and the milliseconds waited.
fn run(
    answers: Vec<Answer>,
    idempotency: Idempotency,
) -> (Result<u16, TransportErrorKind>, Vec<String>, i64) {
    let transport = Scripted { answers: Mutex::new(answers.into()), ..Scripted::default() };
    let clock = ManualClock::new(DateTime::UNIX_EPOCH);
    let retrying = Retrying {
        transport: &transport,
        clock: &clock,
        timer: &clock,
        random: &SeededRandom::new(1),
        policy: RetryPolicy::default(),
    };
    let outcome = pollster::block_on(retrying.send(
        &RequestLimits::default(),
        idempotency,
        |attempt| -> Result<_, TransportError> {
            let uri = format!("https://example.test/{attempt}");
            Ok(Request::get(uri).body(Bytes::new()).unwrap())
        },
    ));
    let outcome = outcome.map(|reply| reply.status().as_u16()).map_err(|error| error.kind());
    let paths = transport.paths.into_inner().unwrap();
    (outcome, paths, clock.now().timestamp_millis())
}

#[test]
fn each_attempt_is_made_anew_until_one_succeeds() {
    let (outcome, paths, waited) = run(
        vec![Err(TransportErrorKind::Connect), reply(503, None), reply(200, None)],
        Idempotency::Idempotent,
    );
    assert_eq!(outcome, Ok(200));
    assert_eq!(paths, ["/1", "/2", "/3"]);
    assert!((750..=1_500).contains(&waited), "{waited}");
}

#[test]
fn the_last_outcome_stands_when_attempts_are_used_up() {
    let busy = || reply(503, None);
    let (outcome, paths, _) = run(vec![busy(), busy(), busy()], Idempotency::Idempotent);
    assert_eq!((outcome, paths.len()), (Ok(503), 3));
    let lost = || Err(TransportErrorKind::Timeout);
    let (outcome, paths, _) = run(vec![lost(), lost(), lost()], Idempotency::Idempotent);
    assert_eq!((outcome, paths.len()), (Err(TransportErrorKind::Timeout), 3));
}

#[test]
fn what_may_have_been_done_is_not_sent_twice() {
    for unclear in [
        reply(500, None),
        reply(503, Some("1")),
        Err(TransportErrorKind::Timeout),
        Err(TransportErrorKind::Interrupted),
        Err(TransportErrorKind::BodyTooLarge),
    ] {
        assert_eq!(run(vec![unclear], Idempotency::Once).1.len(), 1);
    }
    let refused = vec![Err(TransportErrorKind::Connect), reply(429, None), reply(200, None)];
    assert_eq!(run(refused, Idempotency::Once).0, Ok(200));
}

#[test]
fn replies_that_will_not_change_are_final() {
    for status in [200, 204, 301, 400, 401, 403, 404, 409, 501] {
        assert_eq!(run(vec![reply(status, None)], Idempotency::Idempotent).1.len(), 1);
    }
    let refused = run(vec![Err(TransportErrorKind::Refused)], Idempotency::Idempotent);
    assert_eq!(refused.1.len(), 1);
}

#[test]
fn the_server_is_not_asked_earlier_than_it_says_and_not_at_all_if_that_is_too_late() {
    let (outcome, _, waited) =
        run(vec![reply(429, Some("7")), reply(200, None)], Idempotency::Once);
    assert_eq!((outcome, waited), (Ok(200), 7_000));
    let (outcome, paths, _) = run(vec![reply(429, Some("31"))], Idempotency::Once);
    assert_eq!((outcome, paths.len()), (Ok(429), 1));
}

#[test]
fn retry_after_is_read_in_both_forms() {
    let now = DateTime::from_timestamp(1_445_412_480, 0).unwrap();
    let read = |text: &str| {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
        retry_after(&headers, now)
    };
    assert_eq!(read("120"), Some(Duration::from_mins(2)));
    assert_eq!(read("Wed, 21 Oct 2015 07:28:30 GMT"), Some(Duration::from_secs(30)));
    assert_eq!(read("Wed, 21 Oct 2015 07:20:00 GMT"), Some(Duration::ZERO));
    assert_eq!(read("99999999999999999999999"), Some(Duration::from_secs(u64::MAX)));
    for wrong in ["", "-1", "1.5", "soon"] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
    assert_eq!(retry_after(&HeaderMap::new(), now), None);
}

proptest! {
    #[test]
    fn waits_stay_between_half_and_whole_of_the_doubled_span(
        attempt in 1_u32..100,
        jitter in proptest::num::u8::ANY,
    ) {
        let policy = RetryPolicy::new(u32::MAX, Duration::from_secs(1), Duration::from_secs(20));
        let outcome = RetryOutcome::Failed(TransportErrorKind::Connect);
        let decision = policy.decide(attempt, outcome, Idempotency::Once, None, jitter);
        let RetryDecision::Retry(wait) = decision else { panic!("attempts are left") };
        let whole = Duration::from_secs(1 << (attempt - 1).min(10)).min(policy.max);
        prop_assert!(whole / 2 <= wait && wait <= whole);
    }
}

#[test]
fn the_longest_wait_is_reached_with_the_greatest_jitter_only() {
    let policy = RetryPolicy::new(9, Duration::from_secs(4), Duration::from_mins(1));
    let decide = |jitter| {
        let outcome = RetryOutcome::Status(StatusCode::TOO_MANY_REQUESTS);
        policy.decide(2, outcome, Idempotency::Once, None, jitter)
    };
    assert_eq!(decide(0), RetryDecision::Retry(Duration::from_secs(4)));
    assert_eq!(decide(255), RetryDecision::Retry(Duration::from_secs(8)));
    let far = TimeDelta::MAX.to_std().unwrap();
    let asked = policy.decide(
        1,
        RetryOutcome::Status(StatusCode::TOO_MANY_REQUESTS),
        Idempotency::Once,
        Some(far),
        0,
    );
    assert_eq!(asked, RetryDecision::Stop);
}
