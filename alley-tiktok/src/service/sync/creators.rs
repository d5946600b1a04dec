//! Creators of the marketplace.

use alley_core::{CreatorRef, Env, Json};
use chrono::{DateTime, Utc};

use super::super::ShopClient;
use super::page::{Fetched, owned};
use crate::affiliate::{SearchCreators, WireCreator};
use crate::error::Result;
use crate::stored::Creator;
use crate::sync::SyncCursor;

pub(super) async fn page(client: &ShopClient, env: &Env, cursor: &SyncCursor) -> Result<Fetched> {
    let mut search = SearchCreators::new();
    search.page_token = cursor.page_token.clone();
    search.search_key = cursor.search_key.clone();
    let page = client.call(&search).await?.data;
    let now = env.now();
    let creators: Vec<Creator> =
        page.creators.iter().filter_map(|wire| creator(wire, cursor, now)).collect();
    let fetched = Fetched::of(page.creators.len(), creators).next(page.next_page_token.as_ref());
    let mut fetched = fetched.seen(None, Some(now));
    fetched.end.search_key = owned(page.search_key.as_ref());
    Ok(fetched)
}

fn creator(wire: &WireCreator, cursor: &SyncCursor, now: DateTime<Utc>) -> Option<Creator> {
    let profile = wire.creator_profile.clone().unwrap_or_default();
    let gmv = wire.gmv.clone().unwrap_or_default();
    Some(Creator {
        creator_id: CreatorRef::new(wire.creator_open_id.as_ref()?.as_str()).ok()?,
        tenant_id: cursor.tenant_id,
        username: owned(wire.username.as_ref()),
        nickname: owned(wire.nickname.as_ref()),
        region: owned(wire.selection_region.as_ref()),
        category_ids: Json(wire.category_ids.iter().map(ToString::to_string).collect()),
        follower_count: wire.follower_count,
        live_viewers: wire.avg_ec_live_uv,
        video_views: wire.avg_ec_video_view_count,
        currency: owned(gmv.currency.as_ref()),
        gmv_minor: gmv.minor(),
        level: profile.creator_level,
        has_collaborated: profile.has_collaborated,
        invited_90d: profile.has_invited_90d,
        is_blocked: profile.is_creator_blocked,
        seen_at: now,
    })
}
