//! A plan from its draft to its rest.

use std::collections::BTreeMap;

use alley_core::Actor;
use alley_privacy::erasure::{Progress, Root};
use chrono::TimeDelta;

use crate::rows::House;

pub(crate) async fn erase(house: &House, root: Root) -> alley_core::PlanId {
    let erasure = house.privacy.erasure();
    let plan = erasure.draft(Actor::Anonymous, root).await.unwrap();
    let token = erasure.confirmation(plan, Actor::Anonymous).await.unwrap();
    let confirmed = erasure.confirm(plan, Actor::Anonymous, &token).await.unwrap();
    assert_eq!(confirmed, alley_privacy::erasure::Confirmation::Confirmed);
    plan
}

pub(crate) async fn counts(house: &House, plan: alley_core::PlanId) -> BTreeMap<String, u64> {
    let stored = house.privacy.erasure().certificates(plan).await.unwrap();
    let last = stored.last().unwrap();
    let check = alley_privacy::verify_certificate(&house.env.keyring, last);
    assert_eq!(check, alley_privacy::CertificateCheck::Valid);
    assert!(!last.body.contains("canary") && !last.body.contains("crea\""));
    let mut counts = BTreeMap::new();
    for line in last.read().unwrap().erased {
        if line.outcome != "repair" {
            *counts.entry(line.outcome).or_default() += line.rows;
        }
    }
    counts
}

/// Runs a plan to its rest, through failures; each costs two hours.
pub(crate) async fn run(house: &House, plan: alley_core::PlanId) {
    for _ in 0..200 {
        match house.privacy.erasure().advance(plan, 1).await {
            Ok(Progress::More) => {}
            Ok(Progress::Rests(_) | Progress::Waits(_)) => return,
            Ok(_) | Err(_) => house.clock.advance(TimeDelta::hours(2)),
        }
    }
    panic!("the plan does not come to rest");
}
