//! Erasure: planned, shown, confirmed, carried out in batches, checked and certified.
//!
//! Everything that is erased follows from the declarations of the record types and the data map;
//! there is no code for single records. The doomed set lives in a table, so that memory stays flat
//! and a crash anywhere is only a delay: every effect can be repeated, and what is done is logged
//! after it happened.

mod certificate;
mod confirm;
mod decide;
mod discover;
mod engine;
pub mod model;
mod plan;
mod preview;
mod purge;
mod service;
pub(crate) mod store;
mod verify;

pub use certificate::{Certificate, CertificateCheck, Kept, Leg, verify_certificate};
pub use confirm::{ConfirmToken, Confirmation};
pub use engine::Progress;
pub use model::Outcome;
pub use plan::{
    CertificateId, CertificateKind, ErasureLeg, ErasurePlan, ErasureStepRow, PlanState, Root,
    StepState, StoredCertificate, Tombstone, Trigger,
};
pub use preview::{Preview, PreviewLine};
pub use service::Erasure;
pub use store::{Change, ErasureStore, StepStore};

pub(crate) use certificate::{hex, instant as certificate_instant};
pub(crate) use decide::is_about;
pub(crate) use engine::Engine;
pub(crate) use service::Cause;
