//! What the figures were taken on, as far as Linux says it.

use std::fs;

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

/// Processor time of all threads of this process so far; 0 where the system does not say.
pub(crate) fn cpu_nanos() -> u128 {
    let Ok(threads) = fs::read_dir("/proc/self/task") else { return 0 };
    let spent = threads.flatten().filter_map(|thread| {
        let spent = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        spent.split_whitespace().next()?.parse::<u128>().ok()
    });
    spent.sum()
}
