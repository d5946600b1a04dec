use proptest::prelude::*;

use alley_core::{Json, TenantId};

use super::*;
use crate::invoice::InvoiceReply;
use crate::subscription::SubscriptionReply;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn tenant() -> TenantId {
    format!("ten_{:032}", 1).parse().unwrap()
}

/// The subscription of the fixtures (period 1760000000 to 1762592000) in a status.
fn subscription(id: &str, status: &str) -> Subscription {
    let text = include_str!("../../tests/data/subscription.endive.json");
    let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
    value["id"] = id.into();
    value["status"] = status.into();
    let reply = SubscriptionReply::read(&value).unwrap();
    Subscription::of(tenant(), reply, at(0), None)
}

fn failed_invoice(first_failure: Option<i64>) -> InvoiceMeta {
    let text = include_str!("../../tests/data/invoice.endive.open_failed.json");
    let reply = InvoiceReply::read(&serde_json::from_str(text).unwrap()).unwrap();
    let mut invoice = InvoiceMeta::of(tenant(), reply, at(0));
    invoice.failed_at = first_failure.map(at);
    invoice
}

const SUB: &str = "sub_1AlleyFx000001";
const NOW: i64 = 1_760_500_000;

fn decided(list: &[Subscription], now: i64) -> AccessDecision {
    decide(list, &[], Some(at(now)), &AccessPolicy::default(), at(now))
}

#[test]
fn each_status_leads_to_the_decision_of_the_table() {
    let rows = [
        ("active", true, AccessReason::Active),
        ("unpaid", false, AccessReason::Unpaid),
        ("incomplete", false, AccessReason::Incomplete),
        ("incomplete_expired", false, AccessReason::Ended),
        ("canceled", false, AccessReason::Ended),
        ("paused", false, AccessReason::Paused),
        ("hibernating", false, AccessReason::UnknownStatus),
        ("", false, AccessReason::UnknownStatus),
    ];
    for (status, granted, reason) in rows {
        let decision = decided(&[subscription(SUB, status)], NOW);
        assert_eq!((decision.granted, decision.reason), (granted, reason), "{status}");
    }
    assert_eq!(decided(&[], NOW).reason, AccessReason::NoSubscription);
}

#[test]
fn an_active_subscription_holds_to_the_end_of_what_is_paid() {
    let decision = decided(&[subscription(SUB, "active")], NOW);
    assert_eq!(decision.until, Some(at(1_762_592_000)));
    assert!(decision.includes("pro_monthly") && decision.includes("price_1AlleyFxPro0m"));
    assert!(!decision.stale && !decision.ending);
    // The period is over and nothing was heard: access stays, the host is told.
    let late = decided(&[subscription(SUB, "active")], 1_762_592_000);
    assert!(late.granted && late.stale);
    assert_eq!(late.until, None);
}

#[test]
fn a_canceled_subscription_grants_nothing_though_its_period_is_paid() {
    let mut canceled = subscription(SUB, "canceled");
    canceled.ended_at = Some(at(NOW));
    assert!(!decided(&[canceled], NOW).granted);
}

#[test]
fn a_planned_end_is_named_and_grants_until_then() {
    let mut ending = subscription(SUB, "active");
    ending.cancel_at = Some(at(1_761_000_000));
    let decision = decided(&[ending], NOW);
    assert!(decision.granted && decision.ending);
    assert_eq!(decision.until, Some(at(1_761_000_000)));
}

#[test]
fn a_trial_grants_until_its_end_and_an_hour() {
    let mut trial = subscription(SUB, "trialing");
    trial.trial_end = Some(at(NOW));
    for (now, granted) in [(NOW + 3_599, true), (NOW + 3_600, false)] {
        let decision = decided(std::slice::from_ref(&trial), now);
        assert_eq!(decision.granted, granted, "{now}");
    }
    assert_eq!(decided(&[trial], NOW + 3_600).reason, AccessReason::TrialOver);
}

#[test]
fn grace_counts_seven_days_from_the_first_failed_attempt() {
    let past_due = [subscription(SUB, "past_due")];
    let invoices = [failed_invoice(Some(NOW))];
    let week = 7 * 86_400;
    let decide_at = |now: i64, policy: &AccessPolicy| {
        decide(&past_due, &invoices, Some(at(now)), policy, at(now))
    };
    let policy = AccessPolicy::default();
    let within = decide_at(NOW + week - 1, &policy);
    assert_eq!((within.granted, within.reason), (true, AccessReason::Grace));
    assert_eq!(within.until, Some(at(NOW + week)));
    let over = decide_at(NOW + week, &policy);
    assert_eq!((over.granted, over.reason, over.until), (false, AccessReason::PastDue, None));
    let off = policy.with_grace(TimeDelta::zero());
    assert!(!decide_at(NOW, &off).granted);
}

#[test]
fn without_an_event_grace_counts_from_the_final_invoice_and_without_that_from_the_period() {
    let past_due = [subscription(SUB, "past_due")];
    let until = |invoices: &[InvoiceMeta]| {
        let now = at(NOW);
        decide(&past_due, invoices, Some(now), &AccessPolicy::default(), now).until
    };
    let week = 7 * 86_400;
    assert_eq!(until(&[failed_invoice(None)]), Some(at(1_760_003_600 + week)));
    assert_eq!(until(&[]), Some(at(1_760_000_000 + week)));
}

