//! Tenants and memberships in two tables that a host had before Alley came, behind the port that
//! Alley asks. Ids, expectations, audit and facts stay Alley's, in the same file and transaction.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use alley_core::conformance::Local;
use alley_core::{
    AccountId, Commit, Committed, Membership, Outbox, OutboxEntry, Record, Settlement, StoreError,
    StoreErrorKind, TenancyChange, TenancyStore, Tenant, TenantId, Value, Version, Versioned,
    Write,
};
use alley_examples::Failure;
use alley_store::rusqlite::{
    self, Connection, ErrorCode, OptionalExtension as _, Params, Row, params_from_iter,
};
use alley_store::{Domain, SqlField, SqlRecords, SqlValue, SqliteOptions, SqliteStore};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// What the host made long ago; Alley knows nothing of `plan` and `desk`. `revision` is new: it
/// counts how often a row was written.
const TABLES: &str = "
CREATE TABLE organizations (
  id BLOB NOT NULL PRIMARY KEY, customer_no TEXT NOT NULL, firm TEXT NOT NULL, state TEXT NOT NULL,
  since INTEGER NOT NULL, staff_changed INTEGER NOT NULL, closed INTEGER,
  plan TEXT NOT NULL DEFAULT 'trial', revision INTEGER NOT NULL);
CREATE TABLE staff (
  organization BLOB NOT NULL, entry BLOB NOT NULL, person BLOB NOT NULL, job TEXT NOT NULL,
  since INTEGER NOT NULL, desk TEXT, revision INTEGER NOT NULL, PRIMARY KEY (organization, entry));
";

/// Where the host keeps what: with this the store checks expectations on its rows, and privacy
/// exports, holds and erases them. (Were this all that the host needs, it could leave out the port
/// below: the store serves the two tables by itself.)
pub(crate) fn hosted() -> [SqlRecords; 2] {
    let organizations = SqlRecords::of::<Tenant>("organizations")
        .column("tenant_id", "id")
        .column("customer_id", "customer_no")
        .column("name", "firm")
        .column("status", "state")
        .column("created_at", "since")
        .column("members_changed_at", "staff_changed")
        .column("closed_at", "closed")
        .version_column("revision");
    let staff = SqlRecords::of::<Membership>("staff")
        .column("tenant_id", "organization")
        .column("membership_id", "entry")
        .column("account_id", "person")
        .column("role", "job")
        .column("joined_at", "since")
        .version_column("revision");
    [organizations, staff]
}

/// The host's file, with Alley's tables added to it.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn open(path: &Path) -> Result<Arc<SqliteStore>, Failure> {
    let options =
        || hosted().into_iter().fold(SqliteOptions::default(), SqliteOptions::with_sql_records);
    SqliteStore::migrate(path, &options())?;
    let host = Connection::open(path)?;
    host.execute_batch(TABLES)?;
    for table in hosted() {
        host.execute_batch(&table.indexes(&Domain::core()))?;
    }
    Ok(Arc::new(SqliteStore::open(path, options())?))
}

/// The host's tables as Alley's port.
#[derive(Clone, Debug)]
pub(crate) struct Organizations {
    store: Arc<SqliteStore>,
}

impl Organizations {
    pub(crate) const fn new(store: Arc<SqliteStore>) -> Self {
        Self { store }
    }

    async fn staff(
        &self,
        which: &'static str,
        who: impl Params + Send + 'static,
    ) -> Result<Vec<Versioned<Membership>>, StoreError> {
        let read = move |connection: &Connection| {
            let mut rows = connection.prepare_cached(which)?;
            Ok(rows.query_map(who, membership)?.collect::<Result<_, _>>()?)
        };
        self.store.read_with(read).await
    }
}

#[async_trait]
impl TenancyStore for Organizations {
    async fn tenant(&self, tenant: TenantId) -> Result<Option<Versioned<Tenant>>, StoreError> {
        let read = move |connection: &Connection| {
            let mut rows =
                connection.prepare_cached("SELECT * FROM organizations WHERE id = ?1")?;
            Ok(rows.query_row([SqlField(tenant)], organization).optional()?)
        };
        self.store.read_with(read).await
    }

    async fn membership(
        &self,
        tenant: TenantId,
        account: AccountId,
    ) -> Result<Option<Versioned<Membership>>, StoreError> {
        let which = "SELECT * FROM staff WHERE organization = ?1 AND person = ?2";
        let found = self.staff(which, (SqlField(tenant), SqlField(account))).await?;
        Ok(found.into_iter().next())
    }

    async fn members(&self, tenant: TenantId) -> Result<Vec<Versioned<Membership>>, StoreError> {
        self.staff("SELECT * FROM staff WHERE organization = ?1", [SqlField(tenant)]).await
    }

    async fn memberships(
        &self,
        account: AccountId,
    ) -> Result<Vec<Versioned<Membership>>, StoreError> {
        self.staff("SELECT * FROM staff WHERE person = ?1", [SqlField(account)]).await
    }

