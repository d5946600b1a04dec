use super::*;

fn account() -> Account {
    let id = AccountId::from_uuid(uuid::Uuid::from_u128(1));
    let (email, index) = (Sealed::from_bytes([0]), Digest32::new([1; 32]));
    Account::new(id, "1234567890".to_owned(), email, index, DateTime::UNIX_EPOCH)
}

#[test]
fn an_account_is_in_good_standing_when_verified_and_neither_disabled_nor_closed() {
    let now = DateTime::UNIX_EPOCH;
    assert_eq!(account().standing(), Standing::Unverified);
    let verified = account().verified(now);
    assert_eq!(verified.standing(), Standing::Good);
    let mut disabled = verified.clone();
    disabled.status = AccountStatus::Disabled;
    assert_eq!(disabled.standing(), Standing::Disabled);
    let closed = verified.closed(now);
    assert_eq!((closed.standing(), closed.closed_at), (Standing::Closed, Some(now)));
}

#[test]
fn verifying_again_keeps_the_first_instant() {
    let first = DateTime::UNIX_EPOCH;
    let later = first + chrono::TimeDelta::hours(1);
    assert_eq!(account().verified(first).verified(later).verified_at, Some(first));
}
