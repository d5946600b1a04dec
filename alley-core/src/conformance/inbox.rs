//! The promises of every port that keeps received events, checked through any of them.

use async_trait::async_trait;

use super::{CALLERS, Harness, Violation, ensure, kept, together};
use crate::env::Env;
use crate::error::StoreError;
use crate::inbox::{Payload, Received};
use crate::value::Digest32;

/// How a suite receives events through one port, on a fresh store. Numbers are 0 to 99; different
/// numbers are events with different ids.
#[async_trait]
pub trait InboxFixture: Send + Sync {
    /// Receives an event, as the door of the crate does.
    async fn receive(&self, number: u8, payload: &Payload) -> Result<Received, StoreError>;

    /// The hash that is kept with the event; none if the event is not kept.
    async fn kept(&self, number: u8) -> Result<Option<Digest32>, StoreError>;

    /// Clock, randomness and keys of the suite.
    fn env(&self) -> &Env;
}

/// An event is kept the first time; what comes again is a duplicate, and with another content
/// altered, which changes nothing.
///
/// # Errors
/// When an event is taken for another of the three, or the kept one changes.
pub async fn events_are_told_apart<F: InboxFixture>(fixture: &F) -> Result<(), Violation> {
    const PROMISE: &str = "first, repeated and altered events are told apart";
    let payload = |text: &[u8]| Payload::new(&fixture.env().keyring, &[text]);
    let (one, other) = (payload(b"one"), payload(b"other"));
    for (number, payload, expected) in [
        (1, &one, Received::First),
        (1, &one, Received::Duplicate),
        (1, &other, Received::Altered),
        (1, &one, Received::Duplicate),
        (2, &other, Received::First),
    ] {
        let found = kept(PROMISE, fixture.receive(number, payload).await)?;
        ensure(PROMISE, found == expected, format!("{found:?} instead of {expected:?}"))?;
    }
    for (number, payload) in [(1, &one), (2, &other)] {
        let found = kept(PROMISE, fixture.kept(number).await)?;
        ensure(PROMISE, found == payload.hash(), "the kept event is another")?;
    }
    Ok(())
}

/// Of 64 deliveries of one event at once one is the first. In as many rounds as the harness says.
///
/// # Errors
/// When two are, or none.
pub fn one_of_many_deliveries_is_first<H: Harness, F: InboxFixture>(
    harness: &H,
    fixture: &F,
) -> Result<(), Violation> {
    const PROMISE: &str = "of many deliveries of one event one is the first";
    let payload = Payload::new(&fixture.env().keyring, &[b"one"]);
    for round in 0..harness.rounds() {
        let number = u8::try_from(round % 100).unwrap_or_default();
        let answers = together(CALLERS, |_| {
            kept(PROMISE, harness.block_on(fixture.receive(number, &payload)))
        });
        let answers: Vec<Received> = answers.into_iter().collect::<Result<_, _>>()?;
        let count = |kind| answers.iter().filter(|answer| **answer == kind).count();
        let (first, again) = (count(Received::First), count(Received::Duplicate));
        let found = format!("{first} were the first, {again} duplicates");
        ensure(PROMISE, first == 1 && first + again == CALLERS, found)?;
    }
    Ok(())
}
