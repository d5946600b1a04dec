//! Drafts that nobody confirms.

use alley_core::Actor;
use alley_privacy::erasure::{PlanState, Root, StepState};
use chrono::TimeDelta;
use pollster::block_on;

use crate::house::{house, work};
use crate::rows::{Folder, House, tenant};

async fn draft(house: &House) -> alley_core::PlanId {
    let person = Some("anna".to_owned());
    house.insert(Folder { tenant_id: tenant(1), id: "a".to_owned(), person }).await;
    let root = Root::Person {
        tenant: tenant(1),
        kind: "creator".to_owned(),
        reference: "anna".to_owned(),
    };
    house.privacy.erasure().draft(Actor::Anonymous, root).await.unwrap()
}

/// State of the plan, whether it knows its root, and how many steps it has.
async fn look(house: &House, plan: alley_core::PlanId) -> (PlanState, bool, usize) {
    let erasure = house.privacy.erasure();
    let found = erasure.plan(plan).await.unwrap();
    let mut steps = 0;
    for state in StepState::ALL {
        let page = alley_core::PageRequest::first(10);
        steps += erasure.steps(plan, *state, page).await.unwrap().items.len();
    }
    (found.state, found.root.is_some(), steps)
}

#[test]
fn a_draft_that_nobody_confirms_forgets_whom_it_is_about() {
    block_on(async {
        let house = house();
        let plan = draft(&house).await;
        work(&house).await;
        assert_eq!(look(&house, plan).await, (PlanState::Draft, true, 1));
        house.clock.advance(TimeDelta::days(7) + TimeDelta::seconds(1));
        work(&house).await;
        assert_eq!(look(&house, plan).await, (PlanState::Withdrawn, false, 0));
    });
}

#[test]
fn a_withdrawn_plan_forgets_whom_it_was_about() {
    block_on(async {
        let house = house();
        let plan = draft(&house).await;
        assert!(house.privacy.erasure().withdraw(plan, Actor::Anonymous).await.unwrap());
        assert_eq!(look(&house, plan).await, (PlanState::Withdrawn, false, 0));
        assert!(house.privacy.erasure().withdraw(plan, Actor::Anonymous).await.unwrap());
    });
}
