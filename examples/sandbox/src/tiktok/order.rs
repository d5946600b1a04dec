use std::borrow::Cow;
use std::cmp::Reverse;

use serde_json::{Value, json};

use super::TikTokShop;
use super::envelope::Refusal;
use super::gate::Call;
use super::options::Options;
use super::page::{Page, search_body, search_id};
use super::state::{OrderChange, ShopState};
use crate::seed::Seed;

mod body;

/// What must be known of each seeded order to search; the rest is drawn when it is shown.
#[derive(Debug)]
pub(crate) struct OrderBook {
    seed: u64,
    products: u32,
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
pub(crate) struct Row {
    index: u64,
    id: String,
    status: String,
    create_time: i64,
    update_time: i64,
}

impl OrderBook {
    /// Orders are spread over the 90 days before `as_of`, oldest first.
    pub(crate) fn new(options: &Options) -> Self {
        let count = i64::from(options.orders.max(1));
        let rows = (0..i64::from(options.orders))
            .map(|at| {
                let index = at.unsigned_abs();
                let mut seed = Seed::of(options.seed, ROWS, index);
                let age = SPAN_S - SPAN_S * at / count;
                let create_time = options.as_of - age;
                let moved = i64::try_from(seed.below(259_200)).unwrap_or(0);
                let update_time = (create_time + moved).min(options.as_of);
                let status = if seed.one_in(97) { UNKNOWN_STATUS } else { seed.pick(&STATUSES) };
                // Strictly rising, so unique, and 18 digits as on the wire.
                let id = FIRST_ID + index * ID_STEP + seed.below(ID_STEP);
                Row {
                    index,
                    id: id.to_string(),
                    status: status.to_owned(),
                    create_time,
                    update_time,
                }
            })
            .collect();
        Self { seed: options.seed, products: options.products, rows }
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.rows.iter().map(|row| row.id.clone()).collect()
    }

    fn now_rows<'a>(&'a self, state: &'a ShopState) -> impl Iterator<Item = Cow<'a, Row>> {
        self.rows.iter().map(|row| changed(row, state))
    }
}

impl TikTokShop {
    /// The order's status as the double would answer now, or `None` for an unknown id.
    pub fn order_status(&self, order_id: &str) -> Option<String> {
        self.state.with(|state| {
            let row = self.book.rows.iter().find(|row| row.id == order_id)?;
            Some(changed(row, state).status.clone())
        })
    }

    /// Moves an order on; `update_time` becomes the double's now. An unknown id is remembered but
    /// shows nowhere.
    pub fn set_order_status(&self, order_id: &str, status: &str) {
        let update_time = self.now();
        self.state.with(|state| {
            let change = OrderChange { status: status.to_owned(), update_time };
            state.orders.insert(order_id.to_owned(), change);
            state.touch();
        });
    }
}

/// `POST /order/202309/orders/search`.
pub(crate) fn search(book: &OrderBook, state: &ShopState, call: &Call) -> Result<Value, Refusal> {
    let size = call.page_size(1, 100)?;
    let by_update = match call.query.get("sort_field") {
        None | Some("create_time") => false,
        Some("update_time") => true,
        Some(_) => return Err(Refusal::parameter("Invalid sort_field")),
    };
    let ascending = match call.query.get("sort_order") {
        Some("ASC") => true,
        None | Some("DESC") => false,
        Some(_) => return Err(Refusal::parameter("Invalid sort_order")),
    };
    let filter = Filter::read(call)?;
    let mut rows: Vec<Cow<'_, Row>> = if call.shop == 0 {
        book.now_rows(state).filter(|row| filter.takes(row)).collect()
    } else {
        Vec::new()
    };
    let key = |row: &Row| (if by_update { row.update_time } else { row.create_time }, row.index);
    if ascending {
        rows.sort_by_key(|row| key(row));
    } else {
        rows.sort_by_key(|row| Reverse(key(row)));
    }
    let search = search_id(&[
        b"orders",
        &[u8::from(by_update), u8::from(ascending)],
        search_body(&call.body).as_bytes(),
    ]);
    let page = Page::cut(call.query.get("page_token"), size, rows.len(), &search)?;
    let shown = rows.get(page.start..page.end).unwrap_or_default();
    let orders: Vec<Value> = shown.iter().map(|row| body::order(book, row)).collect();
    Ok(json!({ "total_count": rows.len(), "next_page_token": page.next, "orders": orders }))
}

/// `GET /order/202507/orders`: at most 50 ids; unknown ones are left out.
pub(crate) fn detail(book: &OrderBook, state: &ShopState, call: &Call) -> Result<Value, Refusal> {
    let ids: Vec<&str> = call
        .query
        .get("ids")
        .map(|ids| ids.split(',').filter(|id| !id.is_empty()).collect())
        .unwrap_or_default();
    if ids.is_empty() || ids.len() > 50 {
        return Err(Refusal::parameter("Invalid ids: 1 to 50 are taken"));
    }
    let orders: Vec<Value> = ids
        .iter()
        .filter(|_| call.shop == 0)
        .filter_map(|id| book.rows.iter().find(|row| row.id == *id))
        .map(|row| body::order(book, &changed(row, state)))
        .collect();
    Ok(json!({ "orders": orders }))
}

#[derive(Debug)]
struct Filter<'a> {
    status: Option<&'a str>,
    created: (Option<i64>, Option<i64>),
    updated: (Option<i64>, Option<i64>),
}

impl<'a> Filter<'a> {
    fn read(call: &'a Call) -> Result<Self, Refusal> {
        Ok(Self {
            status: call.body_text("order_status"),
            created: (call.body_integer("create_time_ge")?, call.body_integer("create_time_lt")?),
            updated: (call.body_integer("update_time_ge")?, call.body_integer("update_time_lt")?),
        })
    }

    fn takes(&self, row: &Row) -> bool {
        self.status.is_none_or(|status| status == row.status)
            && within(row.create_time, self.created)
            && within(row.update_time, self.updated)
    }
}

/// The lower border belongs to the range, the upper does not.
pub(crate) fn within(time: i64, (from, before): (Option<i64>, Option<i64>)) -> bool {
    from.is_none_or(|from| time >= from) && before.is_none_or(|before| time < before)
}

fn changed<'a>(row: &'a Row, state: &ShopState) -> Cow<'a, Row> {
    match state.orders.get(&row.id) {
        None => Cow::Borrowed(row),
        Some(change) => Cow::Owned(Row {
            status: change.status.clone(),
            update_time: change.update_time,
            ..row.clone()
        }),
    }
}

const SPAN_S: i64 = 90 * 86_400;
const FIRST_ID: u64 = 576_460_000_000_000_000;
const ID_STEP: u64 = 1_000_000_007;
const ROWS: u64 = 0x726f_7773;
const UNKNOWN_STATUS: &str = "AWAITING_DRONE_SLOT";
const STATUSES: [&str; 6] = [
    "AWAITING_SHIPMENT",
    "AWAITING_COLLECTION",
    "IN_TRANSIT",
    "DELIVERED",
    "COMPLETED",
    "CANCELLED",
];
