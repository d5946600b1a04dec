use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

use crate::ids::CampaignId;

fn campaign(number: u128) -> CampaignId {
    format!("cmp_{number:032x}").parse().unwrap()
}

fn contender(number: u128, class: u32, weight: u32) -> Contender {
    Contender { campaign: campaign(number), class, weight }
}

proptest! {
    #[test]
    fn shares_follow_weights_over_every_stretch(
        weights in proptest::collection::vec(1_u32..20, 2..5),
        rounds in 50_usize..300,
    ) {
        let contenders: Vec<Contender> = (1_u128..)
            .zip(&weights)
            .map(|(number, weight)| contender(number, 0, *weight))
            .collect();
        let mut fairness = Fairness::default();
        let served: Vec<CampaignId> =
            (0..rounds).filter_map(|_| fairness.pick(&contenders, 16)).collect();
        prop_assert_eq!(served.len(), rounds);
        for start in 0..rounds {
            let mut got: BTreeMap<CampaignId, f64> = BTreeMap::new();
            for campaign in &served[start..] {
                let weight = contenders.iter().find(|one| one.campaign == *campaign).unwrap().weight;
                *got.entry(*campaign).or_default() += 1.0 / f64::from(weight);
                let share = |one: &Contender| got.get(&one.campaign).copied().unwrap_or(0.0);
                let most = contenders.iter().map(share).fold(0.0, f64::max);
                let least = contenders.iter().map(share).fold(f64::MAX, f64::min);
                prop_assert!(most - least <= 1.0 + 1e-9, "{} {}", most, least);
            }
        }
    }

    #[test]
    fn no_eligible_class_waits_longer_than_the_guard(
        guard in 4_u32..20,
        present in proptest::collection::vec(1_u8..16, 100..300),
    ) {
        let mut fairness = Fairness::default();
        let mut waited: BTreeMap<u32, u32> = BTreeMap::new();
        for mask in present {
            // The first class always has work, so that only the guard helps the others.
            let classes: Vec<u32> =
                (0..4).filter(|class| *class == 0 || mask & (1 << class) != 0).collect();
            let contenders: Vec<Contender> = classes
                .iter()
                .map(|class| contender(u128::from(*class) + 1, *class, 1))
                .collect();
            let picked = fairness.pick(&contenders, guard).unwrap();
            let served = contenders.iter().find(|one| one.campaign == picked).unwrap().class;
            waited.retain(|class, _| classes.contains(class));
            for class in classes.into_iter().filter(|class| *class != 0) {
                let wait = waited.entry(class).or_default();
                *wait = if class == served { 0 } else { *wait + 1 };
                prop_assert!(*wait <= guard, "class {} waited {}", class, wait);
            }
        }
    }
}

#[test]
fn a_campaign_that_was_away_gets_no_credit() {
    let both = [contender(1, 0, 1), contender(2, 0, 1)];
    let mut fairness = Fairness::default();
    for _ in 0..10 {
        assert_eq!(fairness.pick(&both[..1], 16), Some(campaign(1)));
    }
    let after: Vec<_> = (0..4).filter_map(|_| fairness.pick(&both, 16)).collect();
    assert_eq!(after, [campaign(2), campaign(1), campaign(2), campaign(1)]);
}

#[test]
fn nobody_to_pick_is_no_pick() {
    assert_eq!(Fairness::default().pick(&[], 16), None);
}
