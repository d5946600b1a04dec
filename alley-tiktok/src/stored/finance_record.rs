//! A statement of a shop.

use alley_core::{Record, ShopRef, TenantId, elements};
use chrono::{DateTime, Utc};

use super::shy_debug;
use crate::ids::StatementId;

/// A statement. Amounts are minor units of its currency.
#[derive(Clone, Eq, PartialEq, Record)]
#[record(name = "finance_record", domain = "tiktok", id = finance_id, tenant = tenant_id)]
#[record(source_time = seen_at, owned_by(shop = shop_id))]
#[non_exhaustive]
pub struct FinanceRecord {
    /// Its id at TikTok Shop.
    #[record(element = elements::CONNECTED_FINANCE)]
    pub finance_id: StatementId,
    /// Whose.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// The shop.
    #[record(element = elements::CONNECTED_FINANCE)]
    pub shop_id: ShopRef,
    /// Of which time.
    #[record(element = elements::CONNECTED_FINANCE)]
    pub statement_at: DateTime<Utc>,
    /// ISO 4217 code.
    #[record(element = elements::CONNECTED_FINANCE)]
    pub currency: Option<String>,
    /// What is paid out.
    #[record(element = elements::CONNECTED_FINANCE)]
    pub settlement_minor: Option<i64>,
    /// Sales.
    #[record(element = elements::CONNECTED_FINANCE)]
    pub revenue_minor: Option<i64>,
    /// Fees.
    #[record(element = elements::CONNECTED_FINANCE)]
    pub fee_minor: Option<i64>,
    /// Adjustments.
    #[record(element = elements::CONNECTED_FINANCE)]
    pub adjustment_minor: Option<i64>,
    /// TikTok Shop's word, also one that this version does not know.
    #[record(element = elements::CONNECTED_FINANCE)]
    pub payment_status: Option<String>,
    /// The payment.
    #[record(element = elements::CONNECTED_FINANCE)]
    pub payment_id: Option<String>,
    /// When it was paid.
    #[record(element = elements::CONNECTED_FINANCE)]
    pub paid_at: Option<DateTime<Utc>>,
    /// When the platform last answered with it; statements have no time of change.
    #[record(technical)]
    pub seen_at: DateTime<Utc>,
}

shy_debug!(FinanceRecord);
