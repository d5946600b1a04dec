//! Holds against the sweep and against plans.

use alley_core::Record as _;
use alley_core::{AccountId, Actor, Fact, Key};
use alley_privacy::erasure::PlanState;
use alley_privacy::export::ExportOf;
use alley_privacy::hold::{HoldPlacement, HoldReason};
use chrono::TimeDelta;
use pollster::block_on;

use crate::house::{Session, hear, house, settle_in, work};
use crate::rows::{Bill, Folder, Tenant, start, tenant};

#[test]
fn the_sweep_takes_what_is_past_its_period_and_spares_what_is_held() {
    block_on(async {
        let house = house();
        settle_in(&house).await;
        let one = tenant(1);
        let bill = |id: &str, days| Bill {
            tenant_id: one,
            id: id.to_owned(),
            folder: "f".to_owned(),
            tag: None,
            closed_at: Some(start() - TimeDelta::days(days)),
            payer: Some("canary".to_owned()),
        };
        for (id, days) in [("a", 800), ("b", 800), ("c", 10)] {
            house.insert(bill(id, days)).await;
        }
        let key = |id: &str| Key::of(one, &id.to_owned());
        let holds = house.privacy.holds();
        let placed = holds
            .place(Actor::Anonymous, "bill", &key("b"), false, HoldReason::Tax, "office 3", None)
            .await
            .unwrap();
        let HoldPlacement::Active(hold) = placed else { panic!("{placed:?}") };
        let swept = house.privacy.retention().sweep(100).await.unwrap();
        assert_eq!((swept.deleted, swept.held, swept.planned), (2, 1, 0));
        assert_eq!(house.row(Bill::TYPE, &key("a")).await, None);
        assert!(house.row(Bill::TYPE, &key("b")).await.is_some());
        assert!(house.row(Bill::TYPE, &key("c")).await.is_some());
        assert_eq!(house.row(Session::TYPE, &Key::global(&"old".to_owned())).await, None);
        assert!(house.row(Session::TYPE, &Key::global(&"new".to_owned())).await.is_some());
        let _ = holds.release(Actor::Anonymous, hold).await.unwrap();
        let swept = house.privacy.retention().sweep(100).await.unwrap();
        assert_eq!((swept.deleted, swept.held), (1, 0));
    });
}

#[test]
fn credentials_and_absent_rows_cannot_be_held() {
    block_on(async {
        let house = house();
        settle_in(&house).await;
        let holds = house.privacy.holds();
        let place = |record: &'static str, key: Key| async move {
            holds
                .place(Actor::Anonymous, record, &key, true, HoldReason::Dispute, "1", None)
                .await
                .unwrap()
        };
        let totp = place("totp_credential", Key::global(&"t".to_owned())).await;
        assert_eq!(totp, HoldPlacement::Unholdable);
        let absent = place("account", Key::global(&AccountId::from_uuid(uuid::Uuid::nil()))).await;
        assert_eq!(absent, HoldPlacement::NoSuchRow);
    });
}

#[test]
fn a_released_hold_wakes_the_plan_that_waited_for_it() {
    block_on(async {
        let house = house();
        let one = tenant(1);
        house.insert(Tenant { tenant_id: one, number: None }).await;
        let folder = Folder { tenant_id: one, id: "f".to_owned(), person: None };
        let key = folder.key();
        house.insert(folder).await;
        let holds = house.privacy.holds();
        let reason = HoldReason::Litigation;
        let placed = holds
            .place(Actor::Anonymous, "folder", &key, true, reason, "case 1", None)
            .await
            .unwrap();
        let HoldPlacement::Active(hold) = placed else { panic!("{placed:?}") };
        let fact = hear(&house, Fact::TenantClosed { tenant: one }).await;
        work(&house).await;
        assert!(house.row(Folder::TYPE, &key).await.is_some());
        let plan = house.privacy.erasure().plan_for(fact).await.unwrap().unwrap();
        assert_eq!(plan.state, PlanState::Deferred);
        let _ = holds.release(Actor::Anonymous, hold).await.unwrap();
        work(&house).await;
        assert!(house.row(Folder::TYPE, &key).await.is_some(), "nobody told the plan");
        let (hold, tenant) = (hold.to_string(), Some(one));
        hear(&house, Fact::HoldReleased { hold, tenant }).await;
        work(&house).await;
        assert_eq!(house.row(Folder::TYPE, &key).await, None);
        let mut output = Vec::new();
        let _ = house.privacy.export().write(&ExportOf::Tenant(one), &mut output).await.unwrap();
        let document: serde_json::Value = serde_json::from_slice(&output).unwrap();
        assert_eq!(document["records"], serde_json::json!([]));
    });
}
