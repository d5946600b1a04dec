//! The ports of this crate. Whatever implements the storage kernel of alley-core implements them.

mod erasure;
mod hold;
mod request;

pub use erasure::{Change, ErasureStore, StepStore};
pub use hold::{HoldChange, HoldStore};
pub use request::{RequestChange, RequestStore};

use std::sync::Arc;

use alley_core::{Query, RecordStore, RecordType};

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
    &erasure::PLANS_DUE,
    &erasure::PLANS_BY_TRIGGER,
    &erasure::STEPS_IN_PASS,
    &erasure::STEPS_IN_STATE,
    &erasure::STEPS_WITH_OUTCOME,
    &erasure::STEPS_UNTIL,
    &erasure::STEPS_OF_ROW,
    &erasure::STEPS_OF_HOLD,
    &erasure::LEGS_OF_PLAN,
    &erasure::CERTIFICATES_OF_PLAN,
    &erasure::TOMBSTONES_OF_PLAN,
    &hold::HOLDS_IN_STATE,
    &hold::ITEMS_IN_STATE,
    &hold::ITEMS_OF_ROW,
    &request::REQUESTS_IN_STATE,
];
