use serde_json::{Value, json};

use super::{OrderBook, Row};
use crate::json::set;
use crate::seed::Seed;
use crate::tiktok::product;

/// The order as the service shows it: most are full, one in fifty has only what the platform always
/// fills, one in forty carries members that no documentation knows.
pub(super) fn order(book: &OrderBook, row: &Row) -> Value {
    let mut seed = Seed::of(book.seed, BODIES, row.index);
    let buyer = Buyer::of(book, &mut seed);
    let mut order = if seed.one_in(50) {
        sparse(book, row, &buyer, &mut seed)
    } else {
        full(book, row, &buyer, &mut seed)
    };
    if seed.one_in(40) {
        set(&mut order, "a_field_of_next_year", json!({ "x": seed.below(10) }));
    }
    order
}

fn sparse(book: &OrderBook, row: &Row, buyer: &Buyer, seed: &mut Seed) -> Value {
    json!({
        "id": row.id,
        "status": row.status,
        "create_time": row.create_time,
        "update_time": row.update_time,
        "user_id": buyer.user_id,
        "payment": { "currency": "USD", "total_amount": seed.money(), "sub_total": seed.money() },
        "line_items": [{
            "id": format!("577{}", seed.digits(15)),
            "product_id": product::id(book.seed, seed.below(u64::from(book.products.max(1)))),
            "sku_id": format!("1729{}", seed.digits(15)),
            "sale_price": seed.money(),
            "currency": "USD",
            "is_gift": false,
        }],
    })
}

fn full(book: &OrderBook, row: &Row, buyer: &Buyer, seed: &mut Seed) -> Value {
    let warehouse = format!("175{}", seed.digits(16));
    let package = format!("1714{}", seed.digits(15));
    let lines: Vec<Value> =
        (0..=seed.below(3)).map(|_| line_item(book, row, &package, seed)).collect();
    let mut order = json!({
        "id": row.id,
        "status": row.status,
        "create_time": row.create_time,
        "update_time": row.update_time,
        "paid_time": row.create_time + 60,
        "user_id": buyer.user_id,
        "buyer_email": buyer.email,
        "buyer_nickname": buyer.nickname,
        "recipient_address": buyer.address(seed),
        "payment": payment(seed),
        "line_items": lines,
        "packages": [{ "id": package }],
        "fulfillment_type": "FULFILLMENT_BY_SELLER",
        "delivery_type": "HOME_DELIVERY",
        "delivery_option_id": format!("1767{}", seed.digits(15)),
        "delivery_option_name": "Standard shipping",
        "shipping_provider": "Example Parcel",
        "shipping_provider_id": format!("1719{}", seed.digits(15)),
        "shipping_type": "TIKTOK",
        "tracking_number": format!("EX{}", seed.digits(12)),
        "warehouse_id": warehouse,
        "payment_method_name": "Credit card",
        "commerce_platform": "TIKTOK_SHOP",
        "order_type": "NORMAL",
        "is_cod": false,
        "is_sample_order": seed.one_in(20),
        "is_on_hold_order": false,
        "is_replacement_order": false,
        "is_buyer_request_cancel": false,
        "has_updated_recipient_address": false,
        "rts_sla_time": row.create_time + 172_800,
        "tts_sla_time": row.create_time + 259_200,
        "cancel_order_sla_time": row.create_time + 432_000,
        "shipping_due_time": row.create_time + 172_800,
        "collection_due_time": row.create_time + 259_200,
        "delivery_sla_time": row.create_time + 864_000,
        "delivery_due_time": row.create_time + 864_000,
    });
    if seed.one_in(4) {
        let words = seed.words(6);
        set(&mut order, "buyer_message", format!("please say \"{words}\"\nand thank you"));
    }
    order
}

