use proptest::prelude::*;

use alley_core::TenantId;

use super::merge::{later_invoice, later_subscription};
use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn tenant() -> TenantId {
    format!("ten_{:032}", 1).parse().unwrap()
}

fn state(status: &str, second: i64, quantity: i64) -> Subscription {
    let text = include_str!("../../tests/data/subscription.endive.json");
    let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
    value["status"] = status.into();
    value["items"]["data"][0]["quantity"] = quantity.into();
    let reply = SubscriptionReply::read(&value).unwrap();
    Subscription::of(tenant(), reply, at(second), Some("2026-09-30.endive".to_owned()))
}

fn invoice(status: &str, second: i64, paid: i64, failed: Option<i64>) -> InvoiceMeta {
    let text = include_str!("../../tests/data/invoice.endive.open_failed.json");
    let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
    value["status"] = status.into();
    value["amount_paid"] = paid.into();
    let reply = InvoiceReply::read(&value).unwrap();
    let mut invoice = InvoiceMeta::of(tenant(), reply, at(second));
    invoice.failed_at = failed.map(at);
    invoice
}

fn fold<R: Clone>(list: &[R], merge: impl Fn(R, R) -> R) -> Option<R> {
    list.iter().cloned().reduce(merge)
}

#[test]
fn nothing_leaves_a_terminal_status() {
    let merged = later_subscription(state("canceled", 10, 1), state("active", 20, 1));
    assert_eq!((merged.status.as_str(), merged.source_at), ("canceled", at(10)));
}

#[test]
fn nothing_enters_incomplete() {
    let merged = later_subscription(state("active", 10, 1), state("incomplete", 20, 1));
    assert_eq!(merged.status, "active");
    let merged = later_subscription(state("incomplete", 20, 1), state("active", 10, 1));
    assert_eq!(merged.status, "active");
}

#[test]
fn an_older_state_changes_nothing() {
    let merged = later_subscription(state("past_due", 20, 1), state("active", 10, 1));
    assert_eq!(merged, state("past_due", 20, 1));
}

#[test]
fn two_states_of_one_second_leave_a_mark_until_a_later_one_comes() {
    let merged = later_subscription(state("active", 10, 1), state("past_due", 10, 1));
    assert!(merged.needs_refetch);
    assert!(!later_subscription(merged.clone(), state("active", 11, 1)).needs_refetch);
    assert!(later_subscription(merged.clone(), merged).needs_refetch);
    assert!(!later_subscription(state("active", 10, 1), state("active", 10, 1)).needs_refetch);
}

#[test]
fn a_paid_invoice_stays_paid_and_the_first_failure_is_kept() {
    let merged = later_invoice(invoice("paid", 10, 2_900, None), invoice("open", 20, 0, Some(15)));
    assert_eq!((merged.status.as_str(), merged.failed_at), ("paid", Some(at(15))));
    let merged = later_invoice(merged, invoice("open", 12, 0, Some(11)));
    assert_eq!(merged.failed_at, Some(at(11)));
}

fn states() -> impl Strategy<Value = Subscription> {
    let words = vec![
        "incomplete",
        "active",
        "past_due",
        "trialing",
        "canceled",
        "incomplete_expired",
        "new_word",
    ];
    (prop::sample::select(words), 0_i64..4, 1_i64..3)
        .prop_map(|(status, second, quantity)| state(status, second, quantity))
}

fn invoices() -> impl Strategy<Value = InvoiceMeta> {
    let words = vec!["draft", "open", "paid", "void", "uncollectible", "deleted"];
    (prop::sample::select(words), 0_i64..4, 0_i64..2, proptest::option::of(0_i64..4))
        .prop_map(|(status, second, paid, failed)| invoice(status, second, paid, failed))
}

proptest! {
    #[test]
    fn subscriptions_merge_alike_in_any_order_and_number(
        (list, shuffled, again) in proptest::collection::vec(states(), 1..7).prop_flat_map(|list| {
            let twice: Vec<_> = list.iter().chain(&list).cloned().collect();
            (Just(list.clone()), Just(list).prop_shuffle(), Just(twice).prop_shuffle())
        })
    ) {
        let merged = fold(&list, later_subscription);
        prop_assert_eq!(&fold(&shuffled, later_subscription), &merged);
        prop_assert_eq!(&fold(&again, later_subscription), &merged);
    }

    #[test]
    fn invoices_merge_alike_in_any_order_and_number(
        (list, shuffled, again) in proptest::collection::vec(invoices(), 1..7).prop_flat_map(|list| {
            let twice: Vec<_> = list.iter().chain(&list).cloned().collect();
            (Just(list.clone()), Just(list).prop_shuffle(), Just(twice).prop_shuffle())
        })
    ) {
        let merged = fold(&list, later_invoice);
        prop_assert_eq!(&fold(&shuffled, later_invoice), &merged);
        prop_assert_eq!(&fold(&again, later_invoice), &merged);
    }
}
