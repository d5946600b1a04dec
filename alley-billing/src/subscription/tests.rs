use super::*;

fn read(text: &str) -> SubscriptionReply {
    SubscriptionReply::read(&serde_json::from_str(text).unwrap()).unwrap()
}

fn at(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
}

#[test]
fn one_subscription_reads_alike_in_every_version() {
    let acacia = read(include_str!("../../tests/data/subscription.acacia.json"));
    let basil = read(include_str!("../../tests/data/subscription.basil.json"));
    let endive = read(include_str!("../../tests/data/subscription.endive.json"));
    assert_eq!(acacia, basil);
    assert_eq!(basil, endive);
    assert_eq!(endive.paid_until, at(1_762_592_000));
    assert_eq!(endive.items[0].price.as_ref().unwrap().as_str(), "price_1AlleyFxPro0m");
    assert_eq!(endive.items[0].lookup_key.as_deref(), Some("pro_monthly"));
}

#[test]
fn lines_of_different_intervals_give_the_next_renewal_and_the_latest_end() {
    let mixed = read(include_str!("../../tests/data/subscription.endive.mixed_interval.json"));
    assert_eq!(mixed.items.len(), 2);
    assert!(mixed.renews_at < mixed.paid_until);
}

#[test]
fn the_period_of_a_line_wins_over_that_of_the_subscription() {
    let mut value: Value =
        serde_json::from_str(include_str!("../../tests/data/subscription.endive.json")).unwrap();
    value["current_period_end"] = 5.into();
    assert_eq!(SubscriptionReply::read(&value).unwrap().paid_until, at(1_762_592_000));
    value["items"] = Value::Null;
    assert_eq!(SubscriptionReply::read(&value).unwrap().paid_until, at(5));
}

#[test]
fn states_are_read_with_what_belongs_to_them() {
    let paused = read(include_str!("../../tests/data/subscription.endive.paused.json"));
    assert_eq!(
        (paused.status.as_str(), paused.pause_reason.as_deref()),
        ("paused", Some("pause_requested"))
    );
    let canceled = read(include_str!("../../tests/data/subscription.endive.canceled.json"));
    assert_eq!(canceled.status, "canceled");
    assert!(canceled.ended_at.is_some());
    let trialing = read(include_str!("../../tests/data/subscription.endive.trialing.json"));
    assert!(trialing.trial_end.is_some());
    let ending =
        read(include_str!("../../tests/data/subscription.endive.cancel_at_period_end.json"));
    assert!(ending.cancel_at_period_end);
}

#[test]
fn a_cancellation_by_time_alone_counts_as_ending() {
    let mut reply = read(include_str!("../../tests/data/subscription.endive.json"));
    reply.cancel_at = at(1_761_000_000);
    let tenant: TenantId = format!("ten_{:032}", 1).parse().unwrap();
    let subscription = Subscription::of(tenant, reply, DateTime::UNIX_EPOCH, None);
    assert!(!subscription.cancel_at_period_end && subscription.is_ending());
    assert_eq!(subscription.ends_at(), at(1_761_000_000));
}

#[test]
fn unknown_words_null_members_and_expanded_objects_are_taken() {
    let reply = read(
        r#"{"id":"sub_1","customer":{"id":"cus_1","object":"customer","deleted":true},
            "status":"hibernating","items":{"data":[{"price":"price_1","new_member":{}}]},
            "latest_invoice":{"id":"in_1"},"cancel_at_period_end":null,"trial_end":"soon"}"#,
    );
    assert_eq!((reply.customer.as_str(), reply.status.as_str()), ("cus_1", "hibernating"));
    assert_eq!(reply.latest_invoice.unwrap().as_str(), "in_1");
    assert_eq!(reply.items[0].price.as_ref().unwrap().as_str(), "price_1");
    assert!(!reply.cancel_at_period_end && reply.trial_end.is_none());
}

#[test]
fn what_cannot_be_used_is_an_error_and_no_panic() {
    for text in ["null", "[]", "3", "{}", r#"{"id":"","customer":"c","status":"active"}"#] {
        let value: Value = serde_json::from_str(text).unwrap();
        assert!(SubscriptionReply::read(&value).is_err(), "{text}");
    }
}
