//! Steps of the schema, and what a ledger of applied steps says about a database. No engine here.

use std::borrow::Cow;

use alley_core::Value;
use sha2::{Digest as _, Sha256};

use crate::engine::Engine;
use crate::layout::Layout;

/// One step of the schema of one domain; its text never changes once it was released.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Migration {
    /// The domain.
    pub domain: &'static str,
    /// Counts from 1 within the domain, without gaps.
    pub version: u32,
    /// What it does, in a few words joined by underscores.
    pub name: Cow<'static, str>,
    /// The statements, for both engines: tables are written `"{prefix}core_outbox"`, types of columns
    /// `{id}`, `{int}`, `{text}`, `{bytes}`, and a table ends in `{small}` (rows up to some 200 bytes)
    /// or `{large}`.
    pub sql: Cow<'static, str>,
    /// Code that does not know this step must not work on a database that has it.
    pub breaking: bool,
}

impl Migration {
    /// A step that older code can live with.
    pub const fn new(
        domain: &'static str,
        version: u32,
        name: &'static str,
        sql: &'static str,
    ) -> Self {
        let (name, sql) = (Cow::Borrowed(name), Cow::Borrowed(sql));
        Self { domain, version, name, sql, breaking: false }
    }

    /// The step is one that older code cannot live with.
    #[must_use]
    pub const fn breaking(mut self) -> Self {
        self.breaking = true;
        self
    }

    /// The statements as an engine takes them.
    pub fn sql_for(&self, engine: Engine, layout: &Layout) -> String {
        layout.step(&self.sql, engine)
    }

    /// The first columns of its line in the ledger.
    pub(crate) fn line(&self) -> Vec<Value> {
        vec![
            Value::Text(self.domain.to_owned()),
            Value::Int(i64::from(self.version)),
            Value::Text(self.name.to_string()),
            Value::Text(self.checksum()),
            Value::Int(i64::from(self.breaking)),
        ]
    }

    /// SHA-256 over the text as it is in the file, in hexadecimal. It is the same for all engines,
    /// prefixes and schemas.
    pub fn checksum(&self) -> String {
        let digest = Sha256::digest(self.sql.as_bytes());
        let mut text = String::with_capacity(64);
        for byte in digest {
            for nibble in [byte >> 4, byte & 15] {
                text.extend(char::from_digit(u32::from(nibble), 16));
            }
        }
        text
    }
}

/// The table of applied steps. Its name is no other tool's.
pub(crate) const CREATE_LEDGER: &str = r#"CREATE TABLE IF NOT EXISTS "{prefix}migrations" (
  "domain" {text} NOT NULL,
  "version" {int} NOT NULL,
  "name" {text} NOT NULL,
  "checksum" {text} NOT NULL,
  "breaking" {int} NOT NULL,
  "applied_at" {int} NOT NULL,
  PRIMARY KEY ("domain", "version")
) {small}"#;

pub(crate) const READ_LEDGER: &str = r#"SELECT "domain", "version", "name", "checksum", "breaking"
FROM "{prefix}migrations" ORDER BY "domain", "version""#;

/// Takes what [`Migration::line`] gives, and the present instant.
pub(crate) const ADD_LINE: &str = r#"INSERT INTO "{prefix}migrations"
("domain", "version", "name", "checksum", "breaking", "applied_at") VALUES ($1, $2, $3, $4, $5, $6)"#;

/// A line of the ledger in the database.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct LedgerLine {
    pub(crate) domain: String,
    pub(crate) version: u32,
    pub(crate) name: String,
    pub(crate) checksum: String,
    pub(crate) breaking: bool,
}

impl LedgerLine {
    /// From the columns of [`READ_LEDGER`].
    pub(crate) fn from_values(values: Vec<Value>) -> Option<Self> {
        let [domain, version, name, checksum, breaking] = <[Value; 5]>::try_from(values).ok()?;
        match (domain, version, name, checksum, breaking) {
            (
                Value::Text(domain),
                Value::Int(version),
                Value::Text(name),
                Value::Text(checksum),
                Value::Int(breaking),
            ) => {
                let version = u32::try_from(version).ok()?;
                Some(Self { domain, version, name, checksum, breaking: breaking != 0 })
            }
            _ => None,
        }
    }
}

