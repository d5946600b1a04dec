//! What changes between the preview and the end of a plan.

use alley_core::Record as _;
use alley_core::{Actor, Key};
use alley_privacy::erasure::{PlanState, Progress};
use pollster::block_on;

use crate::plan::{erase, run};
use crate::rows::{Flaky, House, Paper, tenant};
use crate::seed::{Seed, fill, fixed, place_holds, root};

#[test]
fn a_row_that_slips_in_below_an_erased_owner_is_found() {
    block_on(async {
        let house = House::new(Flaky::never());
        fill(&house, &Seed { holds: Vec::new(), ..fixed() }).await;
        let plan = erase(&house, root(&fixed())).await;
        let erasure = house.privacy.erasure();
        let mut late = false;
        loop {
            let progress = erasure.advance(plan, 1).await.unwrap();
            let verifying = erasure.plan(plan).await.unwrap().state == PlanState::Verifying;
            if verifying && !late {
                late = true;
                let (tenant_id, id, folder) = (tenant(1), "late".to_owned(), "f0".to_owned());
                house
                    .insert(Paper { tenant_id, id, folder, other: None, text: String::new() })
                    .await;
            }
            if progress != Progress::More {
                break;
            }
        }
        assert!(late);
        let key = Key::of(tenant(1), &"late".to_owned());
        assert_eq!(house.row(Paper::TYPE, &key).await, None);
        let stored = erasure.certificates(plan).await.unwrap();
        assert_eq!(stored.last().unwrap().read().unwrap().rounds, 2);
    });
}

#[test]
fn a_hold_placed_after_the_plan_was_confirmed_is_honored() {
    block_on(async {
        let house = House::new(Flaky::never());
        let seed = Seed { holds: Vec::new(), ..fixed() };
        let keys = fill(&house, &seed).await;
        let plan = erase(&house, root(&seed)).await;
        let holds = place_holds(&house, &keys, &fixed()).await;
        run(&house, plan).await;
        let (record, key) = &keys["paper:p0"];
        assert!(house.row(record, key).await.is_some());
        let (record, key) = &keys["folder:f0"];
        assert_eq!(house.row(record, key).await, None);
        let erasure = house.privacy.erasure();
        assert_eq!(erasure.plan(plan).await.unwrap().state, PlanState::Deferred);
        let first = erasure.certificates(plan).await.unwrap();
        let body = first.last().unwrap().read().unwrap();
        assert!(!body.complete);
        assert!(body.kept.iter().any(|line| line.outcome == "hold" && line.rows == 1));
        let _ = house.privacy.holds().release(Actor::Anonymous, holds[0].0).await.unwrap();
        erasure.resume(plan).await.unwrap();
        run(&house, plan).await;
        let (record, key) = &keys["paper:p0"];
        assert_eq!(house.row(record, key).await, None);
        let later = erasure.certificates(plan).await.unwrap();
        let last = later.last().unwrap().read().unwrap();
        assert_eq!(last.supersedes, Some(first.last().unwrap().id.to_string()));
    });
}

#[test]
fn a_draft_that_changed_asks_for_another_look() {
    block_on(async {
        let house = House::new(Flaky::never());
        let keys = fill(&house, &Seed { holds: Vec::new(), ..fixed() }).await;
        let erasure = house.privacy.erasure();
        let plan = erasure.draft(Actor::Anonymous, root(&fixed())).await.unwrap();
        let token = erasure.confirmation(plan, Actor::Anonymous).await.unwrap();
        let _ = place_holds(&house, &keys, &fixed()).await;
        let answer = erasure.confirm(plan, Actor::Anonymous, &token).await.unwrap();
        assert_eq!(answer, alley_privacy::erasure::Confirmation::Changed);
        assert_eq!(erasure.plan(plan).await.unwrap().state, PlanState::Draft);
        assert!(erasure.withdraw(plan, Actor::Anonymous).await.unwrap());
        assert!(house.row(keys["folder:f0"].0, &keys["folder:f0"].1).await.is_some());
    });
}
