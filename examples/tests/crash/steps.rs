//! Steps of a process: counted, and the process stands still at the one that it is told.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use alley_core::{Clock as _, ManualClock};

/// Counts steps from [`Steps::begin`] on.
#[derive(Debug)]
pub(crate) struct Steps {
    clock: Arc<ManualClock>,
    counting: AtomicBool,
    count: AtomicU64,
    stop_at: u64,
}

impl Steps {
    /// Stands still at step `stop_at`, counted from 1; at none if it is never reached.
    pub(crate) fn new(clock: Arc<ManualClock>, stop_at: u64) -> Self {
        Self { clock, counting: AtomicBool::new(false), count: AtomicU64::new(0), stop_at }
    }

    /// What came before was preparation.
    pub(crate) fn begin(&self) {
        self.counting.store(true, Ordering::SeqCst);
    }

    /// One step. Tells the parent, and waits for death if it is the one.
    pub(crate) fn pass(&self, when: &str, what: &str) {
        if !self.counting.load(Ordering::SeqCst) {
            return;
        }
        let number = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        let here = number == self.stop_at;
        say(&format!(
            "{} {number} {} {when} {what}",
            if here { "STANDS" } else { "STEP" },
            self.clock.now().timestamp_micros()
        ));
        if here {
            loop {
                std::thread::park();
            }
        }
    }
}

/// A line for the parent, which reads standard error: standard output is the test harness's.
#[expect(clippy::print_stderr, reason = "the way to the parent")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
    std::io::stderr().flush().unwrap();
}
