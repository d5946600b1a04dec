//! Small records with every property that a declaration can have, and few values for each field.

use alley_core::{Field as _, Query, Record, TenantId, Value, elements};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

#[derive(Clone, Debug, PartialEq, Record)]
#[record(name = "walk_row", domain = "walk", id = id, tenant = tenant_id)]
#[record(subject = person, anchor = seen_at, source_time = changed_at)]
#[record(references(walk_row = parent, on_erased = nullify))]
#[record(references(walk_global = owner, on_erased = nullify))]
#[record(unique(by_label(tenant_id, label), by_pair(kind, rank)))]
pub(crate) struct Row {
    #[record(technical)]
    pub(crate) tenant_id: TenantId,
    #[record(technical)]
    pub(crate) id: String,
    #[record(technical)]
    pub(crate) label: Option<String>,
    #[record(technical)]
    pub(crate) kind: Option<String>,
    #[record(technical)]
    pub(crate) rank: i64,
    #[record(element = elements::CONNECTED_CREATOR)]
    pub(crate) person: Option<String>,
    #[record(technical)]
    pub(crate) parent: Option<String>,
    #[record(technical)]
    pub(crate) owner: Option<i64>,
    #[record(technical)]
    pub(crate) seen_at: Option<DateTime<Utc>>,
    #[record(technical)]
    pub(crate) changed_at: Option<DateTime<Utc>>,
    #[record(element = elements::CONNECTED_CREATOR)]
    pub(crate) body: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Record)]
#[record(name = "walk_global", domain = "walk", id = number)]
#[record(unique(by_name(name)))]
pub(crate) struct Global {
    #[record(technical)]
    pub(crate) number: i64,
    #[record(technical)]
    pub(crate) name: Option<String>,
}

const fn rows(name: &'static str) -> Query {
    Query::new(name, Row::TYPE)
}

pub(crate) static QUERIES: &[&Query] = &[
    &rows("walk_by_seen").equals(&["tenant_id"]).order_by("seen_at"),
    &rows("walk_by_seen_down").equals(&["tenant_id"]).order_by("seen_at").descending(),
    &rows("walk_of_kind").equals(&["tenant_id", "kind"]).order_by("rank"),
    &rows("walk_roots").equals(&["tenant_id"]).absent(&["parent"]).order_by("label").descending(),
    &rows("walk_seen_until").at_most("seen_at").order_by("seen_at"),
    &rows("walk_ranked").equals(&["tenant_id"]).at_least("rank").order_by("label"),
    &rows("walk_above").more_than("rank"),
    &rows("walk_kinds").equals(&["kind"]).order_by("tenant_id"),
    &rows("walk_labeled").equals(&["tenant_id", "label"]),
    &rows("walk_down").equals(&["tenant_id"]).descending(),
    &rows("walk_all").order_by("seen_at"),
    &rows("walk_absent_order").absent(&["seen_at"]).order_by("seen_at"),
    &rows("walk_one").equals(&["tenant_id", "id"]).order_by("rank"),
];

pub(crate) static GLOBAL_QUERIES: &[&Query] = &[
    &Query::new("walk_globals", Global::TYPE).descending(),
    &Query::new("walk_global_named", Global::TYPE).equals(&["name"]),
    &Query::new("walk_globals_by_name", Global::TYPE).order_by("name"),
];

pub(crate) fn tenant(number: u8) -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(u128::from(number)))
}

pub(crate) fn id(number: u8) -> String {
    ["a", "", "b", "\u{e9}", "B"].get(usize::from(number)).copied().unwrap_or("z").to_owned()
}

pub(crate) fn person(number: u8) -> String {
    format!("person {number}")
}

pub(crate) fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

pub(crate) fn argument(field: &str, number: u8) -> Value {
    match field {
        "tenant_id" => tenant(number % 2).to_value(),
        "rank" => i64::from(number).to_value(),
        "seen_at" => instant(i64::from(number) - 1).to_value(),
        _ => id(number).to_value(),
    }
}

fn text() -> impl Strategy<Value = Option<String>> {
    proptest::option::weighted(0.7, (0_u8..4).prop_map(id))
}

fn time() -> impl Strategy<Value = Option<DateTime<Utc>>> {
    proptest::option::weighted(0.7, (-2_i64..3).prop_map(instant))
}

pub(crate) fn row() -> impl Strategy<Value = Row> {
    let key = (0_u8..2, 0_u8..5);
    let texts = (text(), text(), text());
    let person = proptest::option::of((0_u8..3).prop_map(person));
    let owner = proptest::option::of(0_i64..3);
    let body = proptest::collection::vec(any::<u8>(), 0..3);
    (key, texts, 0_i64..6, person, owner, time(), time(), body).prop_map(
        |((number, key), (label, kind, parent), rank, person, owner, seen_at, changed_at, body)| {
            Row {
                tenant_id: tenant(number),
                id: id(key),
                label,
                kind,
                rank,
                person,
                parent,
                owner,
                seen_at,
                changed_at,
                body,
            }
        },
    )
}

pub(crate) fn global() -> impl Strategy<Value = Global> {
    (-1_i64..3, text()).prop_map(|(number, name)| Global { number, name })
}
