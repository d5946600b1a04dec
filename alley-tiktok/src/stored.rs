//! What is kept of a shop: flat records, one file each, and how the wire's shapes become them.

mod creator;
mod finance_record;
mod order;
mod product;
mod snapshot;

pub use creator::Creator;
pub use finance_record::FinanceRecord;
pub use order::{Buyer, Order};
pub use product::Product;
pub use snapshot::AnalyticsSnapshot;

/// `Debug` that shows the type and nothing of a person.
macro_rules! shy_debug {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}
use shy_debug;
