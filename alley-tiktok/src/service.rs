//! The verbs: what needs clock, store and transport. Everything here decides by the pure functions
//! of the nouns' own files.

mod client;
#[cfg(feature = "authorization")]
mod connect;
mod disconnect;
mod inbox;
mod receive;
mod sync;
mod tiktok;
mod tokens;

pub use client::ShopClient;
pub use disconnect::Disconnected;
pub use sync::Sync;
pub use tiktok::Tiktok;

pub(crate) use inbox::{Inbox, Prune};
pub(crate) use tiktok::Inner;
pub(crate) use tokens::Tokens;
