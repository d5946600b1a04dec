//! The last act: what must be true, whether it is, and the report.

use std::collections::{BTreeMap, BTreeSet};

use alley_core::{Access, PageRequest, Purpose};
use alley_outreach::{ExportFilter, ExportRow};
use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, Utc, Weekday};
use chrono_tz::America::New_York;

use super::{account, picture, sync};
use crate::checks::Checks;
use crate::failure::Failure;
use crate::journal::{Memory, replace};
use crate::search;
use crate::seller::Seller;
use crate::stage::Stage;

pub(super) async fn play(stage: &Stage) -> Result<usize, Failure> {
    let seller = Seller::of(stage);
    let session = seller.session().await?;
    let access = seller.access(&session, Purpose::UserWorkflows).await?;
    let rows = rows(stage, &access).await?;
    let memory = stage.journal.read();
    let mut checks = Checks::default();
    people(&mut checks, &memory);
    shop(&mut checks, &memory, stage);
    outreach(&mut checks, &memory, &rows);
    pacing(&mut checks, &rows);
    privacy(&mut checks, &memory, stage).await?;
    secrets(&mut checks, stage).await?;

    let report = picture::of(stage, &rows, checks.rows())?;
    replace(&stage.folder.join("report.html"), report.html().as_bytes())?;
    stage.screen.say("\nWhat happened");
    stage.screen.say(&checks.table());
    let (failed, all) = (checks.failed(), checks.rows().len());
    let folder = stage.folder.display();
    stage.screen.say(&format!("{} of {all} checks passed", all - failed));
    stage.screen.say(&format!(
        "In {folder}: report.html, outreach.csv, outreach.jsonl, subject-package.json, certificate.json"
    ));
    Ok(failed)
}

/// Every draft with its latest attempt, as the export shows it.
async fn rows(stage: &Stage, access: &Access) -> Result<Vec<ExportRow>, Failure> {
    let outreach = stage.alley.outreach();
    let page = PageRequest::first(1_000);
    Ok(outreach.export_rows(access, ExportFilter::default(), page).await?.items)
}

fn seen<'a>(memory: &'a Memory, what: &str) -> &'a str {
    memory.seen.get(what).map_or("never seen", String::as_str)
}

fn figure(memory: &Memory, what: &str) -> i64 {
    memory.figures.get(what).copied().unwrap_or(-1)
}

fn people(checks: &mut Checks, memory: &Memory) {
    checks.equal("sessions", seen(memory, "sessions"), "checked and revoked");
    checks.equal("before paying", seen(memory, "before paying"), "no access: no_subscription");
    let access = seen(memory, "access");
    checks.holds(
        "after paying",
        access.starts_with("access: ") && access.contains(" until "),
        access,
    );
    checks.equal("Stripe webhooks, one twice", figure(memory, "stripe webhooks delivered"), 5);
}

fn shop(checks: &mut Checks, memory: &Memory, stage: &Stage) {
    checks.equal("authorization state", seen(memory, "state"), "refused when used twice");
    checks.equal("refreshes for ten calls", figure(memory, "token refreshes for ten calls"), 1);
    let orders = i64::try_from(stage.shop.order_ids().len()).unwrap_or(-1);
    checks.equal("orders", figure(memory, "orders"), orders);
    checks.equal("products", figure(memory, "products"), 60);
    checks.equal("statements", figure(memory, "statements"), 1);
    checks.equal("creators", figure(memory, "creators"), 200);
    let days = figure(memory, "days of performance");
    checks.holds("days of performance", days > 0, days.to_string());
    let faults = i64::try_from(sync::FAULTS.len()).unwrap_or(-1);
    checks.equal("refusals and broken connections outlived", figure(memory, "faults met"), faults);
    checks.equal("messages sent to creators", stage.shop.sends_refused(), 0);
}

fn outreach(checks: &mut Checks, memory: &Memory, rows: &[ExportRow]) {
    let in_state = |state: &str| rows.iter().filter(|row| row.state == state).count();
    checks.equal("drafts", rows.len(), 40);
    checks.equal("rejected", in_state("rejected"), 1);
    checks.equal(
        "edited and approved again",
        rows.iter().filter(|row| row.revision_no > 1).count(),
        1,
    );
    checks.equal("confirmed deliveries", in_state("delivered"), 38);
    checks.equal("never confirmed", in_state("unconfirmed"), 1);
    let handed: Vec<_> = rows.iter().filter(|row| row.handed_out_at.is_some()).collect();
    checks.equal("drafts handed out", handed.len(), 39);
    let twice = handed.iter().filter(|row| row.attempt != 1).count();
    checks.equal("handed out more than once", twice, 0);
    checks.equal("rows in outreach.csv", figure(memory, "rows in outreach.csv"), 40);
    checks.equal("rows in outreach.jsonl", figure(memory, "rows in outreach.jsonl"), 40);
    checks.equal("delivery chain", seen(memory, "delivery chain"), "38 records, unbroken");
}

