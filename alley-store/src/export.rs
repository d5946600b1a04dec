//! Schema steps as files, for a host that runs them with a tool of its own.

use std::path::{Path, PathBuf};

use crate::domain::Domain;
use crate::engine::Engine;
use crate::error::OpenError;
use crate::layout::Layout;
use crate::migration::{CREATE_LEDGER, Migration};
use crate::upgrade::list;

/// Writes the table of applied steps and then each step into a file of its own, numbered in the order
/// in which they are to be run; answers the files. `adopt` is the call that records the steps.
pub(crate) fn export(
    domains: &[Domain],
    layout: &Layout,
    engine: Engine,
    adopt: &str,
    folder: &Path,
) -> Result<Vec<PathBuf>, OpenError> {
    std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, error))?;
    let ledger = ("0000_ledger.sql".to_owned(), ledger(layout, engine, adopt));
    let steps = list(domains);
    let steps = (1_usize..).zip(&steps).map(|(number, step)| {
        let Migration { domain, version, name, .. } = step;
        let text = format!(
            "-- Schema step {domain} {version} ({name}). Once all steps were run, {adopt} records them.\n\n{}",
            step.sql_for(engine, layout)
        );
        (format!("{number:04}_{domain}_{version}_{name}.sql"), text)
    });
    let mut files = Vec::new();
    for (name, text) in std::iter::once(ledger).chain(steps) {
        let file = folder.join(name);
        std::fs::write(&file, text).map_err(|error| unwritable(&file, error))?;
        files.push(file);
    }
    Ok(files)
}

/// The table of applied steps, and the schema that it and all others are in.
fn ledger(layout: &Layout, engine: Engine, adopt: &str) -> String {
    // Every database has this one, and not everybody may make one.
    let schema = layout.schema().filter(|schema| *schema != "public");
    let schema = schema.map(|schema| format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\";\n\n"));
    format!(
        "-- The table of applied steps. Leave it empty: {adopt} fills it once all steps were run.\n\n\
         {}{};\n",
        schema.unwrap_or_default(),
        layout.step(CREATE_LEDGER, engine)
    )
}

fn unwritable(path: &Path, error: std::io::Error) -> OpenError {
    OpenError::Inaccessible { database: path.display().to_string(), source: Box::new(error) }
}
