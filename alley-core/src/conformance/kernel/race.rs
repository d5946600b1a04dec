//! Many callers on one row.

use super::super::sample::{Sample, write};
use super::super::{CALLERS, Harness, Violation, ensure, kept, together};
use super::{fixture, tenant};
use crate::commit::{Commit, RecordWrite, Version, Write};
use crate::error::StoreError;
use crate::fact::Outbox;
use crate::record::Key;
use crate::store::{RecordStore, RecordStoreExt as _};

/// Of 64 callers that insert one row at once, one succeeds, and the row is that one's. In as many
/// rounds as the harness says.
///
/// # Errors
/// When two succeed, or none, or a loser hears of something else than a conflict.
pub fn one_of_many_inserts_wins<H: Harness>(harness: &H) -> Result<(), Violation>
where
    H::Store: RecordStore + Outbox,
{
    const PROMISE: &str = "of many inserts of one row one wins";
    let fixture = fixture(harness);
    for round in 0..harness.rounds() {
        let id = format!("round {round}");
        let answers = together(CALLERS, |caller| {
            let commit: Commit<RecordWrite> = kept(PROMISE, fixture.env.commit())?;
            let rank = i64::try_from(caller).unwrap_or_default();
            let insert = Write::Insert(Sample::new(tenant(1), &id, rank));
            match harness.block_on(fixture.store.commit(commit.change(insert))) {
                Ok(_) => Ok(Some(rank)),
                Err(error) if lost(&error) => Ok(None),
                Err(error) => Err(Violation::new(PROMISE, error)),
            }
        });
        let answers: Vec<Option<i64>> = answers.into_iter().collect::<Result<_, _>>()?;
        let winners: Vec<i64> = answers.into_iter().flatten().collect();
        let [winner] = winners[..] else {
            return Err(Violation::new(PROMISE, format!("{} of them won", winners.len())));
        };
        let key = Key::of(tenant(1), &id);
        let found = kept(PROMISE, harness.block_on(fixture.store.record::<Sample>(&key)))?;
        let own = found
            .is_some_and(|found| found.record.rank == winner && found.version == Version::FIRST);
        ensure(PROMISE, own, "the row is not that of the winner")?;
    }
    Ok(())
}

/// 64 callers each try three times to add one to a row that they read before: it then holds as many
/// as were told that they succeeded.
///
/// # Errors
/// When an addition got lost, or was refused for another reason than a conflict.
pub fn a_counter_adds_up<H: Harness>(harness: &H) -> Result<(), Violation>
where
    H::Store: RecordStore + Outbox,
{
    const PROMISE: &str = "no addition to a row gets lost";
    let fixture = fixture(harness);
    let (store, env) = (fixture.store.as_ref(), &fixture.env);
    let start = vec![Write::Insert(Sample::new(tenant(1), "counter", 0))];
    harness.block_on(write(store, env, PROMISE, start))?;
    let key = Key::of(tenant(1), &"counter".to_owned());
    let read = || async {
        let found = kept(PROMISE, store.record::<Sample>(&key).await)?;
        found.ok_or_else(|| Violation::new(PROMISE, "the row is gone"))
    };
    let answers = together(CALLERS, |_| {
        let mut added = 0;
        for _ in 0..3 {
            let found = harness.block_on(read())?;
            let record = Sample { rank: found.record.rank + 1, ..found.record };
            let commit: Commit<RecordWrite> = kept(PROMISE, env.commit())?;
            let update = Write::Update { record, read: found.version };
            match harness.block_on(store.commit(commit.change(update))) {
                Ok(_) => added += 1,
                Err(error) if lost(&error) => {}
                Err(error) => return Err(Violation::new(PROMISE, error)),
            }
        }
        Ok(added)
    });
    let added: i64 = answers.into_iter().sum::<Result<_, _>>()?;
    let found = harness.block_on(read())?;
    let (rank, version) = (found.record.rank, found.version.number());
    let found = format!("{added} additions succeeded, the row holds {rank} at version {version}");
    ensure(PROMISE, added > 0 && rank == added && version == added + 1, found)
}

/// Whether a caller was refused because another was first, or asked to try again.
fn lost(error: &StoreError) -> bool {
    error.is_conflict() || matches!(error.kind(), crate::error::StoreErrorKind::Retry)
}
