//! Authorization: which shops a token covers.

mod shops;

pub use shops::{AuthorizedShop, AuthorizedShops, ListAuthorizedShops};
