//! A release beside what adds to the hold, and what hangs on the root of a hold.

use std::task::{Context, Poll, Waker};

use alley_core::{
    Actor, HoldAction, HoldId, HoldMark, Key, PageRequest, PersonalRecords as _, Record as _,
    RecordType,
};
use alley_privacy::hold::{HoldItem, HoldPlacement, HoldReason, HoldState, HoldStore};
use chrono::TimeDelta;
use pollster::block_on;

use crate::house::{Visit, house};
use crate::rows::{Bill, Folder, House, start, tenant};

fn bill(id: &str) -> Bill {
    Bill {
        tenant_id: tenant(1),
        id: id.to_owned(),
        folder: "f".to_owned(),
        tag: None,
        closed_at: Some(start() - TimeDelta::days(800)),
        payer: None,
    }
}

fn visit(id: &str) -> Visit {
    Visit {
        tenant_id: tenant(1),
        id: id.to_owned(),
        folder: Some("f".to_owned()),
        closed_at: Some(start() - TimeDelta::days(800)),
    }
}

fn key(id: &str) -> Key {
    Key::of(tenant(1), &id.to_owned())
}

async fn filled() -> House {
    let house = house();
    house.insert(Folder { tenant_id: tenant(1), id: "f".to_owned(), person: None }).await;
    house.insert(bill("b")).await;
    house.insert(visit("v")).await;
    house
}

async fn place(house: &House, record: &str, id: &str) -> HoldPlacement {
    let (holds, key, reason) = (house.privacy.holds(), key(id), HoldReason::Dispute);
    holds.place(Actor::Anonymous, record, &key, true, reason, "case 1", None).await.unwrap()
}

async fn release(house: &House, hold: HoldId) {
    let state = house.privacy.holds().release(Actor::Anonymous, hold).await.unwrap();
    assert_eq!(state, HoldState::Released);
}

async fn sweep(house: &House) -> (u64, u64) {
    let swept = house.privacy.retention().sweep(100).await.unwrap();
    (swept.deleted, swept.held)
}

async fn items(house: &House, record: &RecordType, id: &str) -> Vec<HoldItem> {
    let items = HoldStore::items_of_row(&house.store.inner, record.name, &key(id)).await.unwrap();
    items.into_iter().map(|item| item.record).collect()
}

async fn nothing_is_left(house: &House) {
    for (record, id) in [(Folder::TYPE, "f"), (Bill::TYPE, "b"), (Visit::TYPE, "v")] {
        assert_eq!(items(house, record, id).await, [], "{}", record.name);
    }
    assert_eq!(sweep(house).await, (2, 0), "a mark of a released hold is left");
}

#[test]
fn a_release_beside_the_placing_leaves_neither_mark_nor_item() {
    let mut paused = 0;
    for call in 0..20 {
        let house = block_on(filled());
        house.store.pause_at(call);
        let mut placing = Box::pin(place(&house, "folder", "f"));
        let mut context = Context::from_waker(Waker::noop());
        if placing.as_mut().poll(&mut context).is_ready() {
            break;
        }
        paused += 1;
        block_on(async {
            let page = PageRequest::first(1);
            let holds = HoldStore::holds_in_state(&house.store.inner, HoldState::Placing, page);
            release(&house, holds.await.unwrap().items[0].record.id).await;
        });
        let Poll::Ready(placed) = placing.as_mut().poll(&mut context) else {
            panic!("only one call waits")
        };
        assert!(matches!(placed, HoldPlacement::Placing(_)), "{placed:?}");
        block_on(nothing_is_left(&house));
    }
    assert_eq!(
        paused, 8,
        "a mark and a change of its items for each of three types, two additions"
    );
}

#[test]
fn a_release_beside_the_inheriting_of_a_hold_leaves_neither_mark_nor_item() {
    for call in 0..6 {
        let house = house();
        let hold = block_on(async {
            house.insert(Folder { tenant_id: tenant(1), id: "f".to_owned(), person: None }).await;
            let HoldPlacement::Active(hold) = place(&house, "folder", "f").await else { panic!() };
            house.insert(bill("b")).await;
            house.insert(visit("v")).await;
            hold
        });
        house.store.pause_at(call);
        let mut sweeping = Box::pin(sweep(&house));
        let mut context = Context::from_waker(Waker::noop());
        assert!(sweeping.as_mut().poll(&mut context).is_pending(), "item, mark, item; twice");
        block_on(release(&house, hold));
        assert!(sweeping.as_mut().poll(&mut context).is_ready());
        let _ = block_on(sweep(&house));
        for (record, id) in [(Bill::TYPE, "b"), (Visit::TYPE, "v")] {
            assert_eq!(block_on(items(&house, record, id)), []);
            assert_eq!(block_on(house.row(record, &key(id))), None, "held for ever");
        }
    }
}

#[test]
fn leftovers_of_a_released_hold_hold_nothing_and_go_with_a_second_release() {
    block_on(async {
        let house = filled().await;
        // Another hold is in force, so that rows are looked at one by one.
        house.insert(Folder { tenant_id: tenant(1), id: "g".to_owned(), person: None }).await;
        assert!(matches!(place(&house, "folder", "g").await, HoldPlacement::Active(_)));
        let HoldPlacement::Active(hold) = place(&house, "folder", "f").await else { panic!() };
        let root = items(&house, Folder::TYPE, "f").await.remove(0);
        let own = items(&house, Bill::TYPE, "b").await.remove(0);
        assert_eq!(sweep(&house).await, (0, 2));
        release(&house, hold).await;
        house.insert(root).await;
        house.insert(own).await;
        let keys = vec![key("b")];
        let action = HoldAction::Place;
        let mark = HoldMark { hold, record: Bill::TYPE, keys, action };
        house.store.inner.set_hold(&mark).await.unwrap();
        // The visit goes in spite of the item of its folder; the bill is marked in the store.
        assert_eq!(sweep(&house).await, (1, 1));
        release(&house, hold).await;
        assert_eq!(items(&house, Bill::TYPE, "b").await, []);
        assert_eq!(items(&house, Folder::TYPE, "f").await, []);
        assert_eq!(sweep(&house).await, (1, 0));
    });
}

#[test]
fn a_hold_covers_what_its_root_shares_also_what_comes_later() {
    block_on(async {
        let house = filled().await;
        assert!(matches!(place(&house, "folder", "f").await, HoldPlacement::Active(_)));
        assert_eq!(items(&house, Visit::TYPE, "v").await.len(), 1);
        house.insert(visit("late")).await;
        assert_eq!(sweep(&house).await, (0, 3));
        assert_eq!(items(&house, Visit::TYPE, "late").await.len(), 1);
    });
}