#[test]
fn paused_collection_grants_unless_the_host_denies_it() {
    let mut paused = subscription(SUB, "active");
    paused.collection_paused = true;
    let grants = |choice| {
        let policy = AccessPolicy::default().with_paused_collection(choice);
        decide(std::slice::from_ref(&paused), &[], Some(at(NOW)), &policy, at(NOW)).reason
    };
    assert_eq!(grants(PausedCollection::Grants), AccessReason::Active);
    assert_eq!(grants(PausedCollection::Denies), AccessReason::CollectionPaused);
}

#[test]
fn two_running_subscriptions_of_one_product_are_reported() {
    let twice = [subscription("sub_a", "active"), subscription("sub_b", "past_due")];
    assert_eq!(decided(&twice, NOW).duplicates.len(), 1);
    let after = [subscription("sub_a", "canceled"), subscription("sub_b", "active")];
    assert!(decided(&after, NOW).duplicates.is_empty());
}

#[test]
fn old_and_contradictory_state_is_called_stale_and_cuts_nobody_off() {
    let list = [subscription(SUB, "active")];
    let policy = AccessPolicy::default();
    let old = decide(&list, &[], Some(at(NOW - 2 * 86_400 - 1)), &policy, at(NOW));
    assert!(old.granted && old.stale);
    let mut marked = subscription(SUB, "active");
    marked.needs_refetch = true;
    assert!(decided(&[marked], NOW).stale);
}

#[test]
fn a_minimized_record_still_leads_to_a_decision() {
    let mut minimized = subscription(SUB, "");
    minimized.items = None;
    minimized.paid_until = None;
    assert!(!decided(&[minimized], NOW).granted);
}

fn statuses() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "incomplete", "incomplete_expired", "trialing", "active", "past_due", "unpaid",
            "canceled", "paused",
        ]).prop_map(str::to_owned),
        1 => "[a-z_]{0,12}",
    ]
}

fn moments() -> impl Strategy<Value = Option<DateTime<Utc>>> {
    proptest::option::of((-100_000_i64..100_000).prop_map(|offset| at(NOW + offset * 20)))
}

prop_compose! {
    fn subscriptions()(
        number in 0_u8..4,
        status in statuses(),
        times in [moments(), moments(), moments(), moments(), moments(), moments()],
        flags in any::<[bool; 3]>(),
        lines in any::<bool>(),
    ) -> Subscription {
        let mut one = subscription(&format!("sub_{number}"), "active");
        one.status = status;
        [
            one.period_start, one.paid_until, one.renews_at, one.trial_end, one.cancel_at,
            one.ended_at,
        ] = times;
        [one.cancel_at_period_end, one.collection_paused, one.needs_refetch] = flags;
        if lines { one.items = Some(Json(Vec::new())); }
        one
    }
}

fn lists() -> impl Strategy<Value = Vec<Subscription>> {
    proptest::collection::vec(subscriptions(), 0..5)
}

fn is_terminal(one: &Subscription) -> bool {
    one.standing().is_terminal()
}

proptest! {
    #[test]
    fn the_decision_is_total_and_agrees_with_itself(list in lists(), synced in moments(), offset in -3_000_000_i64..3_000_000) {
        let now = at(NOW + offset);
        let decision = decide(&list, &[], synced, &AccessPolicy::default(), now);
        prop_assert_eq!(decision.granted, decision.reason.grants());
        prop_assert!(decision.until.is_none_or(|until| decision.granted && until > now));
        prop_assert!(decision.granted || decision.plans.is_empty());
    }

    #[test]
    fn terminal_states_never_grant(list in lists(), grace in 0_i64..100, offset in -3_000_000_i64..3_000_000) {
        let ended: Vec<_> = list.into_iter().filter(is_terminal).collect();
        let policy = AccessPolicy::default().with_grace(TimeDelta::days(grace));
        let decision = decide(&ended, &[], None, &policy, at(NOW + offset));
        prop_assert!(!decision.granted);
    }

    #[test]
    fn one_more_subscription_never_takes_access_away(list in lists(), more in subscriptions(), offset in -3_000_000_i64..3_000_000) {
        let before = decided(&list, NOW + offset);
        let longer: Vec<_> = list.into_iter().chain([more]).collect();
        let after = decided(&longer, NOW + offset);
        prop_assert!(!before.granted || after.granted);
        prop_assert!(before.plans.is_subset(&after.plans));
    }

    #[test]
    fn time_alone_never_gives_access_back(list in lists(), first in -3_000_000_i64..3_000_000, later in 0_i64..3_000_000) {
        let before = decided(&list, NOW + first);
        let after = decided(&list, NOW + first + later);
        prop_assert!(before.granted || !after.granted);
    }

    #[test]
    fn longer_grace_never_takes_access_away(list in lists(), short in 0_i64..20, more in 0_i64..20, offset in -3_000_000_i64..3_000_000) {
        let with = |days| {
            let policy = AccessPolicy::default().with_grace(TimeDelta::days(days));
            decide(&list, &[], None, &policy, at(NOW + offset)).granted
        };
        prop_assert!(!with(short) || with(short + more));
    }

    #[test]
    fn a_granted_decision_holds_until_the_named_instant(list in lists(), offset in -3_000_000_i64..3_000_000) {
        let decision = decided(&list, NOW + offset);
        if let Some(until) = decision.until {
            let just_before = until - TimeDelta::microseconds(1);
            let held = decide(&list, &[], None, &AccessPolicy::default(), just_before);
            prop_assert!(held.granted);
        }
    }

    #[test]
    fn the_order_of_the_list_does_not_matter(list in lists(), offset in -3_000_000_i64..3_000_000) {
        let mut turned = list.clone();
        turned.reverse();
        prop_assert_eq!(decided(&list, NOW + offset), decided(&turned, NOW + offset));
    }
}
