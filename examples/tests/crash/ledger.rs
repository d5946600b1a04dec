//! What is in a database file, read beside the application.

use std::path::{Path, PathBuf};

use alley_store::rusqlite::{Connection, OpenFlags};

/// A file, open for reading.
#[derive(Debug)]
pub(crate) struct Ledger {
    file: PathBuf,
    connection: Connection,
}

impl Ledger {
    pub(crate) fn open(file: &Path) -> Self {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let connection = Connection::open_with_flags(file, flags).unwrap();
        Self { file: file.to_owned(), connection }
    }

    pub(crate) fn count(&self, sql: &str) -> i64 {
        self.connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// The only answer.
    pub(crate) fn text(&self, sql: &str) -> String {
        let mut found = self.texts(sql);
        assert_eq!(found.len(), 1, "{sql}");
        found.remove(0)
    }

    /// The first column of every row.
    pub(crate) fn texts(&self, sql: &str) -> Vec<String> {
        let mut statement = self.connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// The last eight bytes of each sealed token: of its authentication tag, so met nowhere else.
    pub(crate) fn token_bytes(&self) -> Vec<[u8; 8]> {
        let mut found = Vec::new();
        for column in ["access", "refresh"] {
            let sql = format!("SELECT {column} FROM alley_tiktok_token");
            let sealed: Vec<u8> = self.connection.query_row(&sql, [], |row| row.get(0)).unwrap();
            found.push(*sealed.last_chunk().unwrap());
        }
        found
    }

    /// How many of these pieces are in the file or in its write-ahead log, in whatever page. Ends
    /// this process's locks on the file (POSIX closes them with any handle), so no other may write.
    pub(crate) fn found(&self, pieces: &[[u8; 8]]) -> usize {
        let mut missing: Vec<u64> = pieces.iter().map(|piece| u64::from_be_bytes(*piece)).collect();
        let log = PathBuf::from(format!("{}-wal", self.file.display()));
        for file in [&self.file, &log].into_iter().filter(|file| file.exists()) {
            let mut window = 0_u64;
            for byte in std::fs::read(file).unwrap() {
                window = window << 8 | u64::from(byte);
                missing.retain(|wanted| *wanted != window);
            }
        }
        pieces.len() - missing.len()
    }
}
