//! Where the texts of the two engines differ: column types, table options, order of absent values.

use alley_core::{Storage, ValueKind};

/// A database engine.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Engine {
    /// SQLite, in the process.
    Sqlite,
    /// PostgreSQL and what speaks its language.
    Postgres,
}

impl Engine {
    /// What the tokens of a schema step become: `{id}`, `{int}`, `{text}` and `{bytes}` are types of
    /// columns; `{small}` and `{large}` end the table of a record type; `{absent_first}` stands
    /// behind a column of an index that may be absent.
    const fn tokens(self) -> [(&'static str, &'static str); 7] {
        match self {
            Self::Sqlite => [
                ("{id}", "BLOB"),
                ("{int}", "INTEGER"),
                ("{text}", "TEXT"),
                ("{bytes}", "BLOB"),
                (" {small}", " STRICT, WITHOUT ROWID"),
                (" {large}", " STRICT"),
                // Absent values come first by themselves, and the words are not accepted here.
                (" {absent_first}", ""),
            ],
            Self::Postgres => [
                ("{id}", "UUID"),
                ("{int}", "BIGINT"),
                // Compared by bytes, as SQLite does, whatever the language of the database.
                ("{text}", "TEXT COLLATE \"C\""),
                ("{bytes}", "BYTEA"),
                (" {small}", ""),
                (" {large}", ""),
                (" {absent_first}", " NULLS FIRST"),
            ],
        }
    }

    /// Puts the engine's words into a schema step.
    pub(crate) fn words(self, text: &str) -> String {
        let tokens = self.tokens().into_iter();
        tokens.fold(text.to_owned(), |text, (token, word)| text.replace(token, word))
    }

    /// `$n` in a statement as the engine takes it. SQLite takes `$n` for a name and numbers it by
    /// order of appearance.
    pub(crate) fn placeholders(self, text: &str) -> String {
        match self {
            Self::Sqlite => text.replace('$', "?"),
            Self::Postgres => text.to_owned(),
        }
    }

    /// The type of a column as the engine's own catalogue names it.
    pub(crate) const fn column(self, kind: ValueKind) -> &'static str {
        match (self, kind, kind.storage()) {
            (Self::Sqlite, _, Storage::Int) => "INTEGER",
            (Self::Sqlite, _, Storage::Text) => "TEXT",
            (Self::Sqlite, _, Storage::Bytes) => "BLOB",
            (Self::Postgres, ValueKind::Id(_), _) => "uuid",
            (Self::Postgres, _, Storage::Int) => "bigint",
            (Self::Postgres, _, Storage::Text) => "text",
            (Self::Postgres, _, Storage::Bytes) => "bytea",
        }
    }
}

/// The token for a type of column in a schema step.
pub(crate) const fn token(kind: ValueKind) -> &'static str {
    match (kind, kind.storage()) {
        (ValueKind::Id(_), _) => "{id}",
        (_, Storage::Int) => "{int}",
        (_, Storage::Text) => "{text}",
        (_, Storage::Bytes) => "{bytes}",
    }
}
