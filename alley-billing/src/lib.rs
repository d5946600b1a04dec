#![doc = include_str!("../README.md")]

mod checkout;
mod client;
mod config;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod customer;
mod decision;
mod error;
pub mod form;
mod idempotency;
mod ids;
mod inbox;
mod invoice;
mod portal;
mod price;
mod retry;
mod service;
mod status;
pub mod store;
mod subscription;
mod sync;
pub mod webhook;
mod wire;

pub use checkout::{
    CheckoutOutcome, CheckoutPage, CheckoutReply, CheckoutRequest, CheckoutReturn, CheckoutState,
    PendingCheckout,
};
pub use client::StripeClient;
pub use config::{Config, Mode, SyncMode};
pub use customer::{Customer, CustomerReply};
pub use decision::{
    AccessDecision, AccessPolicy, AccessReason, PausedCollection, Plan, Standing, decide,
};
pub use error::{Error, RemoteError, Result};
pub use idempotency::IdempotencyKey;
pub use ids::{
    CheckoutRef, CustomerRef, EventRef, InvoiceRef, ItemRef, PriceRef, ProductRef, SubscriptionRef,
};
pub use inbox::{InboxEvent, InboxState};
pub use invoice::{InvoiceMeta, InvoiceReply};
pub use portal::{PortalPage, PortalRequest};
pub use price::PriceReply;
pub use retry::RetryRule;
pub use service::{Billing, Stores};
pub use status::SubscriptionStatus;
pub use store::{BillingStore, Change};
pub use subscription::{Item, Subscription, SubscriptionReply};
pub use wire::Malformed;

use alley_core::{Query, Record as _, RecordType};

/// Every record type of this crate, for stores that make tables from them.
pub const RECORDS: &[&RecordType] = &[
    Customer::TYPE,
    Subscription::TYPE,
    InvoiceMeta::TYPE,
    PendingCheckout::TYPE,
    InboxEvent::TYPE,
];

/// Every query of this crate, for stores that make indexes from them.
pub static QUERIES: &[&Query] = store::ALL;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_name_fields_that_exist_and_have_names_of_their_own() {
        for query in QUERIES {
            let fields = query.equals.iter().chain(query.absent).copied();
            let fields = fields.chain(query.order).chain(query.range.map(|range| range.field));
            for field in fields {
                assert!(query.record.field(field).is_some(), "{}: {field}", query.name);
            }
            assert_eq!(QUERIES.iter().filter(|other| other.name == query.name).count(), 1);
            assert!(RECORDS.iter().any(|record| record.name == query.record.name));
        }
    }

    #[test]
    fn fields_that_stay_minimized_can_be_blank() {
        for record in RECORDS {
            for field in record.fields {
                let kept = matches!(
                    field.element.map(alley_core::Element::path),
                    Some("billing.subscription" | "billing.invoice_meta")
                );
                let blankable = field.optional
                    || matches!(field.kind.storage(), alley_core::Storage::Int)
                    || field.kind == alley_core::ValueKind::Text;
                assert!(!kept || blankable, "{}.{}", record.name, field.name);
            }
        }
    }
}
