use uuid::Uuid;

use super::*;
use crate::commit::Version;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn session(number: u128, created: i64) -> Session {
    let session_id = SessionId::from_uuid(Uuid::from_u128(number));
    Session {
        session_id,
        account_id: AccountId::from_uuid(Uuid::from_u128(1)),
        family: session_id,
        token_hash: Digest32::new([0; 32]),
        created_at: at(created),
        seen_at: at(created),
        expires_at: at(created) + SessionLimits::BALANCED.absolute,
        password_at: at(created),
        second_factor: None,
        second_factor_at: None,
        rotated_at: None,
        device: None,
        network: None,
    }
}

const LIMITS: SessionLimits = SessionLimits::BALANCED;
const DAY: i64 = 86_400;

#[test]
fn idle_and_absolute_limits_end_a_session_at_the_very_second() {
    let fresh = session(1, 0);
    assert_eq!(fresh.state(&LIMITS, at(DAY - 1)), SessionState::Live { touch: true });
    assert_eq!(fresh.state(&LIMITS, at(DAY)), SessionState::Expired);
    let mut busy = fresh;
    busy.seen_at = at(14 * DAY - 10);
    assert_eq!(busy.state(&LIMITS, at(14 * DAY - 1)), SessionState::Live { touch: false });
    assert_eq!(busy.state(&LIMITS, at(14 * DAY)), SessionState::Expired);
}

#[test]
fn se_20_a_clock_set_back_neither_ends_nor_extends() {
    let session = session(1, 3_600);
    assert_eq!(session.state(&LIMITS, at(0)), SessionState::Live { touch: false });
    assert_eq!(
        session.state(&LIMITS, DateTime::<Utc>::MIN_UTC),
        SessionState::Live { touch: false }
    );
    assert_eq!(session.state(&LIMITS, DateTime::<Utc>::MAX_UTC), SessionState::Expired);
}

#[test]
fn a_rotated_token_is_never_live() {
    let mut session = session(1, 0);
    session.rotated_at = Some(at(5));
    assert_eq!(
        session.state(&LIMITS, at(6)),
        SessionState::Rotated { since: TimeDelta::seconds(1) }
    );
}

#[test]
fn uses_within_a_minute_are_written_once() {
    let session = session(1, 0);
    assert_eq!(session.state(&LIMITS, at(59)), SessionState::Live { touch: false });
    assert_eq!(session.state(&LIMITS, at(60)), SessionState::Live { touch: true });
}

#[test]
fn the_twenty_first_session_takes_the_place_of_the_longest_unused() {
    let mut stored: Vec<_> =
        (1..=20).map(|n| Versioned::new(session(n, 0), Version::FIRST)).collect();
    for (place, stored) in stored.iter_mut().enumerate() {
        stored.record.seen_at = at(100 - i64::try_from(place).unwrap());
    }
    let ids = |sessions: Vec<&Versioned<Session>>| -> Vec<u128> {
        sessions.iter().map(|s| s.record.session_id.as_uuid().as_u128()).collect()
    };
    assert_eq!(ids(give_way(&stored, &LIMITS, at(200))), [20]);
    assert_eq!(ids(give_way(&stored[..19], &LIMITS, at(200))), [0_u128; 0]);
    let mut old = session(30, 0);
    old.family = stored[19].record.session_id;
    old.rotated_at = Some(at(1));
    stored.push(Versioned::new(old, Version::FIRST));
    assert_eq!(ids(give_way(&stored, &LIMITS, at(200))), [20, 30]);
}

#[test]
fn sessions_that_are_over_give_way_first() {
    let mut stored: Vec<_> =
        (1..=20).map(|n| Versioned::new(session(n, DAY), Version::FIRST)).collect();
    stored[4].record.seen_at = at(0);
    let gone = give_way(&stored, &LIMITS, at(DAY + 1));
    assert_eq!(gone.len(), 1);
    assert_eq!(gone[0].record.session_id, stored[4].record.session_id);
}

#[test]
fn only_the_network_of_an_address_is_kept() {
    let kept = |text: &str| Client::new().with_address(text.parse().unwrap()).kept_network();
    assert_eq!(kept("192.0.2.77").as_deref(), Some("192.0.2.0/24"));
    assert_eq!(kept("::ffff:192.0.2.77").as_deref(), Some("192.0.2.0/24"));
    assert_eq!(kept("2001:db8:7:8::9").as_deref(), Some("2001:db8:7::/48"));
    let noisy = Client::new().with_device("a\nb".repeat(100));
    assert_eq!(noisy.kept_device().unwrap().len(), 100);
}
