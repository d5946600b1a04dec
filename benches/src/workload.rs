//! A workload: variants in rounds, their medians, and what the figure asks of their ratio.

use crate::Failure;
use crate::variant::{Role, Spent, Variant};

/// What is asked of our time against each peer's.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Limit {
    /// Our time is at most so many thousandths of the peer's.
    Time(u128),
    /// Our rate is at least so many thousandths of the peer's.
    Rate(u128),
}

/// Work that several variants do.
#[derive(Clone, Debug)]
pub struct Workload {
    name: String,
    rounds: usize,
    iterations: u32,
    limit: Option<Limit>,
}

/// Runs after a noisy one.
const REPEATS: usize = 2;

impl Workload {
    /// At least 9 rounds of slices of `iterations` units each.
    pub fn new(name: impl Into<String>, rounds: usize, iterations: u32) -> Self {
        Self { name: name.into(), rounds: rounds.max(9), iterations, limit: None }
    }

    /// What the figure asks.
    #[must_use]
    pub const fn limit(mut self, limit: Limit) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Measures, again while it is noisy but three times at most. Prints a line of JSON for each
    /// variant, then a table; figures count for the last run.
    ///
    /// # Errors
    /// The first failure of a variant.
    #[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
    pub fn compare(&self, variants: &mut [Variant<'_>]) -> Result<Medians, Failure> {
        let mut medians = self.measure(variants)?;
        for _ in 0..REPEATS {
            if !medians.is_noisy() {
                break;
            }
            println!("{}: noisy, run again", self.name);
            medians = self.measure(variants)?;
        }
        self.table(&medians);
        Ok(medians)
    }

    fn measure(&self, variants: &mut [Variant<'_>]) -> Result<Medians, Failure> {
        for variant in &mut *variants {
            variant.spent.clear();
            variant.run(1)?;
        }
        for _ in 0..self.rounds {
            for variant in &mut *variants {
                let spent = variant.run(self.iterations)?;
                variant.spent.push(spent);
            }
        }
        let medians = Medians { lines: variants.iter().map(Line::of).collect() };
        self.json(&medians);
        Ok(medians)
    }

    #[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
    fn json(&self, medians: &Medians) {
        for line in &medians.lines {
            let others = medians.lines.iter().filter(|other| other.name != line.name);
            let ratios = others.map(|other| {
                let ratio = thousandths(ratio(line.wall.median, other.wall.median));
                (other.name.to_owned(), serde_json::Value::String(ratio))
            });
            let ratios: serde_json::Map<_, _> = ratios.collect();
            let line = serde_json::json!({
                "workload": self.name, "variant": line.name, "role": line.role.name(),
                "clock": "wall", "unit": "ns", "median": number(line.wall.median),
                "p10": number(line.wall.p10), "p90": number(line.wall.p90),
                "cpu_median": number(line.cpu), "rounds": self.rounds,
                "iterations": self.iterations, "noisy": line.wall.is_noisy(), "ratio_to": ratios,
            });
            println!("{line}");
        }
    }

    #[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
    fn table(&self, medians: &Medians) {
        println!("\n{}", self.name);
        let ours = medians.lines.iter().find(|line| line.role == Role::Ours).copied();
        for line in &medians.lines {
            let noisy = match (line.wall.is_noisy(), line.wall.has_two_speeds()) {
                (true, _) => "  noisy",
                // Such as a thread that spins in one round and sleeps in the next.
                (false, true) => "  two speeds: compare the fast tenths",
                (false, false) => "",
            };
            let mut told = String::new();
            if let Some(ours) = ours.filter(|_| line.role != Role::Ours) {
                told = format!(
                    "  ours / this = {}",
                    thousandths(ratio(ours.wall.median, line.wall.median))
                );
                if let Some(limit) = self.limit.filter(|_| line.role == Role::Peer) {
                    told.push_str(&limit.verdict(ours.wall.median, line.wall.median));
                }
            }
            println!(
                "  {:<5} {:<44} {:>10} µs (10 % {}, 90 % {}; cpu {}){told}{noisy}",
                line.role.name(),
                line.name,
                micros(line.wall.median),
                micros(line.wall.p10),
                micros(line.wall.p90),
                micros(line.cpu),
            );
        }
        println!();
    }
}

impl Limit {
    fn verdict(self, ours: u128, peer: u128) -> String {
        let (what, bound, is_met) = match self {
            Self::Time(bound) => ("time at most", bound, ratio(ours, peer) <= bound),
            Self::Rate(bound) => ("rate at least", bound, ratio(peer, ours) >= bound),
        };
        let rate = match self {
            Self::Time(_) => String::new(),
            Self::Rate(_) => format!(", rate {}", thousandths(ratio(peer, ours))),
        };
        let verdict = if is_met { "met" } else { "MISSED" };
        format!("{rate} [{what} {}: {verdict}]", thousandths(bound))
    }
}

/// What each variant took.
#[derive(Clone, Debug)]
pub struct Medians {
    lines: Vec<Line>,
}

impl Medians {
    /// The median wall time of a unit of a variant, in nanoseconds.
    pub fn of(&self, name: &str) -> Option<u128> {
        self.lines.iter().find(|line| line.name == name).map(|line| line.wall.median)
    }

    /// Whether a figure should be taken again.
    pub fn is_noisy(&self) -> bool {
        self.lines.iter().any(|line| line.role != Role::Aside && line.wall.is_noisy())
    }
}

#[derive(Clone, Copy, Debug)]
struct Line {
    name: &'static str,
    role: Role,
    wall: Spread,
    cpu: u128,
}

impl Line {
    fn of(variant: &Variant<'_>) -> Self {
        let spread = |of: fn(&Spent) -> u128| Spread::of(variant.spent.iter().map(of).collect());
        let (wall, cpu) = (spread(|spent| spent.wall), spread(|spent| spent.cpu).median);
        Self { name: variant.name, role: variant.role, wall, cpu }
    }
}

#[derive(Clone, Copy, Debug)]
struct Spread {
    p10: u128,
    median: u128,
    p90: u128,
}

impl Spread {
    fn of(mut nanos: Vec<u128>) -> Self {
        nanos.sort_unstable();
        let at = |part: usize| {
            let index = nanos.len().saturating_sub(1) * part / 10;
            nanos.get(index).copied().unwrap_or_default()
        };
        Self { p10: at(1), median: at(5), p90: at(9) }
    }

    const fn is_noisy(self) -> bool {
        self.p90 * 10 > self.median * 13
    }

    /// The fast tenth is as far below the median as the slow one of a noisy run is above it.
    const fn has_two_speeds(self) -> bool {
        self.median * 10 > self.p10 * 13
    }
}

/// In thousandths.
pub(crate) fn ratio(one: u128, other: u128) -> u128 {
    one * 1_000 / other.max(1)
}

/// `1234` as `1.234`, for ratios in thousandths.
pub fn thousandths(number: u128) -> String {
    format!("{}.{:03}", number / 1_000, number % 1_000)
}

fn micros(nanos: u128) -> String {
    format!("{}.{}", nanos / 1_000, nanos % 1_000 / 100)
}

fn number(nanos: u128) -> u64 {
    u64::try_from(nanos).unwrap_or(u64::MAX)
}
