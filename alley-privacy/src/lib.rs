#![doc = include_str!("../README.md")]

#[cfg(feature = "conformance")]
pub mod conformance;
pub mod data_map;
mod directory;
pub mod erasure;
mod error;
pub mod export;
pub mod hold;
mod jobs;
mod privacy;
pub mod request;
pub mod retention;
pub mod ropa;
pub mod store;

pub use data_map::{DataMap, Profile};
pub use erasure::{
    Certificate, CertificateCheck, Erasure, ErasurePlan, PlanState, Progress, Root,
    verify_certificate,
};
pub use error::{Error, Result};
pub use export::{Export, ExportOf};
pub use hold::{HoldPlacement, HoldReason, Holds};
pub use privacy::{Config, Privacy};
pub use store::{QUERIES, RECORDS, Stores};
