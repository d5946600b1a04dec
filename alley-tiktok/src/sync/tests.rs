use proptest::prelude::*;

use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn fresh(kind: SyncKind) -> SyncCursor {
    let tenant =
        TenantId::generate(DateTime::UNIX_EPOCH, &alley_core::SeededRandom::new(1)).unwrap();
    SyncCursor::fresh(tenant, &ShopRef::new("749").unwrap(), kind, at(100_000))
}

fn page(rows: usize, next: Option<&str>, newest: Option<i64>) -> PageEnd {
    PageEnd { rows, next: next.map(str::to_owned), newest: newest.map(at), ..PageEnd::default() }
}

#[test]
fn a_run_ends_with_the_page_that_has_no_next() {
    let now = at(100_001);
    let first = fresh(SyncKind::Orders).behind(&page(100, Some("t"), Some(50_000)), now);
    assert_eq!((first.finished_at, first.page_token.as_deref()), (None, Some("t")));
    let last = first.behind(&page(3, None, Some(40_000)), now);
    assert_eq!((last.finished_at, last.page_token.as_deref()), (Some(now), None));
    assert_eq!((last.done, last.newest), (103, Some(at(50_000))));
}

#[test]
fn the_next_run_begins_before_whatever_the_last_may_have_missed() {
    let ended = |newest| fresh(SyncKind::Orders).behind(&page(1, None, newest), at(200_000));
    let since = |newest| ended(newest).following(at(300_000)).since;
    assert_eq!(since(Some(50_000)), Some(at(50_000 - 600)));
    // Seen while the run went on: only what lies before its beginning is certain.
    assert_eq!(since(Some(150_000)), Some(at(100_000 - 600)));
    assert_eq!(since(None), None);
}

#[test]
fn an_empty_run_does_not_move_the_bound() {
    let first = fresh(SyncKind::Orders).behind(&page(1, None, Some(50_000)), at(200_000));
    let second = first.following(at(300_000)).behind(&page(0, None, None), at(300_001));
    assert_eq!(second.following(at(400_000)).since, second.since);
    assert!(second.since.is_some());
}

#[test]
fn creators_are_read_afresh_and_only_so_many() {
    let run = fresh(SyncKind::Creators).behind(&page(1_000, Some("t"), Some(1)), at(200_000));
    assert!(run.finished_at.is_some());
    assert_eq!(run.following(at(300_000)).since, None);
}

proptest! {
    #[test]
    fn progress_only_rises_and_the_bound_never_passes_what_was_seen(
        pages in proptest::collection::vec((0_usize..200, proptest::option::of(0_i64..300_000)), 1..20),
    ) {
        let mut cursor = fresh(SyncKind::Orders);
        let mut done = 0;
        for (at_page, (rows, newest)) in pages.iter().enumerate() {
            let next = (at_page + 1 < pages.len()).then_some("t");
            cursor = cursor.behind(&page(*rows, next, *newest), at(250_000));
            prop_assert!(cursor.progress().done >= done);
            done = cursor.progress().done;
        }
        prop_assert!(cursor.progress().finished);
        let newest = pages.iter().filter_map(|(_, newest)| *newest).max();
        if let (Some(since), Some(newest)) = (cursor.following(at(300_000)).since, newest) {
            prop_assert!(since < at(newest) && since < cursor.started_at);
        }
    }
}
