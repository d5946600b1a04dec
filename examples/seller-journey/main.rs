//! The seller's journey: one seller's first month on Alley, from registration to erasure, on one
//! SQLite file or a PostgreSQL server, over real HTTP against local doubles of TikTok Shop and Stripe, in virtual time.

mod acts;
mod args;
mod checks;
mod database;
mod failure;
mod journal;
mod progress;
mod report;
mod search;
mod seller;
mod stage;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::Args;
use crate::failure::Failure;
use crate::stage::Stage;

fn main() -> ExitCode {
    let args = Args::parse();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(journey(&args)),
        Err(error) => Err(Failure::new(format!("the async runtime does not start: {error}"))),
    };
    match outcome {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(failure) => {
            complain(&failure);
            ExitCode::FAILURE
        }
    }
}

/// Plays all acts that are not done yet; answers how many checks failed.
async fn journey(args: &Args) -> Result<usize, Failure> {
    let stage = Stage::open(args).await?;
    let play = acts::play(&stage);
    tokio::select! {
        outcome = play => outcome,
        signal = tokio::signal::ctrl_c() => {
            signal?;
            Err(Failure::new("stopped; start again to go on from here"))
        }
    }
}

#[expect(clippy::print_stderr, reason = "the one line that a failed journey ends with")]
fn complain(failure: &Failure) {
    eprintln!("seller-journey: {failure}");
}
