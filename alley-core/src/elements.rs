//! The data elements of the built-in data map, as constants.

use crate::record::Element;

macro_rules! elements {
    ($($name:ident = $path:literal, $doc:literal;)+) => {
        $(#[doc = $doc] pub const $name: Element = Element::new($path);)+
        /// Every element of the built-in data map.
        pub const ALL: &[Element] = &[$($name),+];
    };
}

elements! {
    ACCOUNT_IDENTITY = "account.identity", "Name, membership and links to identity providers.";
    ACCOUNT_EMAIL = "account.email", "E-mail address and its keyed look-up hash.";
    ACCOUNT_CUSTOMER_ID = "account.customer_id", "The number a customer can say on the phone.";
    ACCOUNT_PASSWORD_HASH = "account.password_hash", "Argon2id hash of a password.";
    ACCOUNT_TWO_FACTOR = "account.two_factor", "TOTP secret, recovery codes, last accepted step.";
    ACCOUNT_SESSION = "account.session", "Session and one-time token hashes, times, device.";
    BILLING_STRIPE_CUSTOMER_ID = "billing.stripe_customer_id", "The customer's id at Stripe.";
    BILLING_SUBSCRIPTION = "billing.subscription", "Subscriptions and their periods.";
    BILLING_STATUS = "billing.status", "Whether and why a tenant has access.";
    BILLING_INVOICE_META = "billing.invoice_meta", "Numbers, amounts and states of invoices.";
    CONNECTED_TOKEN = "connected.token", "Access and refresh tokens of a platform.";
    CONNECTED_SCOPES = "connected.scopes", "What a shop allowed.";
    CONNECTED_SHOP = "connected.shop", "Name, region and ids of a shop.";
    CONNECTED_CREATOR = "connected.creator", "What the platform says of a creator.";
    CONNECTED_PRODUCT = "connected.product", "Products of a shop.";
    CONNECTED_ORDER = "connected.order", "Orders, with data of their buyers.";
    CONNECTED_ANALYTICS = "connected.analytics", "Performance figures of a shop.";
    CONNECTED_FINANCE = "connected.finance", "Statements and payouts of a shop.";
    CONTENT_TEMPLATE = "content.template", "Texts that drafts are made from.";
    CONTENT_DRAFT = "content.draft", "Queued outreach drafts and whom they are for.";
    CONTENT_SUPPORT_MESSAGE = "content.support_message", "Support tickets and messages.";
    CONTENT_ABUSE_REPORT = "content.abuse_report", "Reports of abuse.";
    CONTENT_SCRIPT_INPUT = "content.script_input", "What a script was asked for.";
    CONTENT_SCRIPT_OUTPUT = "content.script_output", "What a script generator answered.";
    OPERATIONAL_REVIEW_STATE = "operational.review_state", "Who reviewed what, with which verdict.";
    OPERATIONAL_PACING = "operational.pacing", "Budgets spent and leases held.";
    OPERATIONAL_DELIVERY_RECORD = "operational.delivery_record", "Manual deliveries that a seller confirmed.";
    GOVERNANCE_AUDIT_EVENT = "governance.audit_event", "Who did what, pseudonymous.";
    GOVERNANCE_PRIVACY_REQUEST = "governance.privacy_request", "Requests of data subjects and their handling.";
    GOVERNANCE_RATE_COUNTER = "governance.rate_counter", "Keyed hashes and instants of rate limits.";
}
