//! Orders: search and detail.

mod detail;
mod search;
mod shape;

pub use detail::{GetOrders, OrderDetails};
pub use search::{OrderPage, SearchOrders};
pub use shape::{LineItem, OrderStatus, Payment, RecipientAddress, WireOrder};
