//! `GET /affiliate_seller/202607/creator_outreach/quota` (Partner Center, "Get Weekly Creator
//! Outreach Quota"). One source only, so far; the figures of the tiers move, so ask.

use alley_core::http::Idempotency;
use http::Method;

use crate::operation::{Cipher, Operation};
use crate::wire::{Text, wire};

/// How many creators the shop may write to this week.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct GetOutreachQuota;

impl GetOutreachQuota {
    /// The request, which has no parameters.
    pub const fn new() -> Self {
        Self
    }
}

wire! {
    /// Answer to [`GetOutreachQuota`].
    pub struct QuotaAnswer {
        /// The quota.
        data: Option<OutreachQuota>,
    }
    /// A week's quota.
    pub struct OutreachQuota {
        /// The shop.
        shop_id: Option<Text>,
        /// Kind of quota.
        quota_type: Option<Text>,
        /// Tier by sales.
        gmv_tier: Option<Text>,
        /// Creators that may be written to.
        quota_sum: Option<i64>,
        /// Creators written to so far.
        quota_use: Option<i64>,
        /// Whether there is no limit.
        unlimited: Option<bool>,
        /// Only creators with at most this many followers.
        reached_max_follower_cnt: Option<i64>,
        /// Creators newly connected.
        new_connect_count: Option<i64>,
        /// Unix seconds.
        start_time: Option<i64>,
        /// Unix seconds.
        end_time: Option<i64>,
        /// Parts of the quota by creator level.
        quota_details: Vec<QuotaDetail>,
    }
    /// Part of a quota.
    pub struct QuotaDetail {
        /// For creators of these levels.
        creator_levels: Vec<i64>,
        /// Of the week.
        quota_period_sum: Option<i64>,
        /// Used of the week.
        quota_period_use: Option<i64>,
        /// Bonus, used first.
        quota_bonus_sum: Option<i64>,
        /// Used of the bonus.
        quota_bonus_use: Option<i64>,
    }
}

impl Operation for GetOutreachQuota {
    const NAME: &'static str = "affiliate_seller.get_weekly_creator_outreach_quota";
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/affiliate_seller/{version}/creator_outreach/quota";
    const VERSION: &'static str = "202607";
    const CIPHER: Cipher = Cipher::Shop;
    const IDEMPOTENCY: Idempotency = Idempotency::Idempotent;
    const SCOPE: Option<&'static str> = None;
    type Response = QuotaAnswer;
}
