//! The suites for stores that implement the ports of this crate: one function a promise, a `suite`
//! that checks all of them, and a macro that turns them into tests:
//! [`erasure_conformance!`](crate::erasure_conformance),
//! [`hold_conformance!`](crate::hold_conformance) and
//! [`request_conformance!`](crate::request_conformance).

#[doc(hidden)]
pub use alley_core as core;

pub mod erasure;
pub mod holds;
pub mod requests;

fn id_of(number: u8, family: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(family + u128::from(number))
}
