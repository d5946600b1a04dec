//! How the benchmarks measure: variants side by side in rounds, medians, and ratios of medians.
//!
//! The variants take turns: one slice of work of each makes a round, and rounds repeat, so that
//! whatever else the machine does hits all of them alike. Wall time is read; a figure is a ratio of
//! two medians of one run, never an absolute time.

use std::time::Instant;

/// One way of doing the work.
pub struct Variant<'a> {
    name: &'static str,
    work: Box<dyn FnMut() + 'a>,
    nanos: Vec<u128>,
}

impl std::fmt::Debug for Variant<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Variant").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'a> Variant<'a> {
    /// Names a way of doing the work; `work` is one unit of it.
    pub fn new(name: &'static str, work: impl FnMut() + 'a) -> Self {
        Self { name, work: Box::new(work), nanos: Vec::new() }
    }
}

/// Runs all variants and prints a line of JSON for each, then the ratios to the first.
/// `iterations` units make up one slice; at least 9 rounds are run.
#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
pub fn compare(workload: &str, rounds: usize, iterations: u32, mut variants: Vec<Variant<'_>>) {
    let rounds = rounds.max(9);
    for variant in &mut variants {
        (variant.work)();
    }
    for _ in 0..rounds {
        for variant in &mut variants {
            let start = Instant::now();
            for _ in 0..iterations {
                (variant.work)();
            }
            variant.nanos.push(start.elapsed().as_nanos() / u128::from(iterations.max(1)));
        }
    }
    let mut medians = Vec::new();
    for variant in &mut variants {
        variant.nanos.sort_unstable();
        let at = |part: usize| {
            let index = variant.nanos.len().saturating_sub(1) * part / 10;
            variant.nanos.get(index).copied().unwrap_or_default()
        };
        let (p10, median, p90) = (at(1), at(5), at(9));
        let noisy = p90 * 10 > median * 13;
        let line = serde_json::json!({
            "workload": workload, "variant": variant.name, "clock": "wall", "unit": "ns",
            "p10": p10.to_string(), "median": median.to_string(), "p90": p90.to_string(),
            "rounds": rounds, "iterations": iterations, "noisy": noisy,
        });
        println!("{line}");
        medians.push((variant.name, median));
    }
    if let Some(((first, base), others)) = medians.split_first() {
        for (name, median) in others {
            let permille = base * 1_000 / (*median).max(1);
            println!("{workload}: {first} / {name} = {}.{:03}", permille / 1_000, permille % 1_000);
        }
    }
}
