#![doc = include_str!("../README.md")]

mod app;
mod connect;
mod envelope;
mod error;
mod exchange;
mod ids;
mod inbox;
mod integration;
mod money;
mod operation;
mod service;
mod shop;
mod sign;
mod store;
mod stored;
mod sync;
mod text;
mod token;
mod webhook;
mod wire;

#[cfg(feature = "affiliate")]
pub mod affiliate;
#[cfg(feature = "analytics")]
pub mod analytics;
#[cfg(feature = "authorization")]
pub mod authorization;
#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "finance")]
pub mod finance;
#[cfg(feature = "order")]
pub mod order;
#[cfg(feature = "product")]
pub mod product;
#[cfg(feature = "seller")]
pub mod seller;

pub use app::{AppCredentials, Config, EndpointError, Endpoints};
pub use connect::{
    AuthorizationRequest, Callback, ConnectOutcome, Connection, PendingAuthorization, PendingKind,
};
pub use envelope::{Answer, Refusal, RefusalClass};
pub use error::{Error, Result};
pub use ids::{IntegrationId, IntegrationKind, OrderId, ProductId, StatementId};
pub use inbox::{InboxEvent, InboxState};
pub use integration::{DisconnectReason, Integration, IntegrationState, ReconnectReason};
pub use money::{Amount, AmountError, minor_units};
pub use operation::{Cipher, Operation, Parameters, RawCall, sends_to_person};
pub use service::{Disconnected, ShopClient, Sync, Tiktok};
pub use shop::Shop;
pub use sign::{RepeatedParameter, RequestSigner};
pub use store::{
    QUERIES, RECORDS, ShopChange, ShopDataStore, ShopReads, Stores, SyncedReads, TokenChange,
    TokenStore,
};
pub use stored::{AnalyticsSnapshot, Buyer, Creator, FinanceRecord, Order, Product};
pub use sync::{Progress, SyncCursor, SyncKind};
pub use token::Token;
pub use webhook::{WebhookData, WebhookEvent, WebhookVerifier};
pub use wire::Text;
