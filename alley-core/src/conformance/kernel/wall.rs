//! The wall between tenants.

use super::super::sample::{Sample, write};
use super::super::{Fixture, Violation, ensure, kept};
use super::tenant;
use crate::commit::{Basis, Commit, Expect, RecordWrite, Version, Write};
use crate::page::PageRequest;
use crate::record::{Key, Record as _};
use crate::store::{RecordStore, RecordStoreExt as _};
use crate::value::{Field as _, Value};

/// No read of one tenant answers a row of another.
///
/// # Errors
/// When one does.
pub async fn tenants_do_not_see_each_other(
    fixture: &Fixture<dyn RecordStore>,
) -> Result<(), Violation> {
    const PROMISE: &str = "rows of one tenant are never seen through another";
    let store = fixture.store.as_ref();
    let other = tenant(2);
    let row = Sample::new(tenant(1), "same", 1);
    write(store, &fixture.env, PROMISE, vec![Write::Insert(row)]).await?;
    let hidden = kept(PROMISE, store.record::<Sample>(&Key::of(other, &"same".to_owned())).await)?;
    ensure(PROMISE, hidden.is_none(), "a look-up crossed the wall")?;
    let count = kept(PROMISE, store.count(Sample::BY_RANK, &[other.to_value()]).await)?;
    ensure(PROMISE, count == 0, "a count crossed the wall")?;
    let arguments = [other.to_value(), Value::Int(0)];
    for (query, arguments) in
        [(Sample::BY_RANK, arguments.get(..1)), (Sample::ABOVE_RANK, arguments.get(..))]
    {
        let page = store.query(query, arguments.unwrap_or_default(), PageRequest::first(10)).await;
        ensure(PROMISE, kept(PROMISE, page)?.items.is_empty(), "a page crossed the wall")?;
    }
    Ok(())
}

/// Rows of two tenants with equal ids and labels are two rows: whatever is done to one leaves the
/// other as it is.
///
/// # Errors
/// When a write to one is refused because of the other, or changes it.
pub async fn equal_ids_of_two_tenants_are_two_rows(
    fixture: &Fixture<dyn RecordStore>,
) -> Result<(), Violation> {
    const PROMISE: &str = "equal ids of two tenants are two rows";
    let (store, env) = (fixture.store.as_ref(), &fixture.env);
    let row = |number, rank| {
        let label = Some("equal".to_owned());
        Sample { label, ..Sample::new(tenant(number), "same", rank) }
    };
    let untouched = row(2, 20);
    write(store, env, PROMISE, vec![Write::Insert(row(1, 10))]).await?;
    write(store, env, PROMISE, vec![Write::Insert(untouched.clone())]).await?;
    let first = Key::of(tenant(1), &"same".to_owned());
    let of_another = Expect { record: Sample::TYPE, key: first.clone(), basis: Basis::Absent };
    let commit: Commit<RecordWrite> = kept(PROMISE, env.commit())?;
    let refused = store.commit(commit.expect(of_another)).await;
    let refused = refused.is_err_and(|error| error.is_conflict());
    ensure(PROMISE, refused, "an expectation looked at another tenant")?;
    let second = Version::FIRST.next();
    for change in [
        Write::Update { record: row(1, 11), read: Version::FIRST },
        Write::Sync(vec![row(1, 12)]),
        Write::Delete { key: first, read: second.next() },
    ] {
        write(store, env, PROMISE, vec![change]).await?;
        let found = kept(PROMISE, store.record::<Sample>(&untouched.key()).await)?;
        let same =
            found.is_some_and(|found| found.record == untouched && found.version == Version::FIRST);
        ensure(PROMISE, same, "a write to one tenant changed the row of another")?;
        let count = kept(PROMISE, store.count(Sample::BY_RANK, &[tenant(2).to_value()]).await)?;
        ensure(PROMISE, count == 1, format!("{count} rows instead of 1"))?;
    }
    let count = kept(PROMISE, store.count(Sample::BY_RANK, &[tenant(1).to_value()]).await)?;
    ensure(PROMISE, count == 0, "a deletion left the row, or hit that of another tenant")
}
