use serde_json::{Value, json};

use super::TikTokShop;
use super::envelope::Refusal;
use super::options::Options;
use super::state::{AuthCode, ShopState};
use crate::query::{Query, encode};
use crate::seed::Seed;

/// What the seller's browser comes back with after agreeing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Authorization {
    /// The code: works once, within 30 minutes.
    pub code: String,
    /// The whole address that the browser is sent to, code and state in its query.
    pub redirect: String,
}

impl TikTokShop {
    /// The seller opens the authorize page and agrees.
    ///
    /// `state` comes back as it was given; `None` plays an authorization that began in the seller
    /// app store, which comes back without one.
    pub fn authorize(&self, state: Option<&str>) -> Authorization {
        let now = self.now();
        self.state.with(|kept| agree(&self.options, kept, state, now))
    }

    /// The seller refuses: the address that the browser is sent to.
    pub fn refuse_authorization(&self, state: Option<&str>) -> String {
        let mut redirect = with_query(&self.options.redirect_url, "code=null&error=auth_denied");
        add_state(&mut redirect, state);
        redirect
    }
}

/// The authorize page for a browser that agrees at once.
pub(crate) fn page(
    options: &Options,
    state: &mut ShopState,
    query: &Query,
    now: i64,
) -> Result<String, Refusal> {
    let known = query.get("service_id") == Some(options.service_id.as_str())
        || query.get("app_key") == Some(options.app_key.as_str());
    if !known {
        return Err(Refusal::APP_KEY);
    }
    Ok(agree(options, state, query.get("state"), now).redirect)
}

fn agree(options: &Options, state: &mut ShopState, given: Option<&str>, now: i64) -> Authorization {
    let code = format!("TTP_{}", state.fresh(options.seed).letters(40));
    state.codes.insert(code.clone(), AuthCode { expires_at: now + CODE_LIFE_S });
    let extras = format!("app_key={}&code={code}&locale=en&shop_region=US", options.app_key);
    let mut redirect = with_query(&options.redirect_url, &extras);
    add_state(&mut redirect, given);
    Authorization { code, redirect }
}

fn with_query(url: &str, query: &str) -> String {
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}{query}")
}

fn add_state(redirect: &mut String, state: Option<&str>) {
    if let Some(state) = state {
        redirect.push_str("&state=");
        redirect.push_str(&encode(state));
    }
}

/// A shop of the seller.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) id: String,
    pub(crate) cipher: String,
    name: String,
    code: String,
}

pub(crate) fn shop(options: &Options, index: u32) -> Shop {
    let mut seed = Seed::of(options.seed, SHOPS, u64::from(index));
    Shop {
        id: format!("749{}", seed.digits(16)),
        cipher: format!("GCP_{}", seed.letters(32)),
        name: format!("Alley Test Shop {}", index + 1),
        code: format!("USLC{}", seed.letters(6).to_uppercase()),
    }
}

pub(crate) fn shops(options: &Options) -> Value {
    let shops: Vec<Value> = (0..options.shops.max(1))
        .map(|index| {
            let shop = shop(options, index);
            json!({
                "id": shop.id,
                "name": shop.name,
                "region": "US",
                "seller_type": "LOCAL",
                "cipher": shop.cipher,
                "code": shop.code,
            })
        })
        .collect();
    json!({ "shops": shops })
}

const CODE_LIFE_S: i64 = 30 * 60;
const SHOPS: u64 = 0x7368_6f70;
