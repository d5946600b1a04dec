//! What a person sees while the journey runs: bars on a terminal, plain lines elsewhere; and the log.

use std::fs::{File, OpenOptions};
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::Failure;

/// Shows lines and bars, and writes each line to the log as well.
#[derive(Debug)]
pub(crate) struct Screen {
    log: Mutex<File>,
    terminal: bool,
}

impl Screen {
    /// Shows on standard output; appends to `log`.
    pub(crate) fn open(log: &Path) -> Result<Self, Failure> {
        let file = OpenOptions::new().create(true).append(true).open(log);
        let file = file.map_err(|error| Failure::io("write", log, &error))?;
        Ok(Self { log: Mutex::new(file), terminal: std::io::stdout().is_terminal() })
    }

    /// A heading.
    pub(crate) fn act(&self, number: usize, title: &str) {
        self.say(&format!("\n{number}. {title}"));
    }

    /// A line under the heading.
    pub(crate) fn line(&self, text: &str) {
        self.say(&format!("   {text}"));
    }

    /// A line as it is.
    pub(crate) fn say(&self, text: &str) {
        // Whoever read this may have gone (`| head`); the journey goes on.
        let _ = writeln!(std::io::stdout().lock(), "{text}");
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        // A full disk must not end the journey; the screen has the line.
        let _ = writeln!(log, "{text}");
    }

    /// Starts to show how far something has come.
    pub(crate) fn bar(&self, what: &'static str) -> Bar<'_> {
        let bar = if self.terminal { ProgressBar::new(0) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("   {msg:<22} {bar:30} {pos}/{len}") {
            bar.set_style(style);
        }
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        Bar { screen: self, what, shape: bar, shown: 0 }
    }
}

/// How far one thing has come.
#[derive(Debug)]
pub(crate) struct Bar<'a> {
    screen: &'a Screen,
    what: &'static str,
    shape: ProgressBar,
    shown: u64,
}

impl Bar<'_> {
    /// `done` of `total`, if that is known. Elsewhere than on a terminal a line is shown at each fifth.
    pub(crate) fn at(&mut self, done: u64, total: Option<u64>) {
        if let Some(total) = total {
            self.shape.set_length(total);
        }
        self.shape.set_position(done);
        let step = total.map_or(1_000, |total| (total / 5).max(1));
        if !self.screen.terminal && done / step > self.shown {
            self.shown = done / step;
            let of = total.map(|total| format!(" of {total}")).unwrap_or_default();
            self.screen.line(&format!("{}: {done}{of}", self.what));
        }
    }

    /// Takes the bar away and says how it ended.
    pub(crate) fn end(self, text: &str) {
        self.shape.finish_and_clear();
        self.screen.line(text);
    }
}
