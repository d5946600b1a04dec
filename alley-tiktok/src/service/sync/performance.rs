//! Daily figures: one call for up to 90 days.

use alley_core::Env;
use chrono::{DateTime, Days, NaiveDate, Utc};

use super::super::ShopClient;
use super::page::{Fetched, owned};
use crate::analytics::{GetShopPerformance, PerformanceInterval};
use crate::error::Result;
use crate::stored::AnalyticsSnapshot;
use crate::sync::SyncCursor;
use crate::wire::Text;

pub(super) async fn page(client: &ShopClient, env: &Env, cursor: &SyncCursor) -> Result<Fetched> {
    let now = env.now();
    let (start, end) = days(cursor.since, now);
    let answer = client.call(&GetShopPerformance::new(start, end)).await?.data;
    let intervals = answer.performance.unwrap_or_default().intervals;
    // Days that are not there yet are answered with zeros, which would look like figures.
    let latest = date(answer.latest_available_date.as_ref());
    let snapshots: Vec<AnalyticsSnapshot> = intervals
        .iter()
        .filter_map(|interval| snapshot(interval, cursor, now))
        .filter(|snapshot| latest.is_none_or(|latest| snapshot.start_date <= latest))
        .collect();
    let newest = snapshots.iter().map(|snapshot| snapshot.start_date).max();
    let newest = newest.and_then(|date| date.and_hms_opt(0, 0, 0)).map(|time| time.and_utc());
    let rows = snapshots.len();
    let total = i64::try_from(rows).ok();
    Ok(Fetched::of(rows, snapshots).seen(total, newest))
}

/// From the lower bound, at most 90 days back, up to and including today.
fn days(since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> (NaiveDate, NaiveDate) {
    let today = now.date_naive();
    let earliest = today.checked_sub_days(Days::new(89)).unwrap_or(today);
    let start = since.map_or(earliest, |since| since.date_naive().max(earliest)).min(today);
    (start, today.succ_opt().unwrap_or(today))
}

fn snapshot(
    wire: &PerformanceInterval,
    cursor: &SyncCursor,
    now: DateTime<Utc>,
) -> Option<AnalyticsSnapshot> {
    let start_date = date(wire.start_date.as_ref())?;
    let sales = wire.sales.clone().unwrap_or_default();
    let traffic = wire.traffic.clone().unwrap_or_default();
    let gmv = sales.gmv.clone().unwrap_or_default();
    let creator = [&sales.creator_video_gmv, &sales.creator_live_gmv];
    let creator: Vec<i64> =
        creator.into_iter().filter_map(|amount| amount.as_ref()?.minor()).collect();
    Some(AnalyticsSnapshot {
        snapshot_id: format!("{}:{start_date}", cursor.shop_id),
        tenant_id: cursor.tenant_id,
        shop_id: cursor.shop_id.clone(),
        start_date,
        end_date: date(wire.end_date.as_ref()).or_else(|| start_date.succ_opt())?,
        currency: owned(gmv.currency.as_ref()),
        gmv_minor: gmv.minor(),
        creator_gmv_minor: (!creator.is_empty())
            .then(|| creator.iter().fold(0_i64, |sum, part| sum.saturating_add(*part))),
        refunds_minor: sales.refunds.as_ref().and_then(crate::money::Amount::minor),
        orders: sales.orders_count,
        items_sold: sales.items_sold,
        customers: sales.customers_count,
        visitors: traffic.avg_visitors,
        page_views: traffic.avg_page_views,
        seen_at: now,
    })
}

fn date(text: Option<&Text>) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text?.as_str(), "%Y-%m-%d").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_reach_back_at_most_90_and_never_into_the_future() {
        let date = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap();
        let at = |text: &str| date(text).and_hms_opt(12, 0, 0).unwrap().and_utc();
        let now = at("2026-01-31");
        assert_eq!(days(None, now), (date("2025-11-03"), date("2026-02-01")));
        assert_eq!(days(Some(at("2026-01-20")), now).0, date("2026-01-20"));
        assert_eq!(days(Some(at("2020-01-01")), now).0, date("2025-11-03"));
        assert_eq!(days(Some(at("2026-03-01")), now).0, date("2026-01-31"));
    }
}
