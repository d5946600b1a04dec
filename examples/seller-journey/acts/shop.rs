//! Act 3: the seller connects a TikTok shop; an expired token is refreshed once for ten callers.

use std::sync::Arc;

use alley_core::{Access, Purpose, ShopRef};
use alley_tiktok::{Callback, ConnectOutcome};

use crate::failure::Failure;
use crate::seller::Seller;
use crate::stage::Stage;

pub(super) async fn play(stage: &Stage) -> Result<(), Failure> {
    let seller = Seller::of(stage);
    let session = seller.session().await?;
    let access = seller.access(&session, Purpose::ConnectedServices).await?;
    let shop = match first_shop(stage, &access).await? {
        Some(shop) => shop,
        None => connect(stage, &access).await?,
    };
    stage.journal.keep("shop", shop.as_str())?;
    if !stage.journal.read().seen.contains_key("state") {
        use_again(stage, &access).await?;
    }
    stage.screen.line("shop connected, tokens sealed");
    refresh_once(stage, &access, &shop).await
}

async fn first_shop(stage: &Stage, access: &Access) -> Result<Option<ShopRef>, Failure> {
    let shops = stage.alley.tiktok()?.shops(access).await?;
    Ok(shops.into_iter().next().map(|shop| shop.shop_id))
}

async fn connect(stage: &Stage, access: &Access) -> Result<ShopRef, Failure> {
    let tiktok = stage.alley.tiktok()?;
    let request = tiktok.begin_authorization(access).await?;
    // The seller's browser goes to the authorize page, and comes back.
    let back = stage.shop.authorize(Some(request.state.expose()));
    let query = back.redirect.split_once('?').map(|(_, query)| query.to_owned());
    let query = query.ok_or_else(|| Failure::new("the double came back without a query"))?;
    // What the browser still has in its history.
    stage.journal.keep("callback", &query)?;
    match tiktok.complete_authorization(access, Callback::parse(&query)).await? {
        ConnectOutcome::Connected(_) => {}
        other => return Err(Failure::new(format!("the shop was not connected: {other:?}"))),
    }
    let shop = first_shop(stage, access).await?;
    shop.ok_or_else(|| Failure::new("the authorization brought no shop"))
}

/// Somebody goes back in the browser's history: the same callback comes a second time.
async fn use_again(stage: &Stage, access: &Access) -> Result<(), Failure> {
    let query = stage.journal.note("callback").unwrap_or_default();
    let tiktok = stage.alley.tiktok()?;
    let again = tiktok.complete_authorization(access, Callback::parse(&query)).await?;
    let refused = matches!(again, ConnectOutcome::StateRefused);
    stage.journal.saw("state", if refused { "refused when used twice" } else { "used twice" })
}

/// Lets the access token expire at the platform and asks ten times at once.
async fn refresh_once(stage: &Stage, access: &Access, shop: &ShopRef) -> Result<(), Failure> {
    if stage.journal.read().figures.contains_key("token refreshes for ten calls") {
        return Ok(());
    }
    stage.shop.expire_access_tokens();
    let before = stage.shop.refreshes();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (alley, access, shop) = (Arc::clone(&stage.alley), *access, shop.clone());
        calls.spawn(async move {
            let client = alley.tiktok()?.shop_client(&access, &shop).await?;
            client.call(&alley_tiktok::authorization::ListAuthorizedShops::new()).await?;
            Ok::<(), Failure>(())
        });
    }
    for outcome in calls.join_all().await {
        outcome?;
    }
    let refreshes = stage.shop.refreshes().saturating_sub(before);
    stage.screen.line(&format!("token expired; ten calls, refreshed {refreshes} time(s)"));
    stage.journal.figure("token refreshes for ten calls", i64::try_from(refreshes)?)
}
