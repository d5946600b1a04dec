//! Decisions over a set, with a guard record: read before the set and raised by every writer of it.

use std::sync::{Barrier, Mutex, PoisonError};

use super::super::sample::{Sample, write};
use super::super::{Fixture, Harness, Violation, ensure, kept, together};
use super::{fixture, tenant};
use crate::commit::{Commit, RecordWrite, Versioned, Write};
use crate::env::Env;
use crate::fact::Outbox;
use crate::ids::TenantId;
use crate::record::Key;
use crate::store::{RecordStore, RecordStoreExt as _};
use crate::value::Field as _;

/// When a writer reads the guard.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum GuardOrder {
    /// Before the set, as every decision over a set must.
    BeforeSet,
    /// After it: what was read of the set may be older than the guard. Wrong, and here to show that
    /// the check can fail.
    AfterSet,
}

/// Eight writers spend from one budget until it is used up, guarded as it must be: all of it is
/// spent and nothing more. In as many rounds as the harness says, and once in the worst schedule.
///
/// # Errors
/// When more or less was spent.
pub fn a_budget_is_never_overspent<H: Harness>(harness: &H) -> Result<(), Violation>
where
    H::Store: RecordStore + Outbox,
{
    const BUDGET: u64 = 10;
    for round in 0..harness.rounds() {
        let fixture = fixture(harness);
        let budget = Budget::open(harness, &fixture, u128::from(round) + 10)?;
        let answers = together(WRITERS, |writer| {
            let mut spent = 0_usize;
            // One writer wins in each round of conflicts, so none of them is refused more often.
            for _ in 0..200 {
                let basis = harness.block_on(async {
                    let guard = budget.guard().await?;
                    Ok((guard, budget.spent().await?))
                })?;
                if basis.1 >= BUDGET {
                    return Ok(());
                }
                let id = format!("{writer}.{spent}");
                spent += usize::from(harness.block_on(budget.spend(basis.0, &id))?);
            }
            Err(Violation::new(PROMISE, "a writer was refused 200 times"))
        });
        answers.into_iter().collect::<Result<(), _>>()?;
        let spent = harness.block_on(budget.spent())?;
        ensure(PROMISE, spent == BUDGET, format!("{spent} of {BUDGET} were spent"))?;
    }
    let spent = spent_in_the_worst_schedule(harness, GuardOrder::BeforeSet)?;
    ensure(PROMISE, spent == 1, format!("{spent} of 1 were spent in the worst schedule"))
}

/// Eight writers try to spend from a budget of one, in the schedule that is worst for them: all have
/// read the set before any of them commits. Answers how much was spent.
///
/// # Errors
/// When the store fails.
pub fn spent_in_the_worst_schedule<H: Harness>(
    harness: &H,
    order: GuardOrder,
) -> Result<u64, Violation>
where
    H::Store: RecordStore + Outbox,
{
    let fixture = fixture(harness);
    let budget = Budget::open(harness, &fixture, 9)?;
    let (all_have_read, turn) = (Barrier::new(WRITERS), Mutex::new(()));
    let answers = together(WRITERS, |writer| {
        let first = harness.block_on(async {
            match order {
                GuardOrder::BeforeSet => {
                    let guard = budget.guard().await?;
                    Ok((Some(guard), budget.spent().await?))
                }
                GuardOrder::AfterSet => Ok((None, budget.spent().await?)),
            }
        });
        all_have_read.wait();
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        harness.block_on(async {
            let (guard, spent) = match first? {
                (Some(guard), spent) => (guard, spent),
                (None, spent) => (budget.guard().await?, spent),
            };
            if spent == 0 {
                budget.spend(guard, &writer.to_string()).await?;
            }
            Ok(())
        })
    });
    answers.into_iter().collect::<Result<(), Violation>>()?;
    harness.block_on(budget.spent())
}

/// A guard record, and the rows of a tenant beside it, which are what was spent.
struct Budget<'a> {
    store: &'a dyn RecordStore,
    env: &'a Env,
    tenant: TenantId,
}

impl<'a> Budget<'a> {
    fn open<H: Harness>(
        harness: &H,
        fixture: &'a Fixture<dyn RecordStore>,
        number: u128,
    ) -> Result<Self, Violation> {
        let (store, env, tenant) = (fixture.store.as_ref(), &fixture.env, tenant(number));
        let guard = vec![Write::Insert(Sample::new(tenant, GUARD, 0))];
        harness.block_on(write(store, env, PROMISE, guard))?;
        Ok(Self { store, env, tenant })
    }

    async fn guard(&self) -> Result<Versioned<Sample>, Violation> {
        let key = Key::of(self.tenant, &GUARD.to_owned());
        let found = kept(PROMISE, self.store.record::<Sample>(&key).await)?;
        found.ok_or_else(|| Violation::new(PROMISE, "the guard is gone"))
    }

    async fn spent(&self) -> Result<u64, Violation> {
        let count = self.store.count(Sample::BY_RANK, &[self.tenant.to_value()]).await;
        Ok(kept(PROMISE, count)?.saturating_sub(1))
    }

    /// Adds to the set and raises the guard; whether it was done.
    async fn spend(&self, guard: Versioned<Sample>, id: &str) -> Result<bool, Violation> {
        let record = Sample { rank: guard.record.rank + 1, ..guard.record };
        let commit: Commit<RecordWrite> = kept(PROMISE, self.env.commit())?;
        let commit = commit
            .change(Write::Update { record, read: guard.version })
            .change(Write::Insert(Sample::new(self.tenant, id, 1)));
        match self.store.commit(commit).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_conflict() || error.is_retryable() => Ok(false),
            Err(error) => Err(Violation::new(PROMISE, error)),
        }
    }
}

const PROMISE: &str = "a budget whose guard is read first is never overspent";
const GUARD: &str = "guard";
const WRITERS: usize = 8;
