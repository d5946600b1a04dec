//! Which schema steps a store knows, and which databases it works on.

use crate::domain::Domain;
use crate::error::OpenError;
use crate::migration::{Migration, SchemaState};

/// What to do with a database that has schema steps that the code does not know.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum NewerSchema {
    /// Do not open it.
    #[default]
    Refuse,
    /// Open it unless one of the steps is marked as breaking; for the time in which an old and a
    /// new version of a program run side by side.
    AllowCompatible,
}

/// The steps of all domains in the order in which they are applied.
pub(crate) fn list(domains: &[Domain]) -> Vec<Migration> {
    domains.iter().flat_map(|domain| domain.migrations.iter().cloned()).collect()
}

/// An error for a schema that this code must not touch or cannot work on.
pub(crate) fn refuse_newer(
    state: SchemaState,
    database: &str,
    newer: NewerSchema,
) -> Result<(), OpenError> {
    let database = database.to_owned();
    match state {
        SchemaState::Foreign { step } => Err(OpenError::Foreign { database, step }),
        SchemaState::AheadBreaking { newest } => Err(OpenError::Newer { database, newest }),
        SchemaState::Ahead { newest } if newer == NewerSchema::Refuse => {
            Err(OpenError::Newer { database, newest })
        }
        _ => Ok(()),
    }
}
