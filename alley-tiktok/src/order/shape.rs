//! An order as both operations answer it. Of some 200 documented fields those are read that an
//! outreach business works with; the rest is passed over.

use crate::wire::{Text, open_words, wire};

wire! {
    /// An order.
    pub struct WireOrder {
        /// Its id.
        id: Option<Text>,
        /// How far it is.
        status: Option<OrderStatus>,
        /// Unix seconds.
        create_time: Option<i64>,
        /// Unix seconds.
        update_time: Option<i64>,
        /// Unix seconds.
        paid_time: Option<i64>,
        /// The buyer's id in this shop.
        user_id: Option<Text>,
        /// The buyer's address for this order, a relay.
        buyer_email: Option<Text>,
        /// The buyer's name to show.
        buyer_nickname: Option<Text>,
        /// What the buyer wrote.
        buyer_message: Option<Text>,
        /// Where it goes; masked in some markets.
        recipient_address: Option<RecipientAddress>,
        /// Amounts.
        payment: Option<Payment>,
        /// What was bought.
        line_items: Vec<LineItem>,
        /// Whether it is a free sample for a creator.
        is_sample_order: Option<bool>,
        /// Whether it is held back.
        is_on_hold_order: Option<bool>,
        /// `TIKTOK_SHOP`, `TOKOPEDIA`.
        commerce_platform: Option<Text>,
    }
    /// Amounts of an order, decimal text in one currency.
    pub struct Payment {
        /// ISO 4217 code.
        currency: Option<Text>,
        /// What the buyer pays.
        total_amount: Option<Text>,
        /// Goods after discounts.
        sub_total: Option<Text>,
        /// Shipping after discounts.
        shipping_fee: Option<Text>,
        /// Taxes.
        tax: Option<Text>,
        /// Discount at the seller's expense.
        seller_discount: Option<Text>,
        /// Discount at the platform's expense.
        platform_discount: Option<Text>,
    }
    /// A line, one for each unit.
    pub struct LineItem {
        /// Its id.
        id: Option<Text>,
        /// The product.
        product_id: Option<Text>,
        /// The variant.
        sku_id: Option<Text>,
        /// The product's title.
        product_name: Option<Text>,
        /// Decimal text.
        sale_price: Option<Text>,
        /// ISO 4217 code.
        currency: Option<Text>,
        /// Whether it is a gift.
        is_gift: Option<bool>,
    }
    /// Where an order goes.
    pub struct RecipientAddress {
        /// The person.
        name: Option<Text>,
        /// Mostly masked.
        phone_number: Option<Text>,
        /// One line.
        full_address: Option<Text>,
        /// Postal code.
        postal_code: Option<Text>,
        /// Country, ISO 3166.
        region_code: Option<Text>,
    }
}

open_words! {
    /// How far an order is.
    pub enum OrderStatus {
        /// Not paid.
        Unpaid => "UNPAID",
        /// Held back for the time in which a buyer may cancel.
        OnHold => "ON_HOLD",
        /// Paid, nothing shipped.
        AwaitingShipment => "AWAITING_SHIPMENT",
        /// Some packages shipped.
        PartiallyShipping => "PARTIALLY_SHIPPING",
        /// Waits for the carrier.
        AwaitingCollection => "AWAITING_COLLECTION",
        /// On the way.
        InTransit => "IN_TRANSIT",
        /// Arrived.
        Delivered => "DELIVERED",
        /// Finished.
        Completed => "COMPLETED",
        /// Canceled.
        Cancelled => "CANCELLED",
    }
}
