//! Products.

use super::super::ShopClient;
use super::page::{Fetched, instant, owned};
use crate::error::Result;
use crate::ids::ProductId;
use crate::money::minor_units;
use crate::product::{SearchProducts, WireProduct};
use crate::stored::Product;
use crate::sync::SyncCursor;

pub(super) async fn page(client: &ShopClient, cursor: &SyncCursor) -> Result<Fetched> {
    let mut search = SearchProducts::new(100);
    search.page_token = cursor.page_token.clone();
    search.update_time_ge = cursor.since.map(|since| since.timestamp());
    let page = client.call(&search).await?.data;
    let products: Vec<Product> =
        page.products.iter().filter_map(|wire| product(wire, cursor)).collect();
    let newest = products.iter().map(|product| product.updated_at).max();
    let fetched = Fetched::of(page.products.len(), products).next(page.next_page_token.as_ref());
    Ok(fetched.seen(page.total_count, newest))
}

fn product(wire: &WireProduct, cursor: &SyncCursor) -> Option<Product> {
    let created_at = instant(wire.create_time.or(wire.update_time))?;
    let prices = || {
        wire.skus.iter().filter_map(|sku| {
            let price = sku.price.as_ref()?;
            let (amount, currency) = (price.sale_price.as_ref()?, price.currency.as_ref()?);
            minor_units(amount.as_str(), currency.as_str()).ok()
        })
    };
    let currency = wire.skus.iter().find_map(|sku| owned(sku.price.as_ref()?.currency.as_ref()));
    Some(Product {
        product_id: ProductId::new(wire.id.as_ref()?.as_str()).ok()?,
        tenant_id: cursor.tenant_id,
        shop_id: cursor.shop_id.clone(),
        title: owned(wire.title.as_ref()),
        status: wire.status.as_ref().map(|status| status.as_str().to_owned()),
        sku_count: u32::try_from(wire.skus.len()).unwrap_or(u32::MAX),
        currency,
        price_from_minor: prices().min(),
        price_to_minor: prices().max(),
        created_at,
        updated_at: instant(wire.update_time).unwrap_or(created_at),
    })
}
