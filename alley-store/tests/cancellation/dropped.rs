//! A future that is dropped before it is done.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use alley_core::{OsRandom, SecureRandom as _};

/// When somebody stops waiting.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patience {
    /// After the future was asked so often.
    Polls(u64),
    Span(Duration),
}

impl Patience {
    /// Up to 30 polls, or up to 3 ms.
    pub(crate) fn by_chance() -> Self {
        match chance(2) {
            0 => Self::Polls(chance(30)),
            _ => Self::Span(Duration::from_micros(chance(3_000))),
        }
    }
}

/// What a future answers, unless it is dropped before.
pub(crate) async fn until<F: Future>(patience: Patience, future: F) -> Option<F::Output> {
    match patience {
        Patience::Span(span) => tokio::time::timeout(span, future).await.ok(),
        Patience::Polls(mut left) => {
            let mut future = pin!(future);
            std::future::poll_fn(|context| {
                if left == 0 {
                    return Poll::Ready(None);
                }
                left -= 1;
                match future.as_mut().poll(context) {
                    Poll::Ready(output) => Poll::Ready(Some(output)),
                    Poll::Pending if left == 0 => Poll::Ready(None),
                    Poll::Pending => Poll::Pending,
                }
            })
            .await
        }
    }
}

/// A number below `most`.
pub(crate) fn chance(most: u64) -> u64 {
    let mut bytes = [0; 8];
    OsRandom::new().fill(&mut bytes).unwrap();
    u64::from_be_bytes(bytes) % most
}
