//! The ports of this crate. Whatever implements the storage kernel of alley-core implements them.

use std::sync::Arc;

use alley_core::{Query, RecordStore, RecordType};

use crate::erasure::ErasureStore;
use crate::erasure::store as plans;
use crate::hold::HoldStore;
use crate::hold::store as holds;
use crate::request::RequestStore;
use crate::request::store as requests;

/// The ports that the door needs, each replaceable by a host.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stores {
    /// Plans, steps, tombstones and certificates.
    pub erasure: Arc<dyn ErasureStore>,
    /// Legal holds.
    pub holds: Arc<dyn HoldStore>,
    /// Requests of data subjects.
    pub requests: Arc<dyn RequestStore>,
}

impl Stores {
    /// All ports over one storage kernel.
    pub fn of<S: RecordStore>(store: &Arc<S>) -> Self {
        Self {
            erasure: Arc::clone(store) as Arc<dyn ErasureStore>,
            holds: Arc::clone(store) as Arc<dyn HoldStore>,
            requests: Arc::clone(store) as Arc<dyn RequestStore>,
        }
    }
}

impl<S: RecordStore> From<Arc<S>> for Stores {
    fn from(store: Arc<S>) -> Self {
        Self::of(&store)
    }
}

/// The record types of this crate.
pub const RECORDS: &[&RecordType] = &[
    <crate::erasure::ErasurePlan as alley_core::Record>::TYPE,
    <crate::erasure::ErasureStepRow as alley_core::Record>::TYPE,
    <crate::erasure::ErasureLeg as alley_core::Record>::TYPE,
    <crate::erasure::Tombstone as alley_core::Record>::TYPE,
    <crate::erasure::StoredCertificate as alley_core::Record>::TYPE,
    <crate::hold::LegalHold as alley_core::Record>::TYPE,
    <crate::hold::HoldItem as alley_core::Record>::TYPE,
    <crate::request::PrivacyRequest as alley_core::Record>::TYPE,
];

/// The queries of this crate.
pub static QUERIES: &[&Query] = &[
    &plans::PLANS_DUE,
    &plans::PLANS_BY_TRIGGER,
    &plans::STEPS_IN_PASS,
    &plans::STEPS_IN_STATE,
    &plans::STEPS_WITH_OUTCOME,
    &plans::STEPS_UNTIL,
    &plans::STEPS_OF_ROW,
    &plans::STEPS_OF_HOLD,
    &plans::LEGS_OF_PLAN,
    &plans::CERTIFICATES_OF_PLAN,
    &plans::TOMBSTONES_OF_PLAN,
    &holds::HOLDS_IN_STATE,
    &holds::ITEMS_IN_STATE,
    &holds::ITEMS_OF_ROW,
    &requests::REQUESTS_IN_STATE,
];
