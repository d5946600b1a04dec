use serde_json::{Value, json};

use super::envelope::Refusal;
use super::options::Options;
use super::state::{Grant, LivingToken, ShopState};
use crate::query::Query;
use crate::seed::Seed;

/// `GET /api/v2/token/get`: an authorization code becomes the first token pair.
pub(crate) fn get(
    options: &Options,
    state: &mut ShopState,
    query: &Query,
    now: i64,
) -> Result<Value, Refusal> {
    check_app(options, query, "authorized_code")?;
    let code = query.get("auth_code").ok_or(Refusal::parameter("Missing auth_code"))?;
    // Removed whether or not it is still good: a code has one use.
    let known = state.codes.remove(code).ok_or(Refusal::NO_AUTH_RECORD)?;
    state.touch();
    if known.expires_at <= now {
        return Err(Refusal::NO_AUTH_RECORD);
    }
    let grant = Grant {
        open_id: format!("aly{}_seller", Seed::of(options.seed, OPEN_ID, 0).letters(30)),
        access: vec![fresh_access(options, state, now)],
        refresh: fresh_refresh(options, state, now),
        revoked: false,
    };
    let data = token_data(options, &grant);
    state.grants.push(grant);
    Ok(data)
}

/// `GET /api/v2/token/refresh`: the refresh token is replaced and dead from then on. Access tokens
/// handed out before live to their own end, so that calls under way do not fail.
pub(crate) fn refresh(
    options: &Options,
    state: &mut ShopState,
    query: &Query,
    now: i64,
) -> Result<Value, Refusal> {
    check_app(options, query, "refresh_token")?;
    let sent = query.get("refresh_token").ok_or(Refusal::parameter("Missing refresh_token"))?;
    let at = state
        .grants
        .iter()
        .position(|grant| !grant.revoked && grant.refresh.token == sent)
        .ok_or(Refusal::NO_AUTH_RECORD)?;
    let access = fresh_access(options, state, now);
    let refresh = fresh_refresh(options, state, now);
    let grant = state.grants.get_mut(at).ok_or(Refusal::NO_AUTH_RECORD)?;
    if grant.refresh.expires_at <= now {
        return Err(Refusal::REFRESH_EXPIRED);
    }
    // The end of the authorization does not move with a refresh.
    grant.refresh = LivingToken { expires_at: grant.refresh.expires_at, ..refresh };
    grant.access.retain(|old| old.expires_at + ACCESS_REMEMBERED_S > now);
    grant.access.push(access);
    let data = token_data(options, grant);
    state.refreshes += 1;
    state.touch();
    Ok(data)
}

fn check_app(options: &Options, query: &Query, grant_type: &str) -> Result<(), Refusal> {
    let app = query.get("app_key") == Some(options.app_key.as_str())
        && query.get("app_secret") == Some(options.app_secret.as_str());
    if !app {
        return Err(Refusal::APP_KEY);
    }
    if query.get("grant_type") != Some(grant_type) {
        return Err(Refusal::parameter("Invalid grant_type"));
    }
    Ok(())
}

fn fresh_access(options: &Options, state: &mut ShopState, now: i64) -> LivingToken {
    LivingToken {
        token: format!("TTP_{}", state.fresh(options.seed).letters(60)),
        expires_at: now + options.access_life_s,
    }
}

fn fresh_refresh(options: &Options, state: &mut ShopState, now: i64) -> LivingToken {
    LivingToken {
        token: format!("TTP_{}", state.fresh(options.seed).letters(44)),
        expires_at: now + options.refresh_life_s,
    }
}

/// The `…_expire_in` members are absolute Unix times in spite of their names.
fn token_data(options: &Options, grant: &Grant) -> Value {
    let access = grant.access.last();
    json!({
        "access_token": access.map(|access| &access.token),
        "access_token_expire_in": access.map(|access| access.expires_at),
        "refresh_token": grant.refresh.token,
        "refresh_token_expire_in": grant.refresh.expires_at,
        "open_id": grant.open_id,
        "seller_name": "Alley Test Shop",
        "seller_base_region": "US",
        "user_type": 0,
        "granted_scopes": options.scopes,
    })
}

/// How long a run-out access token still answers 105002 instead of 105001.
const ACCESS_REMEMBERED_S: i64 = 30 * 86_400;
const OPEN_ID: u64 = 0x6f70_656e;
