//! The door inside a unit of work.

use std::sync::Arc;

use alley_core::{
    Actor, Commit, Key, MemoryStore, PersonalRecords, Record as _, RecordStore, RecordWrite, Write,
};
use alley_privacy::Error;
use alley_privacy::erasure::{Outcome, PlanState, Root};
use alley_privacy::hold::{HoldPlacement, HoldReason};
use pollster::block_on;

use crate::rows::{Flaky, Folder, House, tenant};

fn folder() -> Folder {
    Folder { tenant_id: tenant(1), id: "f".to_owned(), person: Some("crea".to_owned()) }
}

fn key() -> Key {
    folder().key()
}

/// The same row inside and outside.
async fn with_unit(house: &House) -> Arc<MemoryStore> {
    house.insert(folder()).await;
    let unit = Arc::new(MemoryStore::new());
    let commit: Commit<RecordWrite> = house.env.commit().unwrap();
    RecordStore::commit(&*unit, commit.change(Write::Insert(folder()))).await.unwrap();
    unit
}

#[test]
fn a_hold_of_a_joined_door_covers_the_row_there_and_nowhere_else() {
    block_on(async {
        let house = House::new(Flaky::never());
        let unit = with_unit(&house).await;
        let records: Vec<Arc<dyn PersonalRecords>> = vec![Arc::clone(&unit) as _];
        let joined = house.privacy.on(Arc::clone(&unit), records);
        let placed = joined
            .holds()
            .place(Actor::Anonymous, "folder", &key(), false, HoldReason::Dispute, "1", None)
            .await
            .unwrap();
        assert!(matches!(placed, HoldPlacement::Active(_)), "{placed:?}");
        let outside = house.privacy.erasure();
        let plan = outside
            .draft(Actor::Anonymous, Root::person(tenant(1), "creator", "crea"))
            .await
            .unwrap();
        let token = outside.confirmation(plan, Actor::Anonymous).await.unwrap();
        let _ = outside.confirm(plan, Actor::Anonymous, &token).await.unwrap();
        let _ = outside.run(plan).await.unwrap();
        assert_eq!(house.row(Folder::TYPE, &key()).await, None, "the hold was placed outside");
        assert!(RecordStore::get(&*unit, Folder::TYPE, &key()).await.unwrap().is_some());
    });
}

#[test]
fn a_joined_door_draws_plans_up_and_does_not_carry_them_out() {
    block_on(async {
        let house = House::new(Flaky::never());
        let unit = with_unit(&house).await;
        let joined = house.privacy.on(Arc::clone(&unit), vec![Arc::clone(&unit) as _]);
        let erasure = joined.erasure();
        let plan = erasure
            .draft(Actor::Anonymous, Root::person(tenant(1), "creator", "crea"))
            .await
            .unwrap();
        let token = erasure.confirmation(plan, Actor::Anonymous).await.unwrap();
        let _ = erasure.confirm(plan, Actor::Anonymous, &token).await.unwrap();
        assert!(matches!(erasure.run(plan).await, Err(Error::InTransaction)));
        assert!(matches!(joined.retention().sweep(1).await, Err(Error::InTransaction)));
        assert_eq!(erasure.plan(plan).await.unwrap().state, PlanState::Confirmed);
        assert!(matches!(house.privacy.erasure().plan(plan).await, Err(Error::Unknown { .. })));
        assert!(joined.jobs().is_empty() && !house.privacy.jobs().is_empty());
    });
}

#[test]
fn types_that_the_unit_does_not_keep_are_found_where_they_were() {
    block_on(async {
        let house = House::new(Flaky::never());
        house.insert(folder()).await;
        let joined = house.privacy.on(Arc::new(MemoryStore::new()), Vec::new());
        let preview = joined.erasure();
        let plan = preview
            .draft(Actor::Anonymous, Root::person(tenant(1), "creator", "crea"))
            .await
            .unwrap();
        assert_eq!(preview.preview(plan).await.unwrap().rows(Outcome::Delete), 1);
    });
}
