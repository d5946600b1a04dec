use http::Method;
use serde_json::Value;

use super::envelope::Refusal;
use super::gate::Call;
use super::state::ShopState;
use super::{TikTokShop, analytics, authorize, creator, finance, order, product, subscription};

/// One operation that the double plays, with what its row of the catalog demands.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) takes_cipher: bool,
    pub(crate) scope: Option<&'static str>,
    pub(crate) operation: Operation,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation {
    Shops,
    OrderSearch,
    OrderDetail,
    ProductSearch,
    Statements,
    ShopPerformance,
    CreatorSearch,
    OutreachQuota,
    WebhookList,
    WebhookSet,
    WebhookRemove,
}

impl Operation {
    pub(crate) fn run(
        self,
        shop: &TikTokShop,
        state: &mut ShopState,
        call: &Call,
    ) -> Result<Value, Refusal> {
        match self {
            Self::Shops => Ok(authorize::shops(&shop.options)),
            Self::OrderSearch => order::search(&shop.book, state, call),
            Self::OrderDetail => order::detail(&shop.book, state, call),
            Self::ProductSearch => product::search(&shop.options, call),
            Self::Statements => finance::statements(&shop.options, call),
            Self::ShopPerformance => analytics::shop_performance(&shop.options, call),
            Self::CreatorSearch => creator::search(&shop.options, call),
            Self::OutreachQuota => Ok(creator::quota(&shop.options, state, call)),
            Self::WebhookList => Ok(subscription::list(state)),
            Self::WebhookSet => subscription::set(state, call),
            Self::WebhookRemove => subscription::remove(state, call),
        }
    }
}

pub(crate) fn find(method: &Method, path: &str) -> Result<&'static Endpoint, Refusal> {
    let mut at_path = ENDPOINTS.iter().filter(|endpoint| endpoint.path == path).peekable();
    if at_path.peek().is_none() {
        return Err(Refusal::PATH);
    }
    at_path.find(|endpoint| endpoint.method == *method).ok_or(Refusal::METHOD)
}

/// Whether the operation would write to a creator or buyer, in any version of its path.
pub(crate) fn sends_to_a_person(method: &Method, path: &str) -> bool {
    let family = ["/affiliate_", "/customer_service/", "/customer_engagement/"]
        .iter()
        .any(|prefix| path.starts_with(prefix));
    let last = path.rsplit('/').next().unwrap_or_default();
    method == Method::POST
        && family
        && matches!(last, "messages" | "conversations" | "target_collaborations")
}

const fn endpoint(
    method: Method,
    path: &'static str,
    takes_cipher: bool,
    scope: Option<&'static str>,
    operation: Operation,
) -> Endpoint {
    Endpoint { method, path, takes_cipher, scope, operation }
}

static ENDPOINTS: [Endpoint; 11] = [
    endpoint(
        Method::GET,
        "/authorization/202309/shops",
        false,
        Some("seller.authorization.info"),
        Operation::Shops,
    ),
    endpoint(
        Method::POST,
        "/order/202309/orders/search",
        true,
        Some("seller.order.info"),
        Operation::OrderSearch,
    ),
    endpoint(
        Method::GET,
        "/order/202507/orders",
        true,
        Some("seller.order.info"),
        Operation::OrderDetail,
    ),
    endpoint(
        Method::POST,
        "/product/202502/products/search",
        true,
        Some("seller.product.basic"),
        Operation::ProductSearch,
    ),
    endpoint(
        Method::GET,
        "/finance/202309/statements",
        true,
        Some("seller.finance.info"),
        Operation::Statements,
    ),
    endpoint(
        Method::GET,
        "/analytics/202609/shop/performance",
        true,
        Some("data.shop_analytics.public.read"),
        Operation::ShopPerformance,
    ),
    endpoint(
        Method::POST,
        "/affiliate_seller/202608/marketplace_creators/search",
        true,
        Some("seller.creator_marketplace.read"),
        Operation::CreatorSearch,
    ),
    endpoint(
        Method::GET,
        "/affiliate_seller/202607/creator_outreach/quota",
        true,
        None,
        Operation::OutreachQuota,
    ),
    endpoint(
        Method::GET,
        "/event/202309/webhooks",
        true,
        Some("seller.authorization.info"),
        Operation::WebhookList,
    ),
    endpoint(
        Method::PUT,
        "/event/202309/webhooks",
        true,
        Some("seller.authorization.info"),
        Operation::WebhookSet,
    ),
    endpoint(
        Method::DELETE,
        "/event/202309/webhooks",
        true,
        Some("seller.authorization.info"),
        Operation::WebhookRemove,
    ),
];

#[cfg(test)]
mod tests {
    use http::Method;

    use super::sends_to_a_person;

    #[test]
    fn writes_to_people_are_told_from_reads() {
        for path in [
            "/affiliate_seller/202508/conversations",
            "/affiliate_seller/202412/conversations/7/messages",
            "/affiliate_seller/202508/target_collaborations",
            "/customer_service/202606/conversations/7/messages",
            "/customer_engagement/202412/messages",
        ] {
            assert!(sends_to_a_person(&Method::POST, path), "{path}");
            assert!(!sends_to_a_person(&Method::GET, path), "{path}");
        }
        for path in [
            "/affiliate_seller/202508/target_collaborations/search",
            "/affiliate_seller/202605/target_collaborations/conflicts/check",
            "/affiliate_seller/202608/marketplace_creators/search",
        ] {
            assert!(!sends_to_a_person(&Method::POST, path), "{path}");
        }
    }
}