    async fn commit(&self, commit: Commit<TenancyChange>) -> Result<Committed, StoreError> {
        let (changes, rest) = commit.split();
        let write = move |connection: &Connection| {
            for change in changes {
                match change {
                    TenancyChange::Tenant(write) => self::write(connection, &ORGANIZATIONS, write)?,
                    TenancyChange::Membership(write) => self::write(connection, &STAFF, write)?,
                }
            }
            Ok(())
        };
        Ok(self.store.commit_with(rest, write).await?.0)
    }
}

/// The suite asks one type for the port and for the facts that its commits leave.
#[async_trait]
impl Outbox for Organizations {
    async fn due(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        self.store.due(now, limit).await
    }

    async fn settle(&self, settlements: &[Settlement]) -> Result<(), StoreError> {
        self.store.settle(settlements).await
    }
}

/// The port over a fresh file, which is gone with the harness: for the public suite.
#[expect(clippy::expect_used, reason = "a trial without a file cannot go on")]
pub(crate) fn trial() -> Local<Organizations> {
    let folder = tempfile::tempdir().expect("a folder for a trial");
    let store = open(&folder.path().join("trial.db")).expect("a file for a trial");
    Local::new(Arc::new(Organizations::new(store))).with_guard(folder)
}

fn organization(row: &Row<'_>) -> rusqlite::Result<Versioned<Tenant>> {
    let (SqlField(id), SqlField(since)) = (row.get("id")?, row.get("since")?);
    let mut tenant = Tenant::new(id, row.get("customer_no")?, row.get("firm")?, since);
    SqlField(tenant.status) = row.get("state")?;
    SqlField(tenant.members_changed_at) = row.get("staff_changed")?;
    SqlField(tenant.closed_at) = row.get("closed")?;
    Ok(Versioned::new(tenant, Version::new(row.get("revision")?)))
}

fn membership(row: &Row<'_>) -> rusqlite::Result<Versioned<Membership>> {
    let (SqlField(organization), SqlField(entry)) = (row.get("organization")?, row.get("entry")?);
    let (SqlField(person), SqlField(job)) = (row.get("person")?, row.get("job")?);
    let SqlField(since) = row.get("since")?;
    let member = Membership::new(organization, entry, person, job, since);
    Ok(Versioned::new(member, Version::new(row.get("revision")?)))
}

/// The host's statements for one table. They take the fields of a record in the order of their
/// declaration, or its key, and then the revision that was read.
struct Table {
    insert: &'static str,
    update: &'static str,
    delete: &'static str,
    /// Whether there is a row with the key.
    taken: &'static str,
    /// The rule behind the table's one unique index.
    rule: &'static str,
}

const ORGANIZATIONS: Table = Table {
    insert: "INSERT INTO organizations
        (id, customer_no, firm, state, since, staff_changed, closed, revision)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)",
    update: "UPDATE organizations SET customer_no = ?2, firm = ?3, state = ?4, since = ?5,
        staff_changed = ?6, closed = ?7, revision = revision + 1 WHERE id = ?1 AND revision = ?8",
    delete: "DELETE FROM organizations WHERE id = ?1 AND revision = ?2",
    taken: "SELECT 1 FROM organizations WHERE id = ?1",
    rule: "by_customer_id",
};

const STAFF: Table = Table {
    insert: "INSERT INTO staff (organization, entry, person, job, since, revision)
        VALUES (?1, ?2, ?3, ?4, ?5, 1)",
    update: "UPDATE staff SET person = ?3, job = ?4, since = ?5, revision = revision + 1
        WHERE organization = ?1 AND entry = ?2 AND revision = ?6",
    delete: "DELETE FROM staff WHERE organization = ?1 AND entry = ?2 AND revision = ?3",
    taken: "SELECT 1 FROM staff WHERE organization = ?1 AND entry = ?2",
    rule: "by_account",
};

fn write<R: Record>(
    connection: &Connection,
    table: &Table,
    write: Write<R>,
) -> Result<(), StoreError> {
    let (text, key, values) = match write {
        Write::Insert(new) => (table.insert, new.key(), new.to_row()),
        Write::Update { record: new, read } => {
            let read = Value::Int(read.number());
            (table.update, new.key(), new.to_row().into_iter().chain([read]).collect())
        }
        Write::Delete { key, read } => {
            let values = key.values().into_iter().chain([Value::Int(read.number())]).collect();
            (table.delete, key, values)
        }
        Write::Sync(_) => return Err(other("these are no copies from another system")),
    };
    let bound = |values: Vec<Value>| params_from_iter(values.into_iter().map(SqlValue));
    let error = match connection.execute(text, bound(values)) {
        Ok(1..) => return Ok(()),
        Ok(0) => return Err(StoreError::conflict::<R>(key)),
        Err(error) => error,
    };
    if error.sqlite_error_code() != Some(ErrorCode::ConstraintViolation) {
        return Err(other(error));
    }
    // Where a row breaks both rules, the engine names either: a row that is there is a conflict.
    let mut taken = connection.prepare_cached(table.taken).map_err(other)?;
    if text == table.insert && taken.exists(bound(key.values())).map_err(other)? {
        return Err(StoreError::conflict::<R>(key));
    }
    Err(StoreError::duplicate::<R>(table.rule))
}

fn other(error: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
    StoreError::with_source(StoreErrorKind::Other, error)
}
