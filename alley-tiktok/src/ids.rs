//! Identifiers: one of our own, and those that TikTok Shop gives.

use alley_core::{own_id, remote_id};

own_id! {
    /// Identifies one authorization of one seller for one tenant.
    IntegrationId, IntegrationKind, "int"
}
remote_id! {
    /// An order.
    OrderId, 64
}
remote_id! {
    /// A product.
    ProductId, 64
}
remote_id! {
    /// A statement.
    StatementId, 64
}
