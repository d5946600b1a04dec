//! Statements.

use alley_core::Env;
use chrono::{DateTime, Utc};

use super::super::ShopClient;
use super::page::{Fetched, instant, owned};
use crate::error::Result;
use crate::finance::{ListStatements, WireStatement};
use crate::ids::StatementId;
use crate::money::minor_units;
use crate::stored::FinanceRecord;
use crate::sync::SyncCursor;
use crate::wire::Text;

pub(super) async fn page(client: &ShopClient, env: &Env, cursor: &SyncCursor) -> Result<Fetched> {
    let mut list = ListStatements::new(100);
    list.page_token = cursor.page_token.clone();
    list.statement_time_ge = cursor.since.map(|since| since.timestamp());
    let page = client.call(&list).await?.data;
    let now = env.now();
    let statements: Vec<FinanceRecord> =
        page.statements.iter().filter_map(|wire| statement(wire, cursor, now)).collect();
    let newest = statements.iter().map(|statement| statement.statement_at).max();
    let fetched =
        Fetched::of(page.statements.len(), statements).next(page.next_page_token.as_ref());
    Ok(fetched.seen(None, newest))
}

fn statement(
    wire: &WireStatement,
    cursor: &SyncCursor,
    now: DateTime<Utc>,
) -> Option<FinanceRecord> {
    let minor = |amount: &Option<Text>| {
        minor_units(amount.as_ref()?.as_str(), wire.currency.as_ref()?.as_str()).ok()
    };
    Some(FinanceRecord {
        finance_id: StatementId::new(wire.id.as_ref()?.as_str()).ok()?,
        tenant_id: cursor.tenant_id,
        shop_id: cursor.shop_id.clone(),
        statement_at: instant(wire.statement_time)?,
        currency: owned(wire.currency.as_ref()),
        settlement_minor: minor(&wire.settlement_amount),
        revenue_minor: minor(&wire.revenue_amount),
        fee_minor: minor(&wire.fee_amount),
        adjustment_minor: minor(&wire.adjustment_amount),
        payment_status: wire.payment_status.as_ref().map(|status| status.as_str().to_owned()),
        payment_id: owned(wire.payment_id.as_ref()),
        paid_at: instant(wire.payment_time),
        seen_at: now,
    })
}
