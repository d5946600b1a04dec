//! The engine does what the model says, and a crash is only a delay.

use std::collections::BTreeMap;

use alley_core::{Actor, PageRequest};
use alley_privacy::erasure::{Outcome, PlanState, StepState};
use alley_privacy::hold::HoldState;
use chrono::TimeDelta;
use pollster::block_on;
use proptest::prelude::*;

use crate::model::{model, seen, wanted};
use crate::plan::{counts, erase, run};
use crate::rows::{Flaky, House, start};
use crate::seed::{Seed, fill, fixed, place_holds, root, roots, seeds};

pub(crate) async fn compare(seed: &Seed) -> Result<(), TestCaseError> {
    let house = House::new(Flaky::never());
    let keys = fill(&house, seed).await;
    let holds = place_holds(&house, &keys, seed).await;
    let mut world = model(&house, &keys, &holds, roots(seed)).await;
    let before = world.clone();
    world.run().unwrap();
    let plan = erase(&house, root(seed)).await;
    let preview = house.privacy.erasure().preview(plan).await.unwrap();
    let (steps, spared) = before.plan().unwrap();
    prop_assert_eq!(preview.rows(Outcome::Delete), count(&steps, Outcome::Delete));
    prop_assert_eq!(preview.rows(Outcome::Minimize), count(&steps, Outcome::Minimize));
    prop_assert_eq!(preview.rows(Outcome::Hold), u64::try_from(spared.len()).unwrap());
    run(&house, plan).await;
    prop_assert_eq!(seen(&house, &keys, &before).await, wanted(&world));
    let wanted_counts: BTreeMap<String, u64> =
        world.counts.iter().map(|(what, rows)| ((*what).to_owned(), *rows)).collect();
    prop_assert_eq!(&counts(&house, plan).await, &wanted_counts);

    // A finished plan that runs again changes nothing.
    let _ = house.privacy.erasure().run(plan).await.unwrap();
    prop_assert_eq!(seen(&house, &keys, &before).await, wanted(&world));

    // Holds end and dates pass: only what stays for ever is left.
    for (hold, _, _) in &holds {
        let state = house.privacy.holds().release(Actor::Anonymous, *hold).await.unwrap();
        prop_assert_eq!(state, HoldState::Released);
    }
    world.holds.clear();
    house.clock.advance(TimeDelta::days(800));
    world.now = start() + TimeDelta::days(800);
    world.run().unwrap();
    house.privacy.erasure().resume(plan).await.unwrap();
    run(&house, plan).await;
    prop_assert_eq!(seen(&house, &keys, &before).await, wanted(&world));
    let state = house.privacy.erasure().plan(plan).await.unwrap();
    prop_assert_eq!(state.state, PlanState::Certified);
    prop_assert!(state.root.is_none());
    for state in StepState::ALL {
        let page = PageRequest::first(1);
        let left = house.privacy.erasure().steps(plan, *state, page).await.unwrap();
        prop_assert!(left.items.is_empty(), "a step names an erased row for ever");
    }
    Ok(())
}

pub(crate) fn count(steps: &[(Outcome, String)], outcome: Outcome) -> u64 {
    u64::try_from(steps.iter().filter(|(what, _)| *what == outcome).count()).unwrap()
}

pub(crate) async fn crash(seed: &Seed, call: i64, after: bool) -> Result<(), TestCaseError> {
    let outcome = |store: Flaky, armed: Option<i64>| async move {
        let house = House::new(store);
        let keys = fill(&house, seed).await;
        let holds = place_holds(&house, &keys, seed).await;
        let before = model(&house, &keys, &holds, roots(seed)).await;
        let plan = erase(&house, root(seed)).await;
        if let Some(call) = armed {
            house.store.arm(call);
        }
        run(&house, plan).await;
        (seen(&house, &keys, &before).await, counts(&house, plan).await)
    };
    let plain = outcome(Flaky::at(i64::MAX / 2, after), None).await;
    let crashed = outcome(Flaky::at(i64::MAX / 2, after), Some(call)).await;
    prop_assert_eq!(crashed, plain);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn engine_does_what_the_model_says(seed in seeds()) {
        block_on(compare(&seed))?;
    }

    #[test]
    fn a_crash_anywhere_is_only_a_delay(seed in seeds(), call in 0_i64..60, after in any::<bool>()) {
        block_on(crash(&seed, call, after))?;
    }
}

#[test]
fn a_crash_at_each_call_in_turn_is_only_a_delay() {
    for call in 0..120 {
        for after in [false, true] {
            block_on(crash(&fixed(), call, after)).unwrap();
        }
    }
}
