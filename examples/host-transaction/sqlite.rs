//! SQLite: a transaction of ours takes the host's statements along.

use std::sync::Arc;

use alley_core::offload::InlineOffload;
use alley_core::{
    AccountsConfig, ActiveSession, Commit, Committed, Key, Page, PageRequest, Query, RecordStore,
    RecordType, RecordWrite, StoreError, StoredRow, Value,
};
use alley_examples::{Failure, env, sign_up};
use alley_store::rusqlite::Connection;
use alley_store::{Alley, Config, SqliteOptions, SqliteStore};
use async_trait::async_trait;

use super::outcome::{Counts, Outcome};

/// Creates a tenant with a note of the host, and another one with a note that the host's table
/// refuses.
///
/// # Errors
/// When something else goes wrong.
pub(crate) async fn play() -> Result<Outcome, Failure> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("host.db");
    SqliteStore::migrate(&file, &SqliteOptions::default())?;
    Connection::open(&file)?
        .execute_batch("CREATE TABLE crm_note (firm TEXT, text TEXT CHECK (text <> ''))")?;
    let store = Arc::new(SqliteStore::open(&file, SqliteOptions::default())?);
    let accounts = AccountsConfig::new("Harbor", Arc::new(InlineOffload::new()));
    let alley = Alley::new(&env()?, Arc::clone(&store), Config::new(accounts))?;
    let olivia = sign_up(&alley, "olivia@harbor-candles.example").await?;

    create(&alley, &store, &olivia, ("Harbor Candles", "met at the fair")).await?;
    let kept = count(&store).await?;
    let refused = create(&alley, &store, &olivia, ("Pier Soaps", "")).await;
    if refused.is_ok() {
        return Err("the host's table took an empty note".into());
    }
    Ok(Outcome { kept, refused: count(&store).await? })
}

async fn create(
    alley: &Alley,
    store: &Arc<SqliteStore>,
    olivia: &ActiveSession,
    (firm, note): (&'static str, &'static str),
) -> Result<(), Failure> {
    let noted = Arc::new(Noted { store: Arc::clone(store), firm, note });
    let created = alley.tenancy().on(noted).create(olivia, firm).await?;
    created.tenant().map(drop).ok_or_else(|| "the tenant was not created".into())
}

/// Our store, with a note of the host in each commit: for doors whose call commits once. Where the
/// door decides again after a conflict, the note of the commit that was refused is gone as well.
#[derive(Debug)]
struct Noted {
    store: Arc<SqliteStore>,
    firm: &'static str,
    note: &'static str,
}

#[async_trait]
impl RecordStore for Noted {
    async fn get(
        &self,
        record: &'static RecordType,
        key: &Key,
    ) -> Result<Option<StoredRow>, StoreError> {
        self.store.get(record, key).await
    }

    async fn query(
        &self,
        query: &'static Query,
        arguments: &[Value],
        page: PageRequest,
    ) -> Result<Page<StoredRow>, StoreError> {
        self.store.query(query, arguments, page).await
    }

    async fn count(&self, query: &'static Query, arguments: &[Value]) -> Result<u64, StoreError> {
        self.store.count(query, arguments).await
    }

    async fn commit(&self, commit: Commit<RecordWrite>) -> Result<Committed, StoreError> {
        let row = [self.firm, self.note];
        let note = move |connection: &Connection| {
            Ok(connection.execute("INSERT INTO crm_note (firm, text) VALUES (?1, ?2)", row)?)
        };
        Ok(self.store.commit_with(commit, note).await?.0)
    }
}

async fn count(store: &SqliteStore) -> Result<Counts, Failure> {
    let text = "SELECT (SELECT count(*) FROM alley_core_tenant), (SELECT count(*) FROM crm_note)";
    let counts = move |connection: &Connection| {
        let row = |row: &alley_store::rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let (tenants, notes): (i64, i64) = connection.query_row(text, [], row)?;
        Ok(Counts { tenants: tenants.try_into()?, notes: notes.try_into()? })
    };
    Ok(store.read_with(counts).await?)
}
