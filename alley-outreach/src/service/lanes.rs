//! One at a time for each tenant, within this process. Many callers that meet on one guard would
//! otherwise refuse each other's commits over and over; the guard alone is what keeps them right.

use std::collections::HashMap;
use std::sync::{Arc, Mutex as Lock, PoisonError, Weak};

use alley_core::TenantId;
use async_lock::{Mutex, MutexGuardArc};

#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: Lock<HashMap<TenantId, Weak<Mutex<()>>>>,
}

impl Lanes {
    /// Waits for the tenant's turn; it ends when the guard is dropped.
    pub(super) async fn enter(&self, tenant: TenantId) -> MutexGuardArc<()> {
        self.lane(tenant).lock_arc().await
    }

    fn lane(&self, tenant: TenantId) -> Arc<Mutex<()>> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(&tenant).and_then(Weak::upgrade) {
            return lane;
        }
        lanes.retain(|_, lane| lane.strong_count() > 0);
        let lane = Arc::new(Mutex::new(()));
        lanes.insert(tenant, Arc::downgrade(&lane));
        lane
    }
}
