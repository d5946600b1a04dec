//! Act 6, second part: the creator is erased while one record is under a legal hold; the hold is
//! released and the rest goes; the retention sweep runs.

use alley_core::{Actor, CreatorRef, HoldId, Key, PlanId, TenantId};
use alley_privacy::erasure::Confirmation;
use alley_privacy::hold::HoldState;
use alley_privacy::{HoldPlacement, HoldReason, Root, verify_certificate};
use chrono::TimeDelta;

use crate::failure::Failure;
use crate::journal::replace;
use crate::seller::Seller;
use crate::stage::Stage;

pub(super) async fn play(stage: &Stage) -> Result<(), Failure> {
    let seller = Seller::of(stage);
    let session = seller.session().await?;
    let tenant = seller.tenant()?;
    let actor = Actor::Account(session.account());
    let creator = stage.journal.note("creator").unwrap_or_default();
    let hold = hold(stage, actor, tenant, &creator).await?;
    let plan = plan(stage, actor, tenant, &creator).await?;
    confirm(stage, actor, plan).await?;
    let _ = stage.alley.privacy().erasure().run(plan).await?;
    if !stage.journal.read().seen.contains_key("first certificate") {
        certificate(stage, plan, "first certificate").await?;
    }
    release(stage, actor, hold, plan).await?;
    certificate(stage, plan, "last certificate").await?;
    sweep(stage).await
}

/// A dispute about the creator's collaboration: the record of the creator may not go.
async fn hold(
    stage: &Stage,
    actor: Actor,
    tenant: TenantId,
    creator: &str,
) -> Result<HoldId, Failure> {
    if let Some(hold) = stage.journal.note("hold") {
        return Ok(hold.parse()?);
    }
    let holds = stage.alley.privacy().holds();
    let key = Key::of(tenant, &CreatorRef::new(creator)?);
    let reason = HoldReason::Litigation;
    let placed = holds.place(actor, "creator", &key, false, reason, "case 2026-117", None).await?;
    let (HoldPlacement::Active(hold) | HoldPlacement::Placing(hold)) = placed else {
        return Err(Failure::new(format!("the hold was not placed: {placed:?}")));
    };
    stage.journal.keep("hold", &hold.to_string())?;
    stage.screen.line("one record put under a legal hold");
    Ok(hold)
}

async fn plan(
    stage: &Stage,
    actor: Actor,
    tenant: TenantId,
    creator: &str,
) -> Result<PlanId, Failure> {
    if let Some(plan) = stage.journal.note("plan") {
        // An earlier start was stopped, perhaps with the plan in its hands; its lease runs out.
        stage.wait(TimeDelta::minutes(2))?;
        return Ok(plan.parse()?);
    }
    let root = Root::Person { tenant, kind: "creator".to_owned(), reference: creator.to_owned() };
    let plan = stage.alley.privacy().erasure().draft(actor, root).await?;
    stage.journal.keep("plan", &plan.to_string())?;
    Ok(plan)
}

/// The seller looks at the preview and confirms it.
async fn confirm(stage: &Stage, actor: Actor, plan: PlanId) -> Result<(), Failure> {
    let erasure = stage.alley.privacy().erasure();
    let preview = erasure.refresh(plan).await?;
    if stage.journal.note("preview").is_none() {
        let shown: Vec<String> = preview
            .lines
            .iter()
            .map(|line| format!("{} {} ({})", line.rows, line.record, line.outcome))
            .collect();
        stage.screen.line(&format!("erasure planned: {}", shown.join(", ")));
        // Kept for the picture in the report.
        let lines: Vec<_> = preview
            .lines
            .iter()
            .map(|line| (line.record, line.outcome.as_str(), line.rows))
            .collect();
        stage.journal.keep("preview", &serde_json::to_string(&lines)?)?;
    }
    let token = erasure.confirmation(plan, actor).await?;
    match erasure.confirm(plan, actor, &token).await? {
        Confirmation::Confirmed | Confirmation::NotADraft => Ok(()),
        other => Err(Failure::new(format!("the plan was not confirmed: {other:?}"))),
    }
}

async fn certificate(stage: &Stage, plan: PlanId, name: &str) -> Result<(), Failure> {
    let erasure = stage.alley.privacy().erasure();
    let stored = erasure.certificates(plan).await?;
    let last = stored.last().ok_or_else(|| Failure::new("no certificate was issued"))?;
    let check = verify_certificate(&stage.env.keyring, last);
    let content = last.read()?;
    let erased: u64 = content.erased.iter().map(|row| row.rows).sum();
    let kept: u64 = content.kept.iter().map(|row| row.rows).sum();
    let text = format!(
        "{check:?}, {}: {erased} erased, {kept} kept",
        if content.complete { "complete" } else { "open" }
    );
    stage.screen.line(&format!("{name}: {text}"));
    stage.journal.saw(name, text)?;
    replace(&stage.folder.join("certificate.json"), last.to_json().as_bytes())
}

async fn release(stage: &Stage, actor: Actor, hold: HoldId, plan: PlanId) -> Result<(), Failure> {
    let mut reached = stage.alley.privacy().holds().release(actor, hold).await?;
    for _ in 0..10 {
        if reached == HoldState::Released {
            break;
        }
        stage.wait(TimeDelta::minutes(1))?;
        stage.work().await?;
        reached = stage.alley.privacy().holds().settle(hold).await?;
    }
    // The release is a fact; it wakes the plan, and the nightly jobs do the rest.
    stage.work().await?;
    stage.alley.privacy().erasure().resume(plan).await?;
    let _ = stage.alley.privacy().erasure().run(plan).await?;
    stage.screen.line("hold released; what had waited was erased");
    Ok(())
}

/// Two months later: sessions and other rows whose period is over are gone.
async fn sweep(stage: &Stage) -> Result<(), Failure> {
    if !stage.journal.read().figures.contains_key("sessions before") {
        let before = sessions(stage).await?;
        stage.journal.figure("sessions before", before)?;
    }
    stage.wait(TimeDelta::days(60))?;
    stage.work().await?;
    stage.database.compact().await?;
    stage.journal.figure("sessions after", sessions(stage).await?)
}

/// How many sessions the database holds, of anybody and in any state.
async fn sessions(stage: &Stage) -> Result<i64, Failure> {
    let query = alley_core::QUERIES.iter().find(|query| query.name == "sessions_by_end");
    let query =
        query.ok_or_else(|| Failure::new("sessions can no longer be listed by their end"))?;
    stage.database.count_until_forever(query).await
}
