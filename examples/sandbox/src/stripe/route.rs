use http::Method;

use super::problem::Problem;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Operation {
    CustomerCreate,
    CustomerList,
    CustomerGet,
    CustomerUpdate,
    CustomerDelete,
    CheckoutCreate,
    CheckoutGet,
    CheckoutExpire,
    PortalCreate,
    SubscriptionList,
    SubscriptionGet,
    SubscriptionUpdate,
    SubscriptionCancel,
    InvoiceList,
    InvoiceGet,
    PriceList,
    PriceGet,
    EventList,
    EventGet,
    ThinEventGet,
    EndpointCreate,
}

/// A matched route: the operation, its name in the parameter table, and the id in the path.
#[derive(Debug)]
pub(crate) struct Route<'a> {
    pub(crate) operation: Operation,
    pub(crate) name: &'static str,
    pub(crate) id: &'a str,
}

pub(crate) fn find<'a>(method: &Method, path: &'a str) -> Result<Route<'a>, Problem> {
    ROUTES
        .iter()
        .find_map(|(name, operation)| {
            let template = name.strip_prefix(method.as_str())?.strip_prefix(' ')?;
            let id = fit(template, path)?;
            Some(Route { operation: *operation, name, id })
        })
        .ok_or_else(|| Problem::no_route(method.as_str(), path))
}

/// The part of the path that stands for `{id}`, the empty text where there is none.
fn fit<'a>(template: &str, path: &'a str) -> Option<&'a str> {
    match template.split_once("{id}") {
        None => (template == path).then_some(""),
        Some((before, after)) => path
            .strip_prefix(before)?
            .strip_suffix(after)
            .filter(|id| !id.is_empty() && !id.contains('/')),
    }
}

const ROUTES: [(&str, Operation); 21] = [
    ("POST /v1/customers", Operation::CustomerCreate),
    ("GET /v1/customers", Operation::CustomerList),
    ("GET /v1/customers/{id}", Operation::CustomerGet),
    ("POST /v1/customers/{id}", Operation::CustomerUpdate),
    ("DELETE /v1/customers/{id}", Operation::CustomerDelete),
    ("POST /v1/checkout/sessions", Operation::CheckoutCreate),
    ("GET /v1/checkout/sessions/{id}", Operation::CheckoutGet),
    ("POST /v1/checkout/sessions/{id}/expire", Operation::CheckoutExpire),
    ("POST /v1/billing_portal/sessions", Operation::PortalCreate),
    ("GET /v1/subscriptions", Operation::SubscriptionList),
    ("GET /v1/subscriptions/{id}", Operation::SubscriptionGet),
    ("POST /v1/subscriptions/{id}", Operation::SubscriptionUpdate),
    ("DELETE /v1/subscriptions/{id}", Operation::SubscriptionCancel),
    ("GET /v1/invoices", Operation::InvoiceList),
    ("GET /v1/invoices/{id}", Operation::InvoiceGet),
    ("GET /v1/prices", Operation::PriceList),
    ("GET /v1/prices/{id}", Operation::PriceGet),
    ("GET /v1/events", Operation::EventList),
    ("GET /v1/events/{id}", Operation::EventGet),
    ("GET /v2/core/events/{id}", Operation::ThinEventGet),
    ("POST /v1/webhook_endpoints", Operation::EndpointCreate),
];
