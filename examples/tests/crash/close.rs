//! Closing a tenant.

use std::path::Path;

use alley_core::{Access, AccessDecision, AccessRefused, Purpose, TenantChange};
use alley_outreach::pacing::PauseReason;

use crate::app::App;
use crate::disconnect::{audited, no_tokens, paused};
use crate::killing::{Act, chosen, kill, rehearse};
use crate::ledger::Ledger;
use crate::world::World;

/// Killed at every step of the call, of the delivery of its fact, and of the exchanges with Stripe,
/// and at every ninth of the background work after that. If the call had not committed, the seller
/// asks again; if it had, nobody does, and the work alone must end it.
#[tokio::test]
async fn a_closing_killed_at_any_step_is_finished_by_the_next_process() {
    let world = World::prepare().await;
    let steps = rehearse(&world, Act::Close);
    let (mut begun_by_the_dead, mut begun_again) = (0, 0);
    for step in chosen(&steps, 9) {
        let file = world.copy(&format!("close-{}", step.number));
        let at = kill(&world, Act::Close, &file, step);
        let app = world.open(&file, at, 10_000 + step.number);
        let ledger = Ledger::open(&file);
        if status(&ledger).as_deref() == Some("active") {
            assert!(step.of_call, "the call had returned and is forgotten: {step:?}");
            begun_again += 1;
            let access = app.access(&world.cookie, world.tenant).await;
            let closed = app.alley.tenancy().close(&access).await.unwrap();
            assert_eq!(closed, TenantChange::Done, "{step:?}");
        } else {
            begun_by_the_dead += 1;
        }
        // From the commit on, before any background work.
        refused(&world, &app).await;
        app.work().await;
        // What Stripe has to tell meanwhile comes too late to change anything.
        world.deliver(&app).await;
        app.work().await;
        check(&world, &app, &file).await;
        drop((ledger, app));
    }
    assert!(begun_again >= 1, "no step before the commit");
    assert!(begun_by_the_dead >= 20, "{begun_by_the_dead} steps after it");
}

/// Of the tenant's row, while it is there.
fn status(ledger: &Ledger) -> Option<String> {
    ledger.texts("SELECT status FROM alley_core_tenant").pop()
}

async fn refused(world: &World, app: &App) {
    let decision = app.decision(&world.cookie, world.tenant).await;
    let AccessDecision::Refused(why) = decision else { unreachable!("{decision:?}") };
    // A stranger once membership and tenant are erased.
    assert!(matches!(why, AccessRefused::Closing | AccessRefused::NotMember), "{why:?}");
}

async fn check(world: &World, app: &App, file: &Path) {
    refused(world, app).await;
    no_tokens(world, app, file).await;
    assert_eq!(world.stripe_status(), "canceled");
    let access = Access::for_job(world.tenant, "crash-test", Purpose::UserWorkflows);
    assert!(!app.alley.billing().unwrap().access(&access).await.unwrap().granted);
    assert_eq!(paused(world, app).await, PauseReason::TenantClosed);
    let ledger = Ledger::open(file);
    assert_ne!(status(&ledger).as_deref(), Some("active"));
    // The erasure keeps the row for its period, without what it said.
    assert_eq!(ledger.texts("SELECT status FROM alley_billing_subscription"), [""]);
    // One plan for each fact. The tenant's keeps for their periods invoices and what was written.
    let plans = "SELECT trigger || ', ' || state FROM alley_privacy_erasure_plan ORDER BY 1";
    let wanted = ["integration.disconnected, certified", "tenant.closed, deferred"];
    assert_eq!(ledger.texts(plans), wanted);
    for gone in [
        "core_tenant",
        "core_membership",
        "tiktok_integration",
        "tiktok_shop",
        "tiktok_order",
        "tiktok_creator",
    ] {
        assert_eq!(ledger.count(&format!("SELECT count(*) FROM alley_{gone}")), 0, "{gone}");
    }
    assert_eq!(audited(&ledger, "tenant.close"), 1);
    assert_eq!(audited(&ledger, "integration.disconnect"), 1);
    assert_eq!(audited(&ledger, "billing.close"), 1);
    assert_eq!(ledger.count("SELECT count(*) FROM alley_core_outbox"), 0);
}
