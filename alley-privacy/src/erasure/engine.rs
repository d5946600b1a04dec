//! The state machine that carries a plan out, under a lease.

use std::sync::Arc;

use alley_core::{
    Commit, Env, LegState, PageRequest, Permit, PlanId, RemoteLeg, StoreError, Version, Versioned,
    Write,
};
use chrono::{DateTime, TimeDelta, Utc};

use super::plan::{ErasurePlan, PlanState, Root, StepState};
use super::store::{Change, ErasureStore};
use crate::data_map::DataMap;
use crate::directory::Directory;
use crate::error::{Error, Result};
use crate::hold::Holds;

/// How far a plan came in one call.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Progress {
    /// There is more to do at once.
    More,
    /// Nothing to do before this instant.
    Waits(DateTime<Utc>),
    /// Nothing to do any more, or nothing without a decision: see the plan's state.
    Rests(PlanState),
    /// Another worker has it, until this instant at the latest.
    Busy(DateTime<Utc>),
}

/// Rounds of erasing and checking before a plan counts as stuck.
const ROUNDS: u32 = 3;
/// Failures in a row before a plan counts as stuck.
const ATTEMPTS: u32 = 10;

#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) env: Env,
    pub(crate) store: Arc<dyn ErasureStore>,
    pub(crate) holds: Holds,
    pub(crate) directory: Arc<Directory>,
    pub(crate) map: Arc<DataMap>,
    pub(crate) legs: Vec<Arc<dyn RemoteLeg>>,
    /// Belongs to a door inside a unit of work.
    pub(crate) joined: bool,
}

/// A plan that this worker holds. Each commit of it extends the lease and fails if it was lost.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    engine: &'a Engine,
    pub(crate) plan: ErasurePlan,
    saved: ErasurePlan,
    version: Version,
}

impl Held<'_> {
    pub(crate) fn permit(&self) -> Permit {
        Permit::issue_to_erasure_engine(self.plan.id, self.plan.fencing)
    }

    /// Writes the plan as it now is, together with `commit`. What is changed in the plan and not
    /// saved is dropped when the lease is given back.
    pub(crate) async fn save(&mut self, commit: Commit<Change>) -> Result<()> {
        let now = self.engine.env.now();
        if self.plan.lease_until.is_some() {
            self.plan.lease_until = Some(now + LEASE);
            self.plan.next_at = self.plan.lease_until;
        }
        let write = Write::Update { record: self.plan.clone(), read: self.version };
        match self.engine.store.commit(commit.change(write)).await {
            Ok(_) => {
                self.version = self.version.next();
                self.saved = self.plan.clone();
                Ok(())
            }
            Err(error) if error.is_conflict() => Err(Error::LeaseLost { until: now + LEASE }),
            Err(error) => Err(error.into()),
        }
    }

    /// What was decided and not written did not happen.
    pub(crate) fn revert(&mut self) {
        self.plan = self.saved.clone();
    }

    pub(crate) async fn touch(&mut self) -> Result<()> {
        let commit = self.engine.env.commit()?;
        self.save(commit).await
    }
}

const LEASE: TimeDelta = TimeDelta::seconds(60);

impl Engine {
    /// A permit for one sweep: rows that it deletes directly belong to no plan, so the run has a
    /// number of its own.
    pub(crate) fn sweep_permit(&self) -> Result<Permit> {
        Ok(Permit::issue_to_erasure_engine(self.env.id()?, 1))
    }

    pub(crate) async fn load(&self, id: PlanId) -> Result<Versioned<ErasurePlan>> {
        self.store.plan(id).await?.ok_or(Error::Unknown { what: "erasure plan" })
    }

