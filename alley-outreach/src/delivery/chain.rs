//! Checking a shop's chain of deliveries.

use alley_core::Digest32;

use super::DeliveryRecord;

use crate::ids::DeliveryId;

/// A chain that holds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct ChainReport {
    /// Records that were checked.
    pub records: u64,
    /// Places between the first and the last record that are empty: erased, or removed. Whether an
    /// erasure explains each is for its certificates to say.
    pub missing: u64,
    /// Hash of the last record; compare it with one that was noted earlier to see a lost tail.
    pub head: Option<Digest32>,
}

/// A chain that does not hold: a record was changed, moved or replaced.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the chain of deliveries does not hold at {delivery}, place {seq}: {what}")]
#[non_exhaustive]
pub struct ChainBroken {
    /// The first record that does not fit.
    pub delivery: DeliveryId,
    /// Its place.
    pub seq: i64,
    /// What does not fit.
    pub what: &'static str,
}

/// Checks the deliveries of one shop, given in the order of their places: that each has the hash it
/// must have, and points at the one before it where that is still there.
///
/// # Errors
/// The first record that does not fit.
pub fn verify_chain<'a>(
    records: impl IntoIterator<Item = &'a DeliveryRecord>,
) -> Result<ChainReport, ChainBroken> {
    let mut report = ChainReport::default();
    let mut before: Option<&DeliveryRecord> = None;
    for record in records {
        let broken = |what| ChainBroken { delivery: record.delivery_id, seq: record.seq, what };
        if record.hash != record.expected_hash() {
            return Err(broken("its content is not what its hash says"));
        }
        let place = before.map_or(0, |before| before.seq);
        let gap = record.seq.saturating_sub(place).saturating_sub(1);
        if gap < 0 {
            return Err(broken("its place is not behind the one before it"));
        }
        let shop = before.is_none_or(|before| {
            before.shop_ref == record.shop_ref && before.tenant_id == record.tenant_id
        });
        if !shop {
            return Err(broken("it belongs to another shop"));
        }
        let start = Digest32::new([0; 32]);
        let expected = before.map_or(start, |before| before.hash);
        if gap == 0 && record.prev_hash != expected {
            return Err(broken("it does not point at the one before it"));
        }
        report.records = report.records.saturating_add(1);
        report.missing = report.missing.saturating_add(u64::try_from(gap).unwrap_or(0));
        report.head = Some(record.hash);
        before = Some(record);
    }
    Ok(report)
}
