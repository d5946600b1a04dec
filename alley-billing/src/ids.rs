//! Identifiers that Stripe gives; kept as they come.

use alley_core::remote_id;

remote_id! {
    /// A customer at Stripe, `cus_…`.
    CustomerRef, 255
}
remote_id! {
    /// A subscription at Stripe, `sub_…`.
    SubscriptionRef, 255
}
remote_id! {
    /// One line of a subscription, `si_…`.
    ItemRef, 255
}
remote_id! {
    /// An invoice at Stripe, `in_…`.
    InvoiceRef, 255
}
remote_id! {
    /// A price at Stripe, `price_…`.
    PriceRef, 255
}
remote_id! {
    /// A product at Stripe, `prod_…`.
    ProductRef, 255
}
remote_id! {
    /// A checkout session at Stripe, `cs_…`.
    CheckoutRef, 255
}
remote_id! {
    /// An event at Stripe, `evt_…`.
    EventRef, 255
}
