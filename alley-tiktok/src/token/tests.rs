use alley_core::Sealed;
use proptest::prelude::*;

use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn token(access: i64, refresh: i64) -> Token {
    Token {
        integration_id: IntegrationId::generate(
            DateTime::UNIX_EPOCH,
            &alley_core::SeededRandom::new(1),
        )
        .unwrap(),
        tenant_id: TenantId::generate(DateTime::UNIX_EPOCH, &alley_core::SeededRandom::new(1))
            .unwrap(),
        access: Sealed::from_bytes(Vec::new()),
        refresh: Sealed::from_bytes(Vec::new()),
        access_expires_at: at(access),
        refresh_expires_at: at(refresh),
        generation: 3,
        refreshing_since: None,
        lease_until: None,
        refresh_due_at: None,
        reconnect_reason: None,
    }
}

#[test]
fn expiry_is_an_instant_and_not_a_duration() {
    let fixture = include_str!("../../tests/data/token_get_seller.json");
    let fixture: serde_json::Value = serde_json::from_str(fixture).unwrap();
    let data: TokenData = serde_json::from_value(fixture["data"].clone()).unwrap();
    let pair = data.pair().unwrap();
    assert_eq!(pair.access_expires_at, at(1_767_830_400));
    assert_eq!(pair.refresh_expires_at, at(1_798_761_600));
    #[cfg(feature = "authorization")]
    assert_eq!((data.user_type, data.granted_scopes.len()), (Some(0), 5));
}

#[test]
fn a_pair_without_a_part_is_no_pair() {
    for missing in ["access_token", "refresh_token", "access_token_expire_in"] {
        let mut data = serde_json::json!({
            "access_token": "a", "access_token_expire_in": 5, "refresh_token": "r",
            "refresh_token_expire_in": "6",
        });
        assert!(serde_json::from_value::<TokenData>(data.clone()).unwrap().pair().is_some());
        data[missing] = serde_json::Value::Null;
        assert!(serde_json::from_value::<TokenData>(data).unwrap().pair().is_none(), "{missing}");
    }
}

#[test]
fn a_token_is_renewed_a_minute_before_its_end() {
    let token = token(1_000, 5_000);
    assert_eq!(need(&token, None, MARGIN, at(939)), Need::Nothing);
    assert_eq!(need(&token, None, MARGIN, at(940)), Need::Refresh);
    assert_eq!(
        need(&token, None, MARGIN, at(5_000)),
        Need::Reconnect(ReconnectReason::RefreshExpired)
    );
}

#[test]
fn a_refused_token_is_renewed_unless_a_newer_one_is_there() {
    let token = token(1_000, 5_000);
    assert_eq!(need(&token, Some(3), MARGIN, at(0)), Need::Refresh);
    assert_eq!(need(&token, Some(2), MARGIN, at(0)), Need::Nothing);
}

#[test]
fn a_lease_makes_others_wait_until_it_runs_out() {
    let claimed = token(1_000, 5_000).claimed(at(2_000));
    assert_eq!(need(&claimed, None, MARGIN, at(2_010)), Need::Wait(at(2_060)));
    assert_eq!(need(&claimed, None, MARGIN, at(2_060)), Need::Refresh);
}

#[test]
fn an_open_intent_survives_a_second_claim_and_an_unclear_failure() {
    let first = token(1_000, 5_000).claimed(at(2_000));
    let second = first.claimed(at(2_100));
    assert_eq!(second.refreshing_since, Some(at(2_000)));
    let released = second.released(true, at(2_110));
    assert_eq!((released.refreshing_since, released.lease_until), (Some(at(2_000)), None));
    assert_eq!(released.released(false, at(2_120)).refreshing_since, None);
}

#[test]
fn a_given_up_token_serves_to_its_own_end_unless_it_was_refused() {
    let kept = token(1_000, 5_000).given_up(ReconnectReason::RefreshRefused, at(100));
    assert_eq!(need(&kept, None, MARGIN, at(100)), Need::Nothing);
    assert_eq!(
        need(&kept, None, MARGIN, at(1_000)),
        Need::Reconnect(ReconnectReason::RefreshRefused)
    );
    let refused = token(1_000, 5_000).given_up(ReconnectReason::TokenRefused, at(100));
    assert_eq!(
        need(&refused, None, MARGIN, at(100)),
        Need::Reconnect(ReconnectReason::TokenRefused)
    );
}

proptest! {
    #[test]
    fn no_call_goes_out_with_a_token_that_has_run_out(
        access in 0_i64..10_000, refresh in 0_i64..20_000, lease in proptest::option::of(0_i64..10_000),
        now in 0_i64..20_000, refused in proptest::option::of(0_i64..6),
    ) {
        let mut token = token(access, refresh);
        token.lease_until = lease.map(at);
        match need(&token, refused, MARGIN, at(now)) {
            Need::Nothing => prop_assert!(access - 60 > now && refused != Some(3)),
            Need::Refresh => prop_assert!(refresh > now && lease.is_none_or(|lease| lease <= now)),
            Need::Wait(until) => prop_assert!(until > at(now)),
            Need::Reconnect(reason) => {
                prop_assert_eq!(reason, ReconnectReason::RefreshExpired);
                prop_assert!(refresh <= now);
            }
        }
    }
}
