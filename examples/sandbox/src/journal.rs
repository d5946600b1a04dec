use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use http::Method;

use crate::kept::lock;

/// What a double was asked: method, path and status, never a query, header or body.
///
/// Clones share the same record. It belongs to the running process and is not part of a snapshot.
#[derive(Clone, Debug, Default)]
pub struct Journal(Arc<Mutex<Pages>>);

#[derive(Debug, Default)]
struct Pages {
    entries: VecDeque<Entry>,
    counts: BTreeMap<(String, String), u64>,
}

/// One request as it was answered.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// The HTTP method.
    pub method: String,
    /// The path without its query.
    pub path: String,
    /// The HTTP status, or `None` if the connection was broken on purpose.
    pub status: Option<u16>,
}

impl Journal {
    /// How often exactly that path was asked, by any method.
    pub fn calls(&self, path: &str) -> u64 {
        self.sum(|_, asked| asked == path)
    }

    /// How often exactly that path was asked by that method.
    pub fn calls_of(&self, method: &Method, path: &str) -> u64 {
        self.sum(|by, asked| by == method.as_str() && asked == path)
    }

    /// How often a path that starts like this was asked.
    pub fn calls_under(&self, prefix: &str) -> u64 {
        self.sum(|_, asked| asked.starts_with(prefix))
    }

    /// All requests so far.
    pub fn total(&self) -> u64 {
        self.sum(|_, _| true)
    }

    /// The latest requests, oldest first; the last 20,000 are kept, the counts are complete.
    pub fn entries(&self) -> Vec<Entry> {
        lock(&self.0).entries.iter().cloned().collect()
    }

    pub(crate) fn record(&self, method: &Method, path: &str, status: Option<u16>) {
        let mut pages = lock(&self.0);
        if pages.entries.len() >= KEPT_ENTRIES {
            pages.entries.pop_front();
        }
        pages.entries.push_back(Entry {
            method: method.as_str().to_owned(),
            path: path.to_owned(),
            status,
        });
        *pages.counts.entry((method.as_str().to_owned(), path.to_owned())).or_insert(0) += 1;
    }

    fn sum(&self, counts: impl Fn(&str, &str) -> bool) -> u64 {
        lock(&self.0)
            .counts
            .iter()
            .filter(|((method, path), _)| counts(method, path))
            .map(|(_, count)| count)
            .sum()
    }
}

const KEPT_ENTRIES: usize = 20_000;
