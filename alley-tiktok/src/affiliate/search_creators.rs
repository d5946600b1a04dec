//! `POST /affiliate_seller/202608/marketplace_creators/search` (Partner Center, "Search Creators in
//! Creator Marketplace").

use alley_core::http::Idempotency;
use bytes::Bytes;
use http::Method;
use serde::Serialize;

use crate::error::Result;
use crate::money::Amount;
use crate::operation::{Cipher, Operation, Parameters, json_body};
use crate::wire::{Text, wire};

/// One page of creators. A page has 12 or 20, nothing else.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct SearchCreators {
    /// From the page before; `None` for the first.
    #[serde(skip)]
    pub page_token: Option<String>,
    /// From the first page; goes back with each further one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_key: Option<String>,
    /// Part of a username.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keyword: Option<String>,
}

impl SearchCreators {
    /// Creators a page.
    pub const PAGE_SIZE: u32 = 20;

    /// The first page of all creators.
    pub fn new() -> Self {
        Self::default()
    }
}

wire! {
    /// Answer to [`SearchCreators`].
    pub struct CreatorPage {
        /// Empty or absent on the last page.
        next_page_token: Option<Text>,
        /// To be sent back with the next page.
        search_key: Option<Text>,
        /// The creators.
        creators: Vec<WireCreator>,
    }
    /// A creator.
    pub struct WireCreator {
        /// Stable within the app; the only key that may be stored.
        creator_open_id: Option<Text>,
        /// Public name.
        username: Option<Text>,
        /// Name to show.
        nickname: Option<Text>,
        /// Picture.
        avatar: Option<Avatar>,
        /// Country, ISO 3166.
        selection_region: Option<Text>,
        /// Product categories.
        category_ids: Vec<Text>,
        /// Followers.
        follower_count: Option<i64>,
        /// Viewers of shopping live streams, on average.
        avg_ec_live_uv: Option<i64>,
        /// Views of shopping videos, on average.
        avg_ec_video_view_count: Option<i64>,
        /// Sales.
        gmv: Option<Amount>,
        /// What the platform says about working together.
        creator_profile: Option<CreatorProfile>,
    }
    /// Picture of a creator.
    pub struct Avatar {
        /// Its address.
        url: Option<Text>,
    }
    /// What the platform says about working together.
    pub struct CreatorProfile {
        /// Level, higher sells more.
        creator_level: Option<i64>,
        /// Whether they worked with the shop before.
        has_collaborated: Option<bool>,
        /// Whether they were invited within 90 days.
        has_invited_90d: Option<bool>,
        /// Whether the platform forbids contact.
        is_creator_blocked: Option<bool>,
    }
}

impl Operation for SearchCreators {
    const NAME: &'static str = "affiliate_seller.search_creators_in_creator_marketplace";
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/affiliate_seller/{version}/marketplace_creators/search";
    const VERSION: &'static str = "202608";
    const CIPHER: Cipher = Cipher::Shop;
    const IDEMPOTENCY: Idempotency = Idempotency::Idempotent;
    const SCOPE: Option<&'static str> = Some("seller.creator_marketplace.read");
    type Response = CreatorPage;

    fn query(&self, parameters: &mut Parameters) {
        parameters.add("page_size", Self::PAGE_SIZE.to_string());
        parameters.add_some("page_token", self.page_token.as_ref());
    }

    fn body(&self) -> Result<Option<Bytes>> {
        json_body(self)
    }
}
