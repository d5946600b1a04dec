//! Certificates: their order, and changes of them.

use alley_core::Actor;
use alley_privacy::hold::HoldState;
use pollster::block_on;

use crate::plan::{erase, run};
use crate::rows::{Flaky, House};
use crate::seed::{Seed, fill, fixed, place_holds, root};

#[test]
fn certificates_of_one_instant_keep_their_order() {
    block_on(async {
        let house = House::new(Flaky::never());
        let seed = Seed {
            papers: vec![(0, None); 6],
            holds: (0..6).map(|paper| (1, paper, false)).collect(),
            ..fixed()
        };
        let keys = fill(&house, &seed).await;
        let holds = place_holds(&house, &keys, &seed).await;
        let plan = erase(&house, root(&seed)).await;
        run(&house, plan).await;
        let erasure = house.privacy.erasure();
        for (hold, ..) in holds {
            let released = house.privacy.holds().release(Actor::Anonymous, hold).await;
            assert_eq!(released.unwrap(), HoldState::Released);
            erasure.resume(plan).await.unwrap();
            run(&house, plan).await;
        }
        let stored = erasure.certificates(plan).await.unwrap();
        assert_eq!(stored.len(), 7);
        for pair in stored.windows(2) {
            let before = Some(pair[0].id.to_string());
            assert_eq!(pair[1].read().unwrap().supersedes, before);
        }
    });
}

#[test]
fn a_changed_certificate_does_not_verify() {
    block_on(async {
        let house = House::new(Flaky::never());
        fill(&house, &fixed()).await;
        let plan = erase(&house, root(&fixed())).await;
        run(&house, plan).await;
        let good = house.privacy.erasure().certificates(plan).await.unwrap().pop().unwrap();
        for place in 0..good.body.len() {
            let mut changed = good.clone();
            let mut bytes = changed.body.into_bytes();
            bytes[place] ^= 1;
            let Ok(body) = String::from_utf8(bytes) else {
                continue;
            };
            changed.body = body;
            let check = alley_privacy::verify_certificate(&house.env.keyring, &changed);
            assert_eq!(check, alley_privacy::CertificateCheck::Changed, "byte {place}");
        }
        let mut foreign = good;
        foreign.public_key[0] ^= 1;
        let check = alley_privacy::verify_certificate(&house.env.keyring, &foreign);
        assert_eq!(check, alley_privacy::CertificateCheck::ForeignKey);
    });
}
