//! What the journey must remember between two starts, beside the database.
//!
//! It plays the people and the wall clock: where virtual time stands, how often the program was
//! started, and what a seller would have in the mailbox and on the phone. The database never sees
//! those; the journal is therefore a file of its own, replaced as a whole after each change.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// The remembered state.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Memory {
    /// How often the journey was started on this folder; each start draws other random numbers.
    pub(crate) starts: u64,
    /// Where virtual time stands.
    pub(crate) now: Option<DateTime<Utc>>,
    /// Acts that are complete, by name.
    pub(crate) done: Vec<String>,
    /// What people hold, by name: ids, the newest mail's token, the phone's secret, hand-outs.
    pub(crate) notes: BTreeMap<String, String>,
    /// Figures that the closing table shows.
    pub(crate) figures: BTreeMap<String, i64>,
    /// What the closing table checks, as far as it was seen.
    pub(crate) seen: BTreeMap<String, String>,
}

/// The journal file.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    memory: Mutex<Memory>,
}

impl Journal {
    /// Opens the journal in `folder`, or starts one.
    pub(crate) fn open(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("journal.json");
        let memory = match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| {
                Failure::new(format!(
                    "{} cannot be read ({error}); start with --fresh",
                    path.display()
                ))
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Memory::default(),
            Err(error) => return Err(Failure::io("read", &path, &error)),
        };
        Ok(Self { path, memory: Mutex::new(memory) })
    }

    /// A copy of what is remembered.
    pub(crate) fn read(&self) -> Memory {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes what is remembered and writes it down before it returns.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Memory)) -> Result<(), Failure> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut memory);
        let text = serde_json::to_vec_pretty(&*memory)
            .map_err(|error| Failure::new(format!("the journal cannot be written: {error}")))?;
        replace(&self.path, &text)
    }

    /// A note of the seller.
    pub(crate) fn note(&self, name: &str) -> Option<String> {
        self.read().notes.get(name).cloned()
    }

    /// Keeps a note of the seller.
    pub(crate) fn keep(&self, name: &str, text: &str) -> Result<(), Failure> {
        self.change(|memory| {
            memory.notes.insert(name.to_owned(), text.to_owned());
        })
    }

    /// Remembers a figure of the closing table.
    pub(crate) fn figure(&self, name: &str, value: i64) -> Result<(), Failure> {
        self.change(|memory| {
            memory.figures.insert(name.to_owned(), value);
        })
    }

    /// Remembers what was seen of a check; an earlier word for the same check is replaced.
    pub(crate) fn saw(&self, check: &str, what: impl Into<String>) -> Result<(), Failure> {
        let what = what.into();
        self.change(|memory| {
            memory.seen.insert(check.to_owned(), what);
        })
    }
}

/// Writes a file so that it has either its old or its new content, whenever the power goes.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let half = path.with_extension("half");
    let write = || {
        let mut file = File::create(&half)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&half, path)
    };
    write().map_err(|error| Failure::io("write", path, &error))
}
