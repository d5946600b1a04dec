//! Exports: everything that is kept about a person, or for a tenant, with what must be said about it.
//!
//! The walk follows the same declarations as an erasure: rows about the person, what they own, and,
//! for a person, rows that mention them. It is written page by page; what stays in memory is one
//! page for each level of the walk, and a hash for each row of those types that can be reached in
//! more than one way.

mod render;
mod walk;

pub use walk::{ExportSummary, TypeCount};

use std::io::Write;
use std::sync::Arc;

use alley_core::{AccountId, Env, TenantId};

use crate::data_map::DataMap;
use crate::directory::Directory;
use crate::error::Result;

/// About whom, and for whom, an export is made.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ExportOf {
    /// A person with a sign-in, in their own right: what we decide on. What tenants decide on is
    /// named as theirs to answer.
    Account(AccountId),
    /// A tenant: all that it owns.
    Tenant(TenantId),
    /// A person without a sign-in in the data of one tenant, for that tenant to hand on.
    Person {
        /// Whose data.
        tenant: TenantId,
        /// The kind of person in the data map: `creator`, `buyer`.
        kind: String,
        /// How the subject fields of that tenant's rows name the person.
        reference: String,
    },
}

/// Writes exports.
#[derive(Clone, Debug)]
pub struct Export {
    pub(crate) env: Env,
    pub(crate) map: Arc<DataMap>,
    pub(crate) directory: Arc<Directory>,
}

impl Export {
    /// Writes one JSON document of schema `alley.subject-export/1`:
    /// `schema`, `generated_at`, `map_version`, `of`; `elements` (what is kept, why, how long, who
    /// receives it); `records`, an array with one object a line: `type`, `key`, `data`; at the end
    /// `counts`, `omitted` (type, field, reason, rows) and `answered_by_others`.
    ///
    /// Sealed fields are opened with the keyring. Secrets are never written.
    ///
    /// # Errors
    /// When a store fails, a sealed field does not open, or `output` cannot be written. What was
    /// written until then is no valid document.
    pub async fn write<W: Write + Send>(
        &self,
        of: &ExportOf,
        output: &mut W,
    ) -> Result<ExportSummary> {
        walk::write(self, of, output).await
    }

    /// The same in words, to lie beside the document: what it holds and what it does not.
    pub fn readme(&self, summary: &ExportSummary) -> String {
        render::readme(&self.map, summary)
    }
}
