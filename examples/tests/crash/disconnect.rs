//! Disconnecting a shop.

use std::path::Path;

use alley_core::{Access, Purpose};
use alley_outreach::pacing::PauseReason;
use alley_outreach::{HandOutAnswer, HandOutRequest, Refusal};
use alley_tiktok::Disconnected;

use crate::app::App;
use crate::killing::{Act, chosen, kill, rehearse};
use crate::ledger::Ledger;
use crate::world::World;

/// Killed at every step of the call and of the delivery of its fact, and at every fourth of the
/// background work after that. If the call had not committed, the seller asks again; if it had,
/// nobody does, and the work alone must end it.
#[tokio::test]
async fn a_disconnection_killed_at_any_step_is_finished_by_the_next_process() {
    let world = World::prepare().await;
    let steps = rehearse(&world, Act::Disconnect);
    let (mut begun_by_the_dead, mut begun_again) = (0, 0);
    for step in chosen(&steps, 4) {
        let file = world.copy(&format!("disconnect-{}", step.number));
        let at = kill(&world, Act::Disconnect, &file, step);
        let app = world.open(&file, at, 10_000 + step.number);
        let ledger = Ledger::open(&file);
        let tokens = ledger.count("SELECT count(*) FROM alley_tiktok_token");
        let live = live(&ledger);
        assert_eq!(tokens, live, "integration and tokens end together: {step:?}");
        if live == 0 {
            begun_by_the_dead += 1;
        } else {
            assert!(step.of_call, "the call had returned and is forgotten: {step:?}");
            begun_again += 1;
            assert_eq!(disconnect(&world, &app).await, Disconnected::Now, "{step:?}");
        }
        app.work().await;
        check(&world, &app, &file).await;
        // The row of the integration itself went with the erasure.
        assert_eq!(disconnect(&world, &app).await, Disconnected::Unknown, "{step:?}");
        drop((ledger, app));
    }
    assert!(begun_again >= 1, "no step before the commit");
    assert!(begun_by_the_dead >= 10, "{begun_by_the_dead} steps after it");
}

async fn disconnect(world: &World, app: &App) -> Disconnected {
    let access = app.access(&world.cookie, world.tenant).await;
    app.alley.tiktok().unwrap().disconnect(&access, world.integration).await.unwrap()
}

fn live(ledger: &Ledger) -> i64 {
    ledger.count("SELECT count(*) FROM alley_tiktok_integration WHERE state <> 'disconnected'")
}

async fn check(world: &World, app: &App, file: &Path) {
    no_tokens(world, app, file).await;
    let paused = paused(world, app).await;
    assert_eq!(paused, PauseReason::IntegrationDisconnected);
    let ledger = Ledger::open(file);
    assert_eq!(live(&ledger), 0);
    assert_eq!(ledger.count("SELECT count(*) FROM alley_tiktok_shop WHERE closed_at IS NULL"), 0);
    // Connected data has no period of its own: it is gone already.
    let plans = ledger.texts("SELECT trigger || ', ' || state FROM alley_privacy_erasure_plan");
    assert_eq!(plans, ["integration.disconnected, certified"]);
    assert_eq!(ledger.count("SELECT count(*) FROM alley_tiktok_order"), 0);
    assert_eq!(audited(&ledger, "integration.disconnect"), 1);
    assert_eq!(ledger.count("SELECT count(*) FROM alley_core_outbox"), 0);
    // Nothing but the shop ended.
    assert_eq!(world.stripe_status(), "active");
}

/// Neither a row nor, in any page of the file or the log, the bytes of one.
pub(crate) async fn no_tokens(world: &World, app: &App, file: &Path) {
    app.store.compact_after_erasure().await.unwrap();
    let ledger = Ledger::open(file);
    assert_eq!(ledger.count("SELECT count(*) FROM alley_tiktok_token"), 0);
    assert_eq!(ledger.found(&world.token_bytes), 0);
}

/// Why nothing is handed out.
pub(crate) async fn paused(world: &World, app: &App) -> PauseReason {
    let access = Access::for_job(world.tenant, "crash-test", Purpose::UserWorkflows);
    let request = HandOutRequest::new("after the end");
    match app.alley.outreach().hand_out(&access, &request).await.unwrap() {
        HandOutAnswer::Refused(Refusal::Paused { reason }) => reason,
        other => unreachable!("the queue is not stopped: {other:?}"),
    }
}

/// How often the trail says that it was done.
pub(crate) fn audited(ledger: &Ledger, action: &str) -> i64 {
    ledger.count(&format!("SELECT count(*) FROM alley_core_audit_event WHERE action = '{action}'"))
}
