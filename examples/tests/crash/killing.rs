//! The process that is killed, and the parent's hands on it.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::Arc;

use alley_core::{ManualClock, TenantId};
use alley_tiktok::{Disconnected, IntegrationId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::steps::{Steps, say};
use crate::world::World;

/// Where the child finds its [`Case`].
const CASE: &str = "ALLEY_CRASH_CASE";
/// The signal that nothing can catch.
const SIGKILL: i32 = 9;

/// What the child ends.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) enum Act {
    Disconnect,
    Close,
}

#[derive(Debug, Deserialize, Serialize)]
struct Case {
    act: Act,
    file: PathBuf,
    bases: [String; 2],
    now: i64,
    tenant: String,
    integration: String,
    cookie: String,
    stop_at: u64,
}

/// The process that is killed: the call, and then the rounds of background work after it.
#[test]
#[ignore = "no test by itself: the process that the other tests of this file start and kill"]
fn child() {
    let Ok(case) = std::env::var(CASE) else {
        return;
    };
    let case: Case = serde_json::from_str(&case).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(play(&case));
}

async fn play(case: &Case) {
    let clock = Arc::new(ManualClock::new(DateTime::from_timestamp_micros(case.now).unwrap()));
    let steps = Arc::new(Steps::new(Arc::clone(&clock), case.stop_at));
    // The same draws in every child, so that a step is the same instant in each.
    let app = App::stepping(&case.file, &case.bases, &clock, 3, &steps);
    let tenant: TenantId = case.tenant.parse().unwrap();
    let access = app.access(&case.cookie, tenant).await;
    steps.begin();
    match case.act {
        Act::Disconnect => {
            let integration: IntegrationId = case.integration.parse().unwrap();
            let ended = app.alley.tiktok().unwrap().disconnect(&access, integration).await;
            assert_eq!(ended.unwrap(), Disconnected::Now);
        }
        Act::Close => {
            let ended = app.alley.tenancy().close(&access).await.unwrap();
            assert_eq!(ended, alley_core::TenantChange::Done);
        }
    }
    say("RETURNED");
    app.work().await;
    say("ENDED");
}

/// One step of the child.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Step {
    pub(crate) number: u64,
    pub(crate) what: String,
    /// Of the call itself, not of the background work after it.
    pub(crate) of_call: bool,
}

impl Step {
    /// Whether a step may not be left out: those of the call, those in which other parts act on
    /// its facts, and exchanges with the other side.
    fn matters(&self, relayed: bool) -> bool {
        self.of_call || !relayed || self.what.contains(" /v1/")
    }
}

/// The steps to try: all that matter, and of the others (leases of jobs that have nothing to do,
/// row after row of the erasure) every `every`-th, from a place that differs from act to act.
/// `ALLEY_CRASH_EVERY_STEP` in the environment asks for all.
pub(crate) fn chosen(steps: &[Step], every: usize) -> Vec<&Step> {
    let all = std::env::var_os("ALLEY_CRASH_EVERY_STEP").is_some();
    let relay = |step: &Step| step.what == "after release deliver-facts";
    let relayed = steps.iter().position(relay).unwrap();
    let chosen = |(index, step): &(usize, &Step)| {
        all || step.matters(*index > relayed) || index % every == relayed % every
    };
    steps.iter().enumerate().filter(chosen).map(|(_, step)| step).collect()
}

/// All steps of a child that nobody kills, in order.
pub(crate) fn rehearse(world: &World, act: Act) -> Vec<Step> {
    let file = world.copy("rehearsal");
    let (mut child, lines) = start(world, act, &file, u64::MAX);
    let (mut steps, mut of_call, mut ended, mut heard) = (Vec::new(), true, false, Vec::new());
    for line in lines.lines().map(Result::unwrap) {
        match parse(&line) {
            Some((false, number, _, what)) => steps.push(Step { number, what, of_call }),
            _ if line == "RETURNED" => of_call = false,
            _ => ended |= line == "ENDED",
        }
        heard.push(line);
    }
    let status = child.wait().unwrap();
    assert!(status.success() && ended, "the child failed by itself: {}", heard.join("\n"));
    let numbers: Vec<u64> = steps.iter().map(|step| step.number).collect();
    assert_eq!(numbers, (1..=steps.len() as u64).collect::<Vec<_>>());
    steps
}

/// Starts a child on `file` and kills it at `step`. Answers what time it was there.
pub(crate) fn kill(world: &World, act: Act, file: &Path, step: &Step) -> DateTime<Utc> {
    let (mut child, lines) = start(world, act, file, step.number);
    let mut heard = Vec::new();
    let mut stands = None;
    for line in lines.lines().map(Result::unwrap) {
        if let Some((true, number, at, what)) = parse(&line) {
            assert_eq!((number, &what), (step.number, &step.what), "the child went another way");
            stands = Some(at);
            break;
        }
        heard.push(line);
    }
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(SIGKILL), "{step:?} was not reached: {}", heard.join("\n"));
    stands.unwrap()
}

fn start(world: &World, act: Act, file: &Path, stop_at: u64) -> (Child, BufReader<ChildStderr>) {
    let case = Case {
        act,
        file: file.to_owned(),
        bases: world.remote.bases(),
        now: world.now.timestamp_micros(),
        tenant: world.tenant.to_string(),
        integration: world.integration.to_string(),
        cookie: world.cookie.clone(),
        stop_at,
    };
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killing::child", "--ignored", "--nocapture"])
        .env(CASE, serde_json::to_string(&case).unwrap())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap());
    (child, lines)
}

/// Whether the child stands there, the number of the step, its time, and what it is.
fn parse(line: &str) -> Option<(bool, u64, DateTime<Utc>, String)> {
    let (word, rest) = line.split_once(' ')?;
    let stands = match word {
        "STANDS" => true,
        "STEP" => false,
        _ => return None,
    };
    let (number, rest) = rest.split_once(' ')?;
    let (at, what) = rest.split_once(' ')?;
    let at = DateTime::from_timestamp_micros(at.parse().ok()?)?;
    Some((stands, number.parse().ok()?, at, what.to_owned()))
}