/// How the schema of a database compares with the one that the code knows.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SchemaState {
    /// The same.
    UpToDate,
    /// Steps are missing in the database.
    Behind {
        /// How many.
        pending: usize,
    },
    /// The database has steps that the code does not know; none of them is breaking.
    Ahead {
        /// Domain and version of the newest such step.
        newest: String,
    },
    /// The database has a step that the code does not know and cannot live with.
    AheadBreaking {
        /// Domain and version of that step.
        newest: String,
    },
    /// The database has a step of a known version with another content.
    Foreign {
        /// Domain and version of that step.
        step: String,
    },
}

/// Compares the ledger of a database with the steps of the code. Domains that the code was built
/// without are passed over: their tables are nobody's business here.
pub(crate) fn compare(known: &[Migration], ledger: &[LedgerLine]) -> SchemaState {
    let step = |domain: &str, version: u32| format!("{domain} {version}");
    let mut pending = known.len();
    let mut ahead: Option<(bool, String)> = None;
    for line in ledger {
        let mut of_domain = known.iter().filter(|known| known.domain == line.domain).peekable();
        if of_domain.peek().is_none() {
            continue;
        }
        match of_domain.find(|known| known.version == line.version) {
            Some(known) if known.checksum() == line.checksum => {
                pending = pending.saturating_sub(1);
            }
            Some(_) => {
                return SchemaState::Foreign { step: step(&line.domain, line.version) };
            }
            None => {
                let newer = (line.breaking, step(&line.domain, line.version));
                ahead = ahead.max(Some(newer));
            }
        }
    }
    match (ahead, pending) {
        (Some((true, newest)), _) => SchemaState::AheadBreaking { newest },
        (_, 1..) => SchemaState::Behind { pending },
        (Some((false, newest)), 0) => SchemaState::Ahead { newest },
        (None, 0) => SchemaState::UpToDate,
    }
}

/// The steps that the ledger lacks, in the order in which they are applied.
pub(crate) fn missing(known: Vec<Migration>, ledger: &[LedgerLine]) -> Vec<Migration> {
    let applied = |step: &Migration| {
        ledger.iter().any(|line| line.domain == step.domain && line.version == step.version)
    };
    known.into_iter().filter(|step| !applied(step)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Migration; 3] = [
        Migration::new("core", 1, "kernel", "a"),
        Migration::new("core", 2, "records", "b"),
        Migration::new("tiktok", 1, "records", "c"),
    ];

    fn line(migration: &Migration) -> LedgerLine {
        LedgerLine {
            domain: migration.domain.to_owned(),
            version: migration.version,
            name: migration.name.to_string(),
            checksum: migration.checksum(),
            breaking: migration.breaking,
        }
    }

    fn state(ledger: &[Migration]) -> SchemaState {
        compare(&KNOWN, &ledger.iter().map(line).collect::<Vec<_>>())
    }

    #[test]
    fn each_state_is_told_apart() {
        let newer = Migration::new("core", 3, "more", "d");
        let with = |extra: Migration| [KNOWN.to_vec(), vec![extra]].concat();
        assert_eq!(state(&KNOWN), SchemaState::UpToDate);
        assert_eq!(state(&[]), SchemaState::Behind { pending: 3 });
        assert_eq!(state(&KNOWN[..2]), SchemaState::Behind { pending: 1 });
        let newest = "core 3".to_owned();
        assert_eq!(state(&with(newer.clone())), SchemaState::Ahead { newest: newest.clone() });
        assert_eq!(state(&with(newer.breaking())), SchemaState::AheadBreaking { newest });
        let changed = Migration::new("core", 2, "records", "other");
        let foreign = SchemaState::Foreign { step: "core 2".to_owned() };
        assert_eq!(state(&[KNOWN[0].clone(), changed]), foreign);
    }

    #[test]
    fn a_domain_that_the_code_was_built_without_is_passed_over() {
        let other = Migration::new("outreach", 9, "records", "z").breaking();
        assert_eq!(state(&[KNOWN.to_vec(), vec![other]].concat()), SchemaState::UpToDate);
    }

    #[test]
    fn the_checksum_is_sha256_in_hexadecimal() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Migration::new("core", 1, "kernel", "abc").checksum(), abc);
    }
}
