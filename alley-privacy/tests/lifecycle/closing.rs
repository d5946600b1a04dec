//! Tenants and accounts that close.

use alley_core::{Actor, Fact, Field as _, Key, Record as _, Value};
use alley_privacy::erasure::{Outcome, PlanState, Root};
use chrono::TimeDelta;
use pollster::block_on;

use crate::house::{Account, Customer, Session, Template, account, hear, house, settle_in, work};
use crate::rows::{Flaky, Folder, House, Tenant, tenant};

#[test]
fn closing_a_tenant_erases_at_once_what_has_no_period_and_waits_for_the_rest() {
    block_on(async {
        let house = house();
        let (one, id) = (tenant(1), || "x".to_owned());
        house.insert(Tenant { tenant_id: one, number: Some("7".to_owned()) }).await;
        house.insert(Folder { tenant_id: one, id: id(), person: None }).await;
        house.insert(Template { tenant_id: one, id: id(), text: "hello".to_owned() }).await;
        house
            .insert(Customer { tenant_id: one, stripe_customer_id: "cus_canary".to_owned() })
            .await;
        let fact = hear(&house, Fact::TenantClosed { tenant: one }).await;
        let plan = house.privacy.erasure().plan_for(fact).await.unwrap().unwrap().id;
        work(&house).await;

        let gone = |record, key| {
            let house = &house;
            async move { house.row(record, &key).await.is_none() }
        };
        assert!(gone(Tenant::TYPE, Key::global(&one)).await);
        assert!(gone(Folder::TYPE, Key::of(one, &id())).await);
        assert!(!gone(Template::TYPE, Key::of(one, &id())).await, "kept for 180 days");
        let customer = house.row(Customer::TYPE, &Key::global(&one)).await.unwrap();
        let waits = "cus_canary".to_owned().to_value();
        assert!(customer.contains(&waits), "waits for the other system");
        let preview = house.privacy.erasure().preview(plan).await.unwrap();
        assert_eq!(preview.state, PlanState::Deferred);
        assert_eq!((preview.rows(Outcome::Retain), preview.rows(Outcome::Remote)), (1, 1));

        for _ in 0..6 {
            house.clock.advance(TimeDelta::hours(1));
            work(&house).await;
        }
        let customer = house.row(Customer::TYPE, &Key::global(&one)).await.unwrap();
        let pseudonym =
            |value: &Value| matches!(value, Value::Text(text) if text.starts_with("erased-"));
        assert!(customer.iter().any(pseudonym), "kept seven years, under a pseudonym");
        let stored = house.privacy.erasure().certificates(plan).await.unwrap();
        let body = stored.last().unwrap().read().unwrap();
        assert_eq!(body.remote[0].state.as_deref(), Some("done"));
        assert!(!body.complete);

        house.clock.advance(TimeDelta::days(180));
        work(&house).await;
        assert!(gone(Template::TYPE, Key::of(one, &id())).await);
        house.clock.advance(TimeDelta::days(7 * 366));
        work(&house).await;
        assert!(gone(Customer::TYPE, Key::global(&one)).await);
        let plan = house.privacy.erasure().plan(plan).await.unwrap();
        assert_eq!((plan.state, plan.root), (PlanState::Certified, None));
    });
}

#[test]
fn a_closed_account_goes_after_thirty_days_and_not_before() {
    block_on(async {
        let house = house();
        settle_in(&house).await;
        let fact = hear(&house, Fact::AccountClosed { account: account() }).await;
        house.clock.advance(TimeDelta::days(30) - TimeDelta::microseconds(1));
        work(&house).await;
        let key = Key::global(&account());
        assert!(house.row(Account::TYPE, &key).await.is_some());
        house.clock.advance(TimeDelta::microseconds(1));
        work(&house).await;
        assert_eq!(house.row(Account::TYPE, &key).await, None);
        assert_eq!(house.row(Session::TYPE, &Key::global(&"new".to_owned())).await, None);
        let plan = house.privacy.erasure().plan_for(fact).await.unwrap().unwrap();
        assert_eq!(plan.state, PlanState::Certified);
    });
}

#[test]
fn an_account_that_is_declared_nowhere_cannot_be_erased() {
    block_on(async {
        let house = House::new(Flaky::never());
        let root = Root::Account { account: account() };
        let error = house.privacy.erasure().draft(Actor::Anonymous, root).await.unwrap_err();
        assert!(error.to_string().contains("no record type \"account\" is declared"));
    });
}
