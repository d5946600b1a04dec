//! Waiting on tokio's clock.

use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Timer;

/// Waits on tokio's timer; needs a tokio runtime with time enabled.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TokioTimer;

impl TokioTimer {
    /// Waits on the runtime that polls the wait.
    pub const fn new() -> Self {
        Self
    }
}

#[async_trait]
impl Timer for TokioTimer {
    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wait_takes_at_least_its_span() {
        let begin = std::time::Instant::now();
        TokioTimer::new().sleep(Duration::from_millis(20)).await;
        assert!(begin.elapsed() >= Duration::from_millis(20));
    }
}
