//! Legal holds that are placed while plans erase what they cover.
//!
//! Here no version guards: the set that a batch is decided on (what is held) may have changed when the
//! batch begins, and is looked at once more inside the transaction that deletes. So reading it late is
//! right, and what shows that the tests can fail is a store that does not look again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use alley_core::{
    Actor, CreatorRef, Env, Key, PersonalRecords, PlanId, Record as _, RecordStore, TenantId,
};
use alley_outreach::{Contact, ContactDetails, TemplateReads as _};
use alley_privacy::{Config, DataMap, HoldPlacement, HoldReason, Privacy, Root, Stores};

use crate::house::{House, Store, WRITERS, rounds};
use crate::schedule::{Gate, Release, Work, all_read_before_one_commits, gate, race};
use crate::seller::{Seller, creator, shop};
use crate::unheeding::{Batches, Heeds, Watched};

pub(crate) fn what_was_held_before_a_batch_began_stays_in_a_race<S: Store>(house: &House<S>) {
    for _ in 0..rounds().div_ceil(2) {
        let outcome = house.block_on(after_a_race(house));
        assert_eq!(outcome.deleted_though_held, 0, "{outcome:?}");
        // Whatever nobody holds goes.
        assert!(outcome.deleted >= PLANS * (SHOPS - HELD), "{outcome:?}");
    }
}

pub(crate) fn what_was_held_before_a_batch_began_stays_in_the_worst_schedule<S: Store>(
    house: &House<S>,
) {
    for _ in 0..rounds().div_ceil(2) {
        let worst = after_the_worst_schedule(house, Release::Together, Heeds::Marks);
        let outcome = house.block_on(worst);
        assert_eq!(outcome.deleted_though_held, 0, "{outcome:?}");
        assert_eq!(outcome.deleted, PLANS * (SHOPS - HELD), "{outcome:?}");
    }
}

pub(crate) fn it_would_be_deleted_if_marks_were_read_before_the_transaction<S: Store>(
    house: &House<S>,
) {
    let worst = after_the_worst_schedule(house, Release::OneByOne, Heeds::Nothing);
    let outcome = house.block_on(worst);
    assert_eq!(outcome.deleted_though_held, PLANS * HELD, "{outcome:?}");
}

#[derive(Debug)]
struct Outcome {
    deleted: usize,
    /// Rows that are gone, though a hold on them was active before any batch began that names them.
    deleted_though_held: usize,
}

/// Four plans are carried out while holds are placed on a part of what each of them erases.
async fn after_a_race<S: Store>(house: &House<S>) -> Outcome {
    let case = Case::open(house).await;
    let writers = house.stores.iter().enumerate().map(|(number, store)| {
        // A gate that opens at once.
        let (gate, keeper) = gate();
        keeper.open();
        case.working(store, &house.env, gate, Heeds::Marks, number)
    });
    race(writers.collect()).await;
    case.outcome(house).await
}

/// Each plan has decided that its rows go; then they are held; then the batches begin.
async fn after_the_worst_schedule<S: Store>(
    house: &House<S>,
    release: Release,
    heeds: Heeds,
) -> Outcome {
    let case = Case::open(house).await;
    let writers = house.stores.iter().enumerate().map(|(number, store)| {
        let (gate, keeper) = gate();
        (keeper, case.working(store, &house.env, gate, heeds, number))
    });
    all_read_before_one_commits(writers.collect(), release).await;
    case.outcome(house).await
}

/// A creator with contacts of several shops for each plan.
struct Case {
    plans: Vec<PlanId>,
    contacts: Vec<Vec<Key>>,
    batches: Arc<Batches>,
    /// When a hold on a row was active.
    held: Arc<Mutex<BTreeMap<Key, u64>>>,
}

impl Case {
    async fn open<S: Store>(house: &House<S>) -> Self {
        let seller = Seller::new(house, Vec::new()).await;
        let erasure = door(&house.env, &house.truth, Arc::clone(&house.truth)).erasure();
        let (mut plans, mut contacts) = (Vec::new(), Vec::new());
        for number in 0..PLANS {
            let who = creator(number);
            let known = (0..SHOPS).map(|number| ContactDetails::new(shop(number), who.clone()));
            seller.door.put_contacts(&seller.author, known.collect()).await.unwrap();
            contacts.push(contacts_of(house, seller.tenant, &who).await);
            let root = Root::creator(seller.tenant, &who);
            let plan = erasure.draft(Actor::Anonymous, root).await.unwrap();
            let token = erasure.confirmation(plan, Actor::Anonymous).await.unwrap();
            let _ = erasure.confirm(plan, Actor::Anonymous, &token).await.unwrap();
            plans.push(plan);
        }
        let (batches, held) = (Arc::default(), Arc::default());
        Self { plans, contacts, batches, held }
    }

    /// The first four writers each carry a plan out and wait before they delete; the others each hold a
    /// part of what one erases, and wait after it.
    fn working<S: Store>(
        &self,
        store: &Arc<S>,
        env: &Env,
        gate: Arc<Gate>,
        heeds: Heeds,
        number: usize,
    ) -> Work {
        if let Some(plan) = self.plans.get(number).copied() {
            let batches = Arc::clone(&self.batches);
            let watched = Watched::new(Arc::clone(store), gate, env.clone(), batches, heeds);
            let erasure = door(env, store, Arc::new(watched)).erasure();
            return Box::pin(async move {
                let _ = erasure.run(plan).await.unwrap();
            });
        }
        let holds = door(env, store, Arc::clone(store)).holds().clone();
        let (batches, held) = (Arc::clone(&self.batches), Arc::clone(&self.held));
        let keys: Vec<_> = self.contacts.get(number - PLANS).unwrap().clone();
        Box::pin(async move {
            for key in keys.into_iter().take(HELD) {
                let (record, reason) = (Contact::TYPE.name, HoldReason::Litigation);
                let placed =
                    holds.place(Actor::Anonymous, record, &key, false, reason, "case 1", None);
                if let HoldPlacement::Active(_) = placed.await.unwrap() {
                    let now = batches.tick();
                    held.lock().unwrap().insert(key, now);
                }
            }
            gate.pass().await;
        })
    }

    async fn outcome<S: Store>(&self, house: &House<S>) -> Outcome {
        let (mut deleted, mut deleted_though_held) = (0, 0);
        for key in self.contacts.iter().flatten() {
            if house.truth.get(Contact::TYPE, key).await.unwrap().is_some() {
                continue;
            }
            deleted += 1;
            let (held, began) =
                (self.held.lock().unwrap().get(key).copied(), self.batches.first(key));
            let was_held = held.is_some_and(|held| began.is_none_or(|began| held < began));
            deleted_though_held += usize::from(was_held);
        }
        Outcome { deleted, deleted_though_held }
    }
}

fn door<S: RecordStore, P: PersonalRecords>(
    env: &Env,
    store: &Arc<S>,
    personal: Arc<P>,
) -> Privacy {
    let map = DataMap::preset().unwrap();
    let config = Config::new(map, alley_store::declarations(), vec![personal]);
    Privacy::new(env, Stores::of(store), config).unwrap()
}

async fn contacts_of<S: Store>(
    house: &House<S>,
    tenant: TenantId,
    creator: &CreatorRef,
) -> Vec<Key> {
    let mut keys = Vec::new();
    for number in 0..SHOPS {
        let found = house.truth.contact(tenant, &shop(number), creator).await.unwrap();
        keys.push(found.unwrap().record.key());
    }
    keys
}

const PLANS: usize = WRITERS / 2;
const SHOPS: usize = 6;
/// How many of a creator's contacts are held.
const HELD: usize = 3;
