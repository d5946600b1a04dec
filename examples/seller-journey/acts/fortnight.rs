//! Act 5, second half: a fortnight of hand-outs and confirmations, and the export.

use std::fs::File;
use std::io::BufWriter;

use alley_core::{Access, Purpose, ShopRef};
use alley_outreach::{
    Confirmation, DraftState, ExportFilter, ExportFormat, HandOutAnswer, HandOutRequest, Refusal,
    Ticket,
};
use chrono::TimeDelta;

use super::outreach::{DRAFTS, drafts};
use crate::failure::Failure;
use crate::seller::Seller;
use crate::stage::Stage;

/// The hand-out that the seller forgets about.
const FORGOTTEN: i64 = 7;

pub(super) async fn play(stage: &Stage) -> Result<(), Failure> {
    let mut bar = stage.screen.bar("hand-outs");
    let mut day = None;
    let mut access = permission(stage).await?;
    loop {
        let number = stage.journal.read().figures.get("hand-outs").copied().unwrap_or(0) + 1;
        if day != Some(stage.now().date_naive()) {
            day = Some(stage.now().date_naive());
            access = permission(stage).await?;
            stage.work().await?;
        }
        if !stage.alley.billing()?.access(&access).await?.granted {
            return Err(Failure::new("billing grants no access; nothing may be handed out"));
        }
        let request = HandOutRequest::new(format!("journey-{number}"));
        match stage.alley.outreach().hand_out(&access, &request).await? {
            HandOutAnswer::Handed(ticket) => {
                hand_out(stage, &access, number, *ticket).await?;
                bar.at(u64::try_from(number)?, Some(u64::from(DRAFTS) - 1));
            }
            HandOutAnswer::Refused(Refusal::RequestOver { .. }) => {
                // An earlier start was stopped after it had confirmed, before it took note.
                stage.journal.figure("hand-outs", number)?;
            }
            HandOutAnswer::Refused(Refusal::Paced { next_eligible, reasons }) => {
                let next = next_eligible.ok_or_else(|| {
                    Failure::new(format!("no time helps against {}", reasons.join(", ")))
                })?;
                note_reasons(stage, &reasons)?;
                stage.wait(next - stage.now())?;
            }
            HandOutAnswer::Refused(Refusal::Empty { .. }) => break,
            HandOutAnswer::Refused(other) => {
                return Err(Failure::new(format!("the queue is stopped: {other:?}")));
            }
        }
    }
    let delivered = drafts(stage, &access, Some(DraftState::Delivered)).await?.len();
    let unconfirmed = drafts(stage, &access, Some(DraftState::Unconfirmed)).await?.len();
    bar.end(&format!(
        "{delivered} deliveries confirmed by the seller, {unconfirmed} never confirmed"
    ));
    stage.journal.figure("delivered", i64::try_from(delivered)?)?;
    stage.journal.figure("unconfirmed", i64::try_from(unconfirmed)?)?;
    check_chain(stage, &access).await?;
    export(stage, &access).await
}

async fn permission(stage: &Stage) -> Result<Access, Failure> {
    let seller = Seller::of(stage);
    let session = seller.session().await?;
    seller.access(&session, Purpose::UserWorkflows).await
}

/// The seller copies the text, sends it by hand a few minutes later, and says so.
async fn hand_out(
    stage: &Stage,
    access: &Access,
    number: i64,
    ticket: Ticket,
) -> Result<(), Failure> {
    // Kept like everything else that must not reach the database or the log in the clear.
    stage.journal.keep("hand-out token", ticket.token.expose())?;
    if number == FORGOTTEN {
        stage.wait(ticket.lease_until - stage.now() + TimeDelta::seconds(1))?;
        stage.work().await?;
        stage.screen.line("a lease ran out; whether it was sent is unknown, so it is not repeated");
    } else {
        stage.wait(TimeDelta::minutes(3) + TimeDelta::seconds(number))?;
        let confirmation = Confirmation::sent(format!("journey-{number}"), stage.now());
        let _ = stage.alley.outreach().confirm(access, &ticket.token, &confirmation).await?;
    }
    stage.journal.figure("hand-outs", number)
}

/// Remembers which rules held the queue back.
fn note_reasons(stage: &Stage, reasons: &[String]) -> Result<(), Failure> {
    stage.journal.change(|memory| {
        for reason in reasons {
            *memory.figures.entry(format!("paced by {reason}")).or_default() += 1;
        }
    })
}

async fn check_chain(stage: &Stage, access: &Access) -> Result<(), Failure> {
    let shop = ShopRef::new(stage.journal.note("shop").unwrap_or_default())?;
    let text = match stage.alley.outreach().check_deliveries(access, &shop).await? {
        Ok(report) => format!("{} records, unbroken", report.records),
        Err(broken) => format!("broken: {broken}"),
    };
    stage.journal.saw("delivery chain", text)
}

async fn export(stage: &Stage, access: &Access) -> Result<(), Failure> {
    for (format, name) in
        [(ExportFormat::Spreadsheet, "outreach.csv"), (ExportFormat::JsonLines, "outreach.jsonl")]
    {
        let path = stage.folder.join(name);
        let half = path.with_extension("half");
        let file = File::create(&half).map_err(|error| Failure::io("write", &half, &error))?;
        let mut file = BufWriter::new(file);
        let outreach = stage.alley.outreach();
        let report = outreach.export(access, ExportFilter::default(), format, &mut file).await?;
        let file = file.into_inner().map_err(|error| Failure::new(error.to_string()))?;
        file.sync_all()
            .and_then(|()| std::fs::rename(&half, &path))
            .map_err(|error| Failure::io("write", &path, &error))?;
        stage.journal.figure(&format!("rows in {name}"), i64::try_from(report.rows)?)?;
    }
    stage.screen.line("exported as outreach.csv and outreach.jsonl");
    Ok(())
}
