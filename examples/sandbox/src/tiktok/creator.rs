use serde_json::{Value, json};

use super::authorize;
use super::envelope::Refusal;
use super::gate::Call;
use super::options::Options;
use super::page::{Page, search_body, search_id};
use super::state::ShopState;
use crate::seed::Seed;

/// `POST /affiliate_seller/202608/marketplace_creators/search`.
///
/// A page holds exactly 12 or 20. The first answer brings a `search_key`, which must come back in
/// the body together with the page token, beside the same filters.
pub(crate) fn search(options: &Options, call: &Call) -> Result<Value, Refusal> {
    let size = call.page_size(12, 20)?;
    if size != 12 && size != 20 {
        return Err(Refusal::parameter("Invalid page_size: 12 or 20 are taken"));
    }
    let key = format!("sk_{}", search_id(&[b"creators", search_body(&call.body).as_bytes()]));
    let token = call.query.get("page_token").filter(|token| !token.is_empty());
    match (token, call.body_text("search_key").filter(|key| !key.is_empty())) {
        (Some(_), None) => return Err(Refusal::parameter("Missing search_key")),
        (_, Some(sent)) if sent != key => return Err(Refusal::parameter("Invalid search_key")),
        _ => {}
    }
    let keyword = call.body_text("keyword").unwrap_or_default().to_lowercase();
    let found: Vec<Value> = (0..options.creators)
        .map(|index| creator(options.seed, index))
        .filter(|creator| crate::json::text(creator, "username").contains(&keyword))
        .collect();
    let page = Page::cut(token, size, found.len(), &key)?;
    Ok(json!({
        "search_key": key,
        "next_page_token": page.next,
        "creators": found.get(page.start..page.end).unwrap_or_default(),
    }))
}

/// `GET /affiliate_seller/202607/creator_outreach/quota`: weeks begin on Sunday, 00:00 UTC.
///
/// assumed: the hour at which the week turns; the Seller University page names the day only.
pub(crate) fn quota(options: &Options, state: &ShopState, call: &Call) -> Value {
    // 1970-01-04 was a Sunday.
    let start = call.now - (call.now - 3 * 86_400).rem_euclid(WEEK_S);
    let used = state.quota_used;
    json!({ "data": {
        "shop_id": authorize::shop(options, call.shop).id,
        "quota_type": "WEEKLY",
        "gmv_tier": "2",
        "quota_sum": options.weekly_quota.to_string(),
        "quota_use": used.to_string(),
        "unlimited": false,
        "reached_max_follower_cnt": "500000",
        "new_connect_count": used.to_string(),
        "pair_connect_count": "0",
        "start_time": start.to_string(),
        "end_time": (start + WEEK_S).to_string(),
        "gmv_level_rule": [],
        "quota_details": [{
            "creator_levels": [1, 2, 3],
            "quota_period_sum": options.weekly_quota,
            "quota_period_use": used,
            "quota_bonus_sum": 0,
            "quota_bonus_use": 0,
        }],
    } })
}

pub(crate) fn open_id(seed: u64, index: u32) -> String {
    format!("aly{}", Seed::of(seed, OPEN_IDS, u64::from(index)).letters(46))
}

fn creator(of: u64, index: u32) -> Value {
    let mut seed = Seed::of(of, CREATORS, u64::from(index));
    let username = format!("creator_{index}_{}", seed.digits(3));
    let amount = |value: String| json!({ "currency": "USD", "amount": value });
    json!({
        "creator_open_id": open_id(of, index),
        "username": username,
        "nickname": seed.words(2),
        "avatar": { "url": format!("https://cdn.example.com/avatar/{}.webp", seed.digits(8)) },
        "selection_region": "US",
        "category_ids": [format!("1702{}", seed.digits(15))],
        "follower_count": 1_000 + seed.below(400_000),
        "avg_ec_live_uv": seed.below(1_000),
        "avg_ec_video_view_count": seed.below(20_000),
        "gmv": amount(seed.money()),
        "live_gmv": amount(seed.money()),
        "video_gmv": amount(seed.money()),
        "top_follower_demographics": {
            "age_ranges": [seed.pick(&["AGE_18_24", "AGE_25_34", "AGE_35_44"])],
            "major_gender": {
                "gender": seed.pick(&["FEMALE", "MALE"]),
                "percentage": 50 + seed.below(40),
            },
        },
        "creator_profile": {
            "is_official_recommend": seed.one_in(8),
            "is_fast_growing": seed.one_in(5),
            "is_rising_star": seed.one_in(9),
            "has_collaborated": seed.one_in(6),
            "has_invited_90d": seed.one_in(12),
            "is_creator_blocked": false,
            "is_eligible_flat_fee": seed.one_in(2),
            "creator_level": 1 + seed.below(6),
            "user_type_tag": [],
        },
    })
}

const WEEK_S: i64 = 7 * 86_400;
const OPEN_IDS: u64 = 0x6372_6964;
const CREATORS: u64 = 0x6372_6561;
