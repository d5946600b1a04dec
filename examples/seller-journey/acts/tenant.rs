//! Act 2: the seller's organization, a subscription, and webhooks that come twice and out of order.

use std::sync::Arc;

use alley_billing::{AccessDecision, CheckoutOutcome, CheckoutRequest, PriceRef};
use alley_core::{Access, CreateTenant, Purpose};
use alley_sandbox::{Delivery, Fault, On};

use crate::failure::Failure;
use crate::seller::Seller;
use crate::stage::Stage;

/// The monthly price of the double.
const PRICE: &str = "price_1AlleyFxPro0m";
/// The figure that says how many webhooks came.
const DELIVERED: &str = "stripe webhooks delivered";

pub(super) async fn play(stage: &Stage) -> Result<(), Failure> {
    let seller = Seller::of(stage);
    let session = seller.session().await?;
    if stage.journal.note("tenant").is_none() {
        let tenancy = stage.alley.tenancy();
        let tenant = match tenancy.memberships(&session).await?.first() {
            // An earlier start was stopped after it had created the tenant.
            Some(membership) => membership.tenant_id,
            None => match tenancy.create(&session, "Harbor Candles").await? {
                CreateTenant::Created(tenant) => tenant,
                other => return Err(Failure::new(format!("no tenant was created: {other:?}"))),
            },
        };
        stage.journal.keep("tenant", &tenant.to_string())?;
    }
    let access = seller.access(&session, Purpose::UserWorkflows).await?;
    let decision = stage.alley.billing()?.access(&access).await?;
    if !decision.granted {
        stage.journal.saw("before paying", format!("no access: {}", decision.reason))?;
    }
    if !decision.granted || !stage.journal.read().figures.contains_key(DELIVERED) {
        subscribe(stage, &access).await?;
    }
    let decision = stage.alley.billing()?.access(&access).await?;
    report(stage, &decision)
}

async fn subscribe(stage: &Stage, access: &Access) -> Result<(), Failure> {
    let session = match stage.journal.note("checkout") {
        Some(session) => session,
        None => checkout(stage, access).await?,
    };
    // The seller pays; Stripe tells so, the first event twice and all in reverse. After a stop here
    // it is paid already, and Stripe, which had no answer, tells again.
    let faults = stage.stripe.faults();
    faults.arm(Fault::DuplicateWebhook, On::any());
    faults.arm(Fault::ReorderedWebhooks, On::any());
    let events = faults.distort(stage.stripe.complete_checkout(&session)?);
    faults.clear();
    let delivered = deliver(stage, &events).await?;
    stage.journal.figure(DELIVERED, i64::try_from(delivered)?)?;
    stage.work().await?;
    stage
        .screen
        .line(&format!("checkout paid; {delivered} webhooks, one of them twice, in reverse"));
    Ok(())
}

/// Begins a checkout; the double's name for it.
async fn checkout(stage: &Stage, access: &Access) -> Result<String, Failure> {
    let request = CheckoutRequest::new(
        PriceRef::new(PRICE)?,
        "https://app.example.com/billing/done?session={CHECKOUT_SESSION_ID}",
        "https://app.example.com/billing",
    )?;
    match stage.alley.billing()?.start_checkout(access, &request).await? {
        CheckoutOutcome::Redirect(page) => {
            stage.journal.keep("checkout", page.session.as_str())?;
            Ok(page.session.as_str().to_owned())
        }
        other => Err(Failure::new(format!("no checkout was begun: {other:?}"))),
    }
}

/// Brings webhooks to the billing door, several at a time.
pub(super) async fn deliver(stage: &Stage, events: &[Delivery]) -> Result<usize, Failure> {
    let mut calls = tokio::task::JoinSet::new();
    for event in events {
        let (alley, event) = (Arc::clone(&stage.alley), event.clone());
        calls.spawn(async move {
            let reply = alley.billing()?.receive(event.headers(), event.body().clone()).await;
            Ok::<_, Failure>(reply.status)
        });
    }
    let statuses = calls.join_all().await.into_iter().collect::<Result<Vec<_>, Failure>>()?;
    match statuses.iter().find(|status| !status.is_success()) {
        None => Ok(statuses.len()),
        Some(status) => Err(Failure::new(format!("a webhook was answered with {status}"))),
    }
}

fn report(stage: &Stage, decision: &AccessDecision) -> Result<(), Failure> {
    let until = decision.until.map(|until| until.format(" until %Y-%m-%d").to_string());
    let text = format!(
        "{}: {}{}",
        if decision.granted { "access" } else { "no access" },
        decision.reason,
        until.unwrap_or_default()
    );
    stage.screen.line(&text);
    stage.journal.saw("access", text)
}