/// The Sunday on which the week of a hand-out began, on the shop's wall clock.
pub(super) fn week(at: DateTime<Utc>) -> NaiveDate {
    let date = at.with_timezone(&New_York).date_naive();
    date.week(Weekday::Sun).first_day()
}

/// Judged anew from the times of the hand-outs, without the code that paced them.
fn pacing(checks: &mut Checks, rows: &[ExportRow]) {
    let mut times: Vec<DateTime<Utc>> = rows.iter().filter_map(|row| row.handed_out_at).collect();
    times.sort_unstable();
    let local = |at: &DateTime<Utc>| at.with_timezone(&New_York);
    let (opens, closes) = (NaiveTime::from_hms_opt(9, 0, 0), NaiveTime::from_hms_opt(21, 0, 0));
    let quiet = times
        .iter()
        .filter(|at| Some(local(at).time()) < opens || Some(local(at).time()) >= closes)
        .count();
    checks.equal("hand-outs in quiet hours", quiet, 0);
    let close = times.array_windows().filter(|[a, b]| (*b - *a).num_seconds() < 2_700).count();
    checks.equal("hand-outs less than 45 minutes apart", close, 0);
    let mut weeks: BTreeMap<NaiveDate, BTreeSet<&str>> = BTreeMap::new();
    let mut days: BTreeMap<NaiveDate, u32> = BTreeMap::new();
    for row in rows {
        if let Some(at) = row.handed_out_at {
            weeks.entry(week(at)).or_default().insert(&row.creator_key);
            *days.entry(local(&at).date_naive()).or_default() += 1;
        }
    }
    let fullest = weeks.values().map(BTreeSet::len).max().unwrap_or(0);
    checks.equal("creators in the fullest week, of 18", fullest, 18);
    let busiest = days.values().max().copied().unwrap_or(0);
    checks.equal("hand-outs on the busiest day, of 4", busiest, 4);
    let span = times.first().zip(times.last()).map_or(0, |(first, last)| {
        local(last).num_days_from_ce() - local(first).num_days_from_ce() + 1
    });
    checks.holds("days that it took", (13..=15).contains(&span), span.to_string());
}

async fn privacy(checks: &mut Checks, memory: &Memory, stage: &Stage) -> Result<(), Failure> {
    checks.equal("data map", seen(memory, "data map"), "valid as a draft");
    let records = figure(memory, "records in the subject package");
    checks.holds("records in the subject package", records > 0, records.to_string());
    let first = seen(memory, "first certificate");
    checks.holds("certificate under the hold", first.starts_with("Valid, open"), first);
    let last = seen(memory, "last certificate");
    checks.holds("certificate after release", last.starts_with("Valid, complete"), last);
    let (before, after) = (figure(memory, "sessions before"), figure(memory, "sessions after"));
    checks.holds(
        "sessions before and after two months",
        before > 0 && after == 0,
        format!("{before} and {after}"),
    );
    let traces: Vec<_> = ["creator", "creator's handle", "creator's text"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), memory.notes.get(name)?.clone().into_bytes())))
        .collect();
    checks.equal("traces of the erased creator to look for", traces.len(), 3);
    let found = stage.database.search(&traces).await?;
    checks.holds("the erased creator in the database", found.is_empty(), search::words(&found));
    Ok(())
}

async fn secrets(checks: &mut Checks, stage: &Stage) -> Result<(), Failure> {
    let mut secrets = account::secrets(stage)?;
    secrets.extend(search::platform_tokens(&stage.shop.snapshot()));
    if let Some(token) = stage.journal.note("hand-out token") {
        secrets.push(("hand-out token".to_owned(), token.into_bytes()));
    }
    let kinds: BTreeSet<&str> = secrets.iter().map(|(name, _)| name.as_str()).collect();
    checks.holds(
        "kinds of secrets to look for",
        kinds.len() >= 7,
        format!("{}: {}", kinds.len(), kinds.iter().copied().collect::<Vec<_>>().join(", ")),
    );
    let mut found = stage.database.search(&secrets).await?;
    found.extend(search::in_file(&stage.folder.join("journey.log"), &secrets)?);
    checks.holds("secrets in database and log", found.is_empty(), search::words(&found));
    Ok(())
}