    /// Takes the lease, or answers until when somebody else has it.
    pub(crate) async fn claim(&self, id: PlanId) -> Result<Result<Held<'_>, DateTime<Utc>>> {
        for _ in 0..8 {
            let found = self.load(id).await?;
            let now = self.env.now();
            if let Some(until) = found.record.lease_until.filter(|until| *until > now) {
                return Ok(Err(until));
            }
            let mut plan = found.record;
            plan.fencing = plan.fencing.saturating_add(1);
            plan.lease_until = Some(now + LEASE);
            let mut held = Held { engine: self, saved: plan.clone(), plan, version: found.version };
            match held.touch().await {
                Ok(()) => return Ok(Ok(held)),
                Err(Error::LeaseLost { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::Contended { what: "erasure plan" })
    }

    /// Does up to `limit` batches of a plan.
    pub(crate) async fn advance(&self, id: PlanId, limit: u32) -> Result<Progress> {
        self.may_erase()?;
        let found = self.load(id).await?;
        let now = self.env.now();
        match found.record.state {
            PlanState::Draft | PlanState::Refused if found.record.lapses_at() > now => {
                return Ok(Progress::Rests(found.record.state));
            }
            PlanState::Refused | PlanState::Withdrawn if found.record.root.is_none() => {
                return Ok(Progress::Rests(found.record.state));
            }
            PlanState::Confirmed if found.record.due_at > now => {
                return Ok(Progress::Waits(found.record.due_at));
            }
            _ => {}
        }
        let mut held = match self.claim(id).await? {
            Ok(held) => held,
            Err(until) => return Ok(Progress::Busy(until)),
        };
        let worked = self.work(&mut held, limit).await;
        self.give_back(held, worked).await
    }

    /// Refuses to erase inside a unit of work.
    ///
    /// # Errors
    /// [`Error::InTransaction`].
    pub(crate) const fn may_erase(&self) -> Result<()> {
        if self.joined { Err(Error::InTransaction) } else { Ok(()) }
    }

    /// Ends the lease. A failure is counted, and the plan waits a while; its cause is answered.
    async fn give_back(&self, mut held: Held<'_>, worked: Result<()>) -> Result<Progress> {
        let now = self.env.now();
        if let Err(Error::LeaseLost { until }) = worked {
            return Ok(Progress::Busy(until));
        }
        held.revert();
        let plan = &mut held.plan;
        plan.lease_until = None;
        if worked.is_ok() {
            plan.attempts = 0;
        } else {
            plan.attempts = plan.attempts.saturating_add(1);
            if plan.attempts >= ATTEMPTS {
                plan.state = PlanState::Stuck;
                plan.reason = Some("failed_too_often".to_owned());
            }
        }
        plan.next_at = match plan.state {
            PlanState::Certified | PlanState::Deferred => self.wakes(plan).await?,
            PlanState::Draft | PlanState::Refused | PlanState::Withdrawn | PlanState::Stuck => {
                plan.idles_until(now)
            }
            _ if worked.is_err() => Some(now + TimeDelta::seconds(1 << plan.attempts.min(12))),
            _ => Some(now),
        };
        let progress = match (plan.state, plan.next_at) {
            (PlanState::Certified | PlanState::Deferred, Some(at)) if at > now => {
                Progress::Waits(at)
            }
            (state @ (PlanState::Draft | PlanState::Refused), _) | (state, None) => {
                Progress::Rests(state)
            }
            (_, Some(_)) => Progress::More,
        };
        let saved = held.touch().await;
        worked?;
        saved?;
        Ok(progress)
    }

    /// When a certified plan has something to do again.
    async fn wakes(&self, plan: &ErasurePlan) -> Result<Option<DateTime<Utc>>> {
        let now = self.env.now();
        let next = self.store.steps_until(plan.id, now, PageRequest::first(1)).await?;
        let date = next.items.first().and_then(|step| step.record.until);
        let open_leg = self.store.legs(plan.id).await?.iter().any(|leg| !leg.record.is_terminal());
        let leg = open_leg.then(|| now + TimeDelta::minutes(5));
        // A fact says when a hold is released; looking once a day makes up for a lost one.
        let waits = plan.state == PlanState::Deferred;
        let daily = waits.then(|| now + TimeDelta::days(1));
        let forgets = plan.root.is_some() && !waits && !self.has_dates(plan).await?;
        Ok([date, leg, daily, forgets.then_some(now)].into_iter().flatten().min())
    }

    async fn work(&self, held: &mut Held<'_>, limit: u32) -> Result<()> {
        let mut left = limit.max(1);
        loop {
            match held.plan.state {
                PlanState::Confirmed => {
                    held.plan.state = PlanState::Hidden;
                    held.plan.hidden_at = Some(self.env.now());
                    held.touch().await?;
                }
                PlanState::Hidden => {
                    self.open_legs(held).await?;
                    self.discover(held).await?;
                    if self.refuse_restricted(held).await? {
                        return Ok(());
                    }
                    held.plan.state = PlanState::Purging;
                    held.plan.rounds = 1;
                    held.touch().await?;
                }
                PlanState::Purging => {
                    if !self.purge_batch(held).await? {
                        held.plan.state = PlanState::Verifying;
                        held.touch().await?;
                    }
                    left -= 1;
                }
                PlanState::Verifying => self.verify(held).await?,
                PlanState::Certified | PlanState::Deferred => {
                    if !self.reopen(held).await? {
                        return self.forget(held).await;
                    }
                }
                PlanState::Draft => {
                    held.plan.state = PlanState::Withdrawn;
                    held.plan.reason = Some("never_confirmed".to_owned());
                    held.touch().await?;
                }
                PlanState::Refused | PlanState::Withdrawn => return self.forget(held).await,
                PlanState::Stuck => return Ok(()),
            }
            let rests = matches!(
                held.plan.state,
                PlanState::Certified | PlanState::Deferred | PlanState::Stuck
            );
            if left == 0 || rests {
                return Ok(());
            }
        }
    }

    async fn verify(&self, held: &mut Held<'_>) -> Result<()> {
        if self.advance_legs(held).await? && self.reopen(held).await? {
            // What waited for the other system is decided anew, now that it has answered.
            return Ok(());
        }
        let found = self.discover(held).await? + self.mend_references(held).await?;
        if found > 0 {
            held.plan.rounds = held.plan.rounds.saturating_add(1);
            held.plan.state = PlanState::Purging;
            if held.plan.rounds > ROUNDS {
                held.plan.state = PlanState::Stuck;
                held.plan.reason = Some("rows_keep_coming".to_owned());
            }
            return held.touch().await;
        }
        let blocked = self
            .store
            .steps_in_state(held.plan.id, StepState::Blocked, PageRequest::first(1))
            .await?;
        held.plan.verified_at = Some(self.env.now());
        if !blocked.items.is_empty() {
            held.plan.state = PlanState::Stuck;
            held.plan.reason = Some("rows_cannot_be_erased".to_owned());
        } else if self.is_waiting(&held.plan).await? {
            held.plan.state = PlanState::Deferred;
        } else {
            held.plan.state = PlanState::Certified;
        }
        self.certify(held).await?;
        self.forget(held).await
    }

    async fn is_waiting(&self, plan: &ErasurePlan) -> Result<bool> {
        let one = PageRequest::first(1);
        let deferred = self.store.steps_in_state(plan.id, StepState::Deferred, one).await?;
        let legs = self.store.legs(plan.id).await?;
        Ok(!deferred.items.is_empty() || legs.iter().any(|leg| !leg.record.is_terminal()))
    }

    /// The erasures at other systems that a plan needs: all, when a tenant goes.
    async fn open_legs(&self, held: &mut Held<'_>) -> Result<()> {
        let Some(Root::Tenant { .. }) = self.root(&held.plan)? else {
            return Ok(());
        };
        let known = self.store.legs(held.plan.id).await?;
        let mut commit = self.env.commit()?;
        for leg in &self.legs {
            if known.iter().any(|known| known.record.subprocessor == leg.subprocessor()) {
                continue;
            }
            let leg = super::plan::ErasureLeg {
                id: super::plan::ErasureStepRow::id_of(
                    held.plan.id,
                    "erasure_leg",
                    &alley_core::Key::global(&leg.subprocessor().to_owned()),
                    None,
                ),
                plan_id: held.plan.id,
                subprocessor: leg.subprocessor().to_owned(),
                state: None,
                reason: None,
                at: self.env.now(),
            };
            commit = commit.change(Write::Insert(leg));
        }
        held.save(commit).await?;
        self.advance_legs(held).await.map(|_| ())
    }

    /// Asks the other systems. One that fails is asked again later and blocks nobody else. Answers
    /// whether one of them came to its end.
    async fn advance_legs(&self, held: &mut Held<'_>) -> Result<bool> {
        let Some(tenant) = held.plan.tenant_id else {
            return Ok(false);
        };
        let mut ended = false;
        for Versioned { record: mut leg, version, .. } in self.store.legs(held.plan.id).await? {
            let driver = self.legs.iter().find(|known| known.subprocessor() == leg.subprocessor);
            let Some(driver) = driver.filter(|_| !leg.is_terminal()) else {
                continue;
            };
            if let Ok(report) = driver.advance(tenant).await {
                leg.state = Some(report.state);
                leg.reason = report.reason.map(ToOwned::to_owned);
            } else {
                leg.state = leg.state.or(Some(LegState::Blocked));
                leg.reason = Some("unreachable".to_owned());
            }
            ended |= leg.is_terminal();
            leg.at = self.env.now();
            let commit = self.env.commit()?.change(Write::Update { record: leg, read: version });
            held.save(commit).await?;
        }
        Ok(ended)
    }

    /// Takes up what waited: everything is decided anew. Answers whether there was anything.
    async fn reopen(&self, held: &mut Held<'_>) -> Result<bool> {
        self.advance_legs(held).await?;
        let now = self.env.now();
        let mut any = false;
        loop {
            let page = PageRequest::first(500);
            let steps = self.store.steps_in_state(held.plan.id, StepState::Deferred, page).await?;
            if steps.items.is_empty() {
                break;
            }
            any = true;
            let mut commit = self.env.commit()?;
            for Versioned { record: mut step, version, .. } in steps.items {
                step.state = StepState::Pending;
                commit = commit.change(Write::Update { record: step, read: version });
            }
            held.save(commit).await?;
        }
        let mut page = PageRequest::first(500);
        loop {
            // Minimized rows carry the end of their period; those that are past it go now.
            let steps =
                self.store.steps_until(held.plan.id, DateTime::<Utc>::MIN_UTC, page).await?;
            let due: Vec<_> = steps
                .items
                .iter()
                .filter(|step| step.record.until.is_some_and(|until| until <= now))
                .filter(|step| step.record.state == StepState::Done)
                .cloned()
                .collect();
            let more = !due.is_empty();
            let mut commit = self.env.commit()?;
            for Versioned { record: mut step, version, .. } in due {
                step.state = StepState::Pending;
                step.until = None;
                commit = commit.change(Write::Update { record: step, read: version });
            }
            if more {
                any = true;
                held.save(commit).await?;
            }
            match steps.next.filter(|_| more) {
                Some(cursor) => page = PageRequest::after(cursor, 500),
                None => break,
            }
        }
        if any {
            held.plan.state = PlanState::Purging;
            held.plan.rounds = 1;
            held.touch().await?;
        } else if held.plan.state == PlanState::Deferred && !self.is_waiting(&held.plan).await? {
            held.plan.state = PlanState::Verifying;
            held.touch().await?;
            any = true;
        }
        Ok(any)
    }

    pub(crate) fn corrupt(what: &'static str) -> Error {
        StoreError::corrupt("erasure_plan", what).into()
    }
}
