//! A store that is away for a while, just when a refreshed pair is to be stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use alley_core::conformance::Hook;
use alley_core::{Commit, RecordWrite, StoreError, StoreErrorKind};
use alley_sandbox::tiktok::TikTokShop;
use async_trait::async_trait;

#[derive(Debug)]
pub(crate) struct Flaky {
    pub(crate) double: Arc<TikTokShop>,
    /// How many commits after the platform's first refresh are still refused.
    pub(crate) refusals: AtomicU32,
    pub(crate) refused: AtomicU32,
}

#[async_trait]
impl Hook for Flaky {
    async fn before_commit(&self, _: &mut Commit<RecordWrite>) -> Result<(), StoreError> {
        let away = self.double.refreshes() > 0
            && self
                .refusals
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                .is_ok();
        if away {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return Err(StoreError::new(StoreErrorKind::Unavailable));
        }
        Ok(())
    }
}
