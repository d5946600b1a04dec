//! What the figures were taken on, as far as Linux says it.

use std::fs;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};

use crate::Failure;

/// Prints processor, cores, what they can, and the load.
#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
pub fn describe() {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = info.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map_or("unknown", |(_, value)| value.trim()).to_owned()
    };
    let flags = field("flags");
    let has = |flag: &str| flags.split_whitespace().any(|each| each == flag);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("{}, {cores} cores, sha {}, avx2 {}", field("model name"), has("sha_ni"), has("avx2"));
    println!("SQLite {}, load {}", rusqlite::version(), load());
}

/// The load of the last 1, 5 and 15 minutes.
pub fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

/// Processor time of all threads of this process so far.
pub(crate) fn cpu_nanos() -> u128 {
    let spent = clock_gettime(ClockId::ProcessCPUTime);
    let part = |part: i64| u128::try_from(part).unwrap_or_default();
    part(spent.tv_sec) * 1_000_000_000 + part(spent.tv_nsec)
}

/// Keeps this thread, and those that it starts meanwhile, on one core until this is dropped.
///
/// For work that threads hand to each other while only one of them has something to do: whether the
/// system lets them share a core or wakes a second one each time is chance, and makes the same code two
/// to ten times as slow.
#[derive(Debug)]
pub struct OneCore {
    before: CpuSet,
}

impl OneCore {
    /// From now on.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn pin() -> Result<Self, Failure> {
        let before = sched_getaffinity(None)?;
        let last = (0..CpuSet::MAX_CPU).rev().find(|core| before.is_set(*core)).unwrap_or(0);
        let mut one = CpuSet::new();
        one.set(last);
        sched_setaffinity(None, &one)?;
        Ok(Self { before })
    }
}

impl Drop for OneCore {
    fn drop(&mut self) {
        // Being left on one core makes later figures slow, not wrong.
        sched_setaffinity(None, &self.before).unwrap_or_default();
    }
}