fn line_item(book: &OrderBook, row: &Row, package: &str, seed: &mut Seed) -> Value {
    let product = seed.below(u64::from(book.products.max(1)));
    json!({
        "id": format!("577{}", seed.digits(15)),
        "product_id": product::id(book.seed, product),
        "product_name": product::title(book.seed, product),
        "sku_id": product::sku_id(book.seed, product, 0),
        "sku_name": seed.words(2),
        "sku_image": format!("https://cdn.example.com/sku_image/{}.webp", seed.digits(24)),
        "sku_type": "NORMAL",
        "seller_sku": format!("SKU-{}", seed.digits(6)),
        "display_status": row.status,
        "package_id": package,
        "package_status": "TO_FULFILL",
        "currency": "USD",
        "sale_price": seed.money(),
        "original_price": seed.money(),
        "platform_discount": seed.money(),
        "seller_discount": "0.00",
        "is_gift": false,
        "is_dangerous_good": false,
        "item_tax": [{ "tax_type": "SALES_TAX", "tax_amount": seed.money(), "tax_rate": "0.0825" }],
    })
}

fn payment(seed: &mut Seed) -> Value {
    json!({
        "currency": "USD",
        "total_amount": seed.money(),
        "sub_total": seed.money(),
        "original_total_product_price": seed.money(),
        "original_shipping_fee": seed.money(),
        "shipping_fee": seed.money(),
        "shipping_fee_seller_discount": "0.00",
        "shipping_fee_platform_discount": "0.00",
        "seller_discount": "0.00",
        "platform_discount": seed.money(),
        "tax": seed.money(),
        "product_tax": seed.money(),
        "shipping_fee_tax": "0.00",
        "small_order_fee": "0.00",
    })
}

/// A made-up buyer; about three orders belong to each.
struct Buyer {
    user_id: String,
    email: String,
    nickname: String,
    first_name: &'static str,
    last_name: &'static str,
}

impl Buyer {
    fn of(book: &OrderBook, order: &mut Seed) -> Self {
        let number = order.below((book.rows.len() as u64 / 3).max(1));
        let mut seed = Seed::of(book.seed, BUYERS, number);
        Self {
            user_id: format!("702{}", seed.digits(16)),
            email: format!("buyer{number}@example.com"),
            nickname: format!("buyer_{number}"),
            first_name: seed.pick(&FIRST_NAMES),
            last_name: seed.pick(&LAST_NAMES),
        }
    }

    fn address(&self, seed: &mut Seed) -> Value {
        let (first, last) = (self.first_name, self.last_name);
        let street = format!("{} Example Street", 1 + seed.below(999));
        let postal_code = seed.digits(5);
        let district = |level: &str, name: &str, title: &str| {
            json!({
                "address_level": level,
                "address_level_name": title,
                "address_name": name,
                "iso_code": "US",
            })
        };
        json!({
            "name": format!("{first} {last}"),
            "first_name": first,
            "last_name": last,
            "first_name_local_script": "",
            "last_name_local_script": "",
            "phone_number": format!("(+1)555-***-{}", seed.digits(4)),
            "full_address": format!("{street}, Exampletown, CA {postal_code}, United States"),
            "address_line1": street,
            "address_line2": "",
            "address_line3": "",
            "address_line4": "",
            "address_detail": street,
            "postal_code": postal_code,
            "region_code": "US",
            "post_town": "Exampletown",
            "district_info": [
                district("L0", "United States", "country"),
                district("L1", "California", "state"),
                district("L3", "Exampletown", "city"),
            ],
            "delivery_preferences": { "drop_off_location": "" },
        })
    }
}

const BODIES: u64 = 0x626f_6479;
const BUYERS: u64 = 0x6275_7965;
const FIRST_NAMES: [&str; 8] = ["Ada", "Ben", "Chloé", "Dana", "Eli", "Fay", "Gus", "Hana"];
const LAST_NAMES: [&str; 8] =
    ["Archer", "Baker", "Cooper", "Draper", "Ensor", "Fuller", "Glover", "Hooper"];
