//! Processes that work, and are killed with SIGKILL at a random moment, round after round.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use alley_core::{OsRandom, SecureRandom as _};
use alley_store::OpenError;

use crate::ledger::Ledger;
use crate::load::{self, MARK, Store};

/// Where a store is, for a process and for those that it starts.
pub(crate) trait Place {
    /// By which a child finds it again.
    fn environment(&self) -> Vec<(&'static str, OsString)>;

    /// Opens it, and brings its schema up to date before.
    async fn open(&self) -> Result<Arc<dyn Store>, OpenError>;

    /// Ends the child, or what it works on. A child that lives afterwards is killed.
    fn strike(&self, child: &mut Child) {
        child.kill().unwrap();
    }

    /// Waits until nothing is under way any more of what the child asked for.
    fn settle(&self) {}

    /// Whether a task of the child may end by itself so: its kind, and the kind of its error.
    fn may_end_with(&self, _error: &str) -> bool {
        false
    }

    /// What the engine itself says of its files. No store is open.
    fn inspect(&self) {}
}

/// The child's part: works in the place that its environment names until it is killed.
pub(crate) fn work_in(place: &impl Place) {
    let round = std::env::var(ROUND).unwrap().parse().unwrap();
    runtime().block_on(async {
        match place.open().await {
            Ok(store) => load::work(store, round).await,
            Err(error) => load::say(&format!("ended Opening {error:?}")),
        }
    });
}

/// The parent's part: 20 rounds, or as many as `ALLEY_ROUNDS` says. `child` is the test of this
/// binary that calls [`work_in`].
pub(crate) fn kill_again_and_again(place: &impl Place, child: &str) {
    let rounds = std::env::var("ALLEY_ROUNDS").map_or(20, |rounds| rounds.parse().unwrap());
    let runtime = runtime();
    let mut ledger = Ledger::default();
    for round in 0..rounds {
        ledger.begin(round);
        kill_once(place, child, round, &mut ledger);
        place.settle();
        let unexpected = ledger.ended().iter().find(|error| !place.may_end_with(error));
        assert_eq!(unexpected, None, "round {round}");
        let wrong = runtime.block_on(async {
            let store = place.open().await.unwrap();
            let mut wrong = ledger.check(store.as_ref()).await;
            if round + 1 == rounds {
                wrong.extend(ledger.check_all(store.as_ref()).await);
            }
            wrong
        });
        assert!(wrong.is_empty(), "round {round}: {wrong:#?}");
        place.inspect();
    }
    assert!(ledger.acknowledged() > rounds * 10, "only {} lines", ledger.acknowledged());
}

fn kill_once(place: &impl Place, child: &str, round: u64, ledger: &mut Ledger) {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", child, "--nocapture"])
        .envs(place.environment())
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut lines = lines.map_while(Result::ok);
    let mut heard = lines.by_ref().filter_map(|line| Some(line.strip_prefix(MARK)?.to_owned()));
    // Each fifth is killed while it opens the store, the first while it makes the schema.
    let (most, wait) =
        if round.is_multiple_of(5) { (0, chance(40_000)) } else { (chance(600), chance(3_000)) };
    heard.by_ref().take(usize::try_from(most).unwrap()).for_each(|line| ledger.hear(&line));
    std::thread::sleep(Duration::from_micros(wait));
    place.strike(&mut process);
    // It may have ended already.
    drop(process.kill());
    heard.for_each(|line| ledger.hear(&line));
    let status = process.wait().unwrap();
    assert!(status.code().is_none_or(|code| code == 0), "round {round}: the child {status}");
}

/// A number from 1 to `most`.
fn chance(most: u64) -> u64 {
    let mut bytes = [0; 8];
    OsRandom::new().fill(&mut bytes).unwrap();
    1 + u64::from_be_bytes(bytes) % most
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(4).enable_all().build().unwrap()
}

const ROUND: &str = "ALLEY_CRASH_ROUND";
