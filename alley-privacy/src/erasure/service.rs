//! The verbs of erasure.

use std::sync::Arc;

use alley_core::{
    Actor, Digest32, Key, MacPurpose, Page, PageRequest, PlanId, Purpose, Record as _, SealContext,
    StoreErrorKind, Versioned, Write,
};
use chrono::{DateTime, Utc};

use super::confirm::{ConfirmToken, Confirmation};
use super::decide::decide_step;
use super::discover::step_key;
use super::engine::{Engine, Held, Progress};
use super::plan::{
    DRAFT_LIFE, ErasurePlan, ErasureStepRow, PlanState, Root, StepState, StoredCertificate, Trigger,
};
use super::preview::Preview;
use crate::data_map::Period;
use crate::error::{Error, Result};

/// Plans erasures, shows and confirms them, and carries them out.
#[derive(Clone, Debug)]
pub struct Erasure {
    pub(crate) engine: Arc<Engine>,
}

/// Why and when a plan is made.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    pub(crate) trigger: Trigger,
    pub(crate) reference: Option<String>,
    pub(crate) at: DateTime<Utc>,
}

impl Erasure {
    /// Draws up a plan and finds everything that it concerns. Nothing is changed or hidden yet.
    ///
    /// # Errors
    /// When the root's record type is not declared, its id is none, or a store fails. A draft whose
    /// discovery failed can be taken up by [`refresh`](Self::refresh).
    ///
    /// # Cancel safety
    /// A dropped call leaves nothing or a draft.
    pub async fn draft(&self, actor: Actor, root: Root) -> Result<PlanId> {
        let at = self.engine.env.now();
        let cause = Cause { trigger: Trigger::Requested, reference: None, at };
        let plan = self.insert(actor, root, cause, PlanState::Draft, Vec::new()).await?;
        self.refresh(plan).await?;
        Ok(plan)
    }

    /// Looks again what a draft concerns and decides each row anew.
    ///
    /// # Errors
    /// When there is no such plan, another worker has it, or a store fails.
    ///
    /// # Cancel safety
    /// May be dropped at any time and called again.
    pub async fn refresh(&self, plan: PlanId) -> Result<Preview> {
        if self.engine.load(plan).await?.record.state == PlanState::Draft {
            let mut held = self.claim(plan).await?;
            let worked = self.rework(&mut held).await;
            self.give_back(held, worked).await?;
        }
        self.engine.preview(plan).await
    }

    /// What a plan does, in numbers: per record type what goes, what stays, and why.
    ///
    /// # Errors
    /// When there is no such plan or a store fails.
    pub async fn preview(&self, plan: PlanId) -> Result<Preview> {
        self.engine.preview(plan).await
    }

    /// The rows of a plan in one state, in the order in which they go.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn steps(
        &self,
        plan: PlanId,
        state: StepState,
        page: PageRequest,
    ) -> Result<Page<Versioned<ErasureStepRow>>> {
        Ok(self.engine.store.steps_in_state(plan, state, page).await?)
    }

    /// A plan.
    ///
    /// # Errors
    /// When there is no such plan or the store fails.
    pub async fn plan(&self, plan: PlanId) -> Result<ErasurePlan> {
        Ok(self.engine.load(plan).await?.record)
    }

    /// A token for `actor`, who was just shown the draft as it is now.
    ///
    /// # Errors
    /// When there is no such plan, or its discovery is not through.
    pub async fn confirmation(&self, plan: PlanId, actor: Actor) -> Result<ConfirmToken> {
        let found = self.engine.load(plan).await?.record;
        let hash = found.plan_hash.ok_or(Error::Unknown { what: "erasure plan" })?;
        let env = &self.engine.env;
        Ok(ConfirmToken::issue(&env.keyring, plan, &hash, actor, env.now()))
    }

    /// Confirms a draft with the token of the person who was shown it. Rows that were added below
    /// the same roots meanwhile are included; any other change asks for a new look.
    ///
    /// # Errors
    /// When there is no such plan, another worker has it, or a store fails.
    ///
    /// # Cancel safety
    /// A dropped call leaves a draft or a confirmed plan.
    pub async fn confirm(
        &self,
        plan: PlanId,
        actor: Actor,
        token: &ConfirmToken,
    ) -> Result<Confirmation> {
        let found = self.engine.load(plan).await?.record;
        if found.state != PlanState::Draft {
            return Ok(Confirmation::NotADraft);
        }
        let env = &self.engine.env;
        let hash = found.plan_hash.as_ref();
        let answer = token.check(&env.keyring, plan, hash, actor, env.now());
        if answer != Confirmation::Confirmed {
            return Ok(answer);
        }
        let mut held = self.claim(plan).await?;
        let worked = self.confirm_held(&mut held, actor).await;
        let (answer, worked) = match worked {
            Ok(answer) => (answer, Ok(())),
            Err(error) => (Confirmation::Changed, Err(error)),
        };
        self.give_back(held, worked).await?;
        Ok(answer)
    }

    async fn confirm_held(&self, held: &mut Held<'_>, actor: Actor) -> Result<Confirmation> {
        if held.plan.state != PlanState::Draft {
            return Ok(Confirmation::NotADraft);
        }
        let changed = self.redecide(held).await?;
        self.engine.discover(held).await?;
        if self.engine.refuse_restricted(held).await? {
            return Ok(Confirmation::NotADraft);
        }
        if changed {
            return Ok(Confirmation::Changed);
        }
        let env = &self.engine.env;
        let mut audit = env.audit(actor, "erasure.confirm", Purpose::SecurityLegal)?;
        audit.tenant_id = held.plan.tenant_id;
        held.plan.state = PlanState::Confirmed;
        held.plan.confirmed_at = Some(env.now());
        let audit = audit.target("erasure_plan", held.plan.id);
        held.save(env.commit()?.audit(audit)).await?;
        Ok(Confirmation::Confirmed)
    }

    /// Takes a plan back that has not begun. Answers whether it is withdrawn now.
    ///
    /// # Errors
    /// When there is no such plan, another worker has it, or a store fails.
    pub async fn withdraw(&self, plan: PlanId, actor: Actor) -> Result<bool> {
        let mut held = self.claim(plan).await?;
        let mut done = held.plan.state == PlanState::Withdrawn;
        let mut worked = Ok(());
        if matches!(held.plan.state, PlanState::Draft | PlanState::Confirmed) {
            let env = &self.engine.env;
            let audit = env.audit(actor, "erasure.withdraw", Purpose::SecurityLegal)?;
            held.plan.state = PlanState::Withdrawn;
            let audit = audit.target("erasure_plan", plan);
            worked = match held.save(env.commit()?.audit(audit)).await {
                Ok(()) => self.engine.forget(&mut held).await,
                failed => failed,
            };
            done = true;
        }
        self.give_back(held, worked).await?;
        Ok(done)
    }

    /// Carries out up to `limit` batches of a confirmed plan. The job `erase-planned` does this for
    /// all plans; a host that wants to watch one calls it itself.
    ///
    /// # Errors
    /// When there is no such plan or a store fails; the plan is then tried again later.
    /// [`Error::InTransaction`] inside a unit of work.
    ///
    /// # Cancel safety
    /// May be dropped at any time. The lease of a dropped call runs out after a minute.
    pub async fn advance(&self, plan: PlanId, limit: u32) -> Result<Progress> {
        self.engine.advance(plan, limit).await
    }

    /// Carries a confirmed plan out until there is nothing to do at once.
    ///
    /// # Errors
    /// As [`advance`](Self::advance).
    ///
    /// # Cancel safety
    /// As [`advance`](Self::advance).
    pub async fn run(&self, plan: PlanId) -> Result<Progress> {
        loop {
            let progress = self.engine.advance(plan, 100).await?;
            if progress != Progress::More {
                return Ok(progress);
            }
        }
    }

    /// Asks a plan that waits to look again now: a hold was released, a remote erasure ended.
    ///
    /// # Errors
    /// When there is no such plan or the store fails.
    pub async fn resume(&self, plan: PlanId) -> Result<()> {
        for _ in 0..8 {
            let Versioned { record: mut found, version, .. } = self.engine.load(plan).await?;
            let waits = matches!(found.state, PlanState::Deferred | PlanState::Stuck);
            if !waits || found.lease_until.is_some_and(|until| until > self.engine.env.now()) {
                return Ok(());
            }
            if found.state == PlanState::Stuck {
                (found.state, found.rounds, found.attempts) = (PlanState::Purging, 1, 0);
                found.reason = None;
            }
            found.next_at = Some(self.engine.env.now());
            let commit = self.engine.env.commit()?;
            let commit = commit.change(Write::Update { record: found, read: version });
            match self.engine.store.commit(commit).await {
                Ok(_) => return Ok(()),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended { what: "erasure plan" })
    }

    /// The certificates of a plan, the last one in force.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn certificates(&self, plan: PlanId) -> Result<Vec<StoredCertificate>> {
        let found = self.engine.store.certificates(plan).await?;
        Ok(found.into_iter().map(|found| found.record).collect())
    }

    /// The plan that a fact started, if it did.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn plan_for(&self, fact: alley_core::FactId) -> Result<Option<ErasurePlan>> {
        let found = self.engine.store.plan_for(&fact.to_string()).await?;
        Ok(found.map(|found| found.record))
    }

    /// A confirmed plan that begins when the root's own period is over. At most one for each cause.
    pub(crate) async fn start(&self, root: Root, cause: Cause) -> Result<()> {
        let actor = Actor::Job("erase-planned");
        match self.insert(actor, root, cause, PlanState::Confirmed, Vec::new()).await {
            Err(Error::Store(error))
                if matches!(error.kind(), StoreErrorKind::Duplicate { rule: "by_trigger", .. }) =>
            {
                Ok(())
            }
            Err(error) => Err(error),
            Ok(_) => Ok(()),
        }
    }

    /// A confirmed plan for rows whose period is over.
    pub(crate) async fn start_rows(
        &self,
        record: &'static alley_core::RecordType,
        keys: Vec<Key>,
    ) -> Result<PlanId> {
        let root = Root::Rows { record: record.name.to_owned() };
        let at = self.engine.env.now();
        let cause = Cause { trigger: Trigger::Retention, reference: None, at };
        let actor = Actor::Job("retention-sweep");
        self.insert(actor, root, cause, PlanState::Confirmed, keys).await
    }

    async fn insert(
        &self,
        actor: Actor,
        root: Root,
        cause: Cause,
        state: PlanState,
        keys: Vec<Key>,
    ) -> Result<PlanId> {
        let engine = &self.engine;
        let env = &engine.env;
        let id: PlanId = env.id()?;
        let what = "the root of a plan";
        let text = serde_json::to_vec(&root).map_err(|source| Error::Json { what, source })?;
        let row_key = Key::global(&id).to_bytes();
        let context = SealContext::field(ErasurePlan::TYPE.name, "root", None, &row_key);
        let now = env.now();
        let due_at = self.delay(&root, cause.trigger).end(cause.at);
        let confirmed = state == PlanState::Confirmed;
        let plan = ErasurePlan {
            id,
            tenant_id: root.tenant(),
            root: Some(env.keyring.seal(&context, &text, env.random.as_ref())?),
            subject_hash: Some(subject(&env.keyring, &root, &text)),
            trigger: cause.trigger,
            trigger_ref: cause.reference,
            trigger_at: cause.at,
            state,
            map_version: engine.map.version.clone(),
            plan_hash: None,
            pass: 0,
            rounds: 0,
            attempts: 0,
            due_at,
            next_at: Some(if confirmed { due_at } else { now + DRAFT_LIFE }),
            created_at: now,
            confirmed_at: confirmed.then_some(now),
            hidden_at: None,
            first_purge_at: None,
            last_purge_at: None,
            verified_at: None,
            lease_until: None,
            fencing: 0,
            reason: None,
        };
        let mut audit = env.audit(actor, "erasure.plan", Purpose::SecurityLegal)?;
        audit.tenant_id = root.tenant();
        let commit = env.commit()?.change(Write::Insert(plan));
        engine.store.commit(commit.audit(audit.target("erasure_plan", id))).await?;
        if let Root::Rows { record } = &root {
            let record = engine.directory.record(record)?;
            let mut held = self.claim(id).await?;
            let worked = engine.add_rows(&mut held, record, keys).await.map(|_| ());
            self.give_back(held, worked).await?;
        }
        Ok(id)
    }

    /// How long a plan waits: the period of its root's type, where its trigger starts that period.
    fn delay(&self, root: &Root, trigger: Trigger) -> Period {
        let name = match root {
            Root::Account { .. } => "account",
            Root::Tenant { .. } => "tenant",
            Root::Integration { .. } => "integration",
            Root::Person { .. } | Root::Rows { .. } => return Period::ZERO,
        };
        let Some(record) = self.engine.directory.find(name) else {
            return Period::ZERO;
        };
        let rule = self.engine.map.retention(record);
        let starts = |rule: &&crate::data_map::RetentionRule| {
            trigger.of_rules().is_some_and(|trigger| rule.starts_with(trigger))
        };
        rule.filter(starts).map_or(Period::ZERO, |rule| rule.period)
    }

    async fn rework(&self, held: &mut Held<'_>) -> Result<()> {
        self.redecide(held).await?;
        self.engine.discover(held).await?;
        self.engine.refuse_restricted(held).await.map(|_| ())
    }

    /// Decides every open row of a draft anew; answers whether anything came out otherwise.
    async fn redecide(&self, held: &mut Held<'_>) -> Result<bool> {
        let engine = &self.engine;
        let any_hold = engine.holds.any().await?;
        let mut page = PageRequest::first(200);
        let mut changed = false;
        loop {
            let steps = engine.store.steps_in_state(held.plan.id, StepState::Pending, page).await?;
            let mut commit = engine.env.commit()?;
            for Versioned { record: mut step, version, .. } in steps.items {
                let record = engine.directory.record(&step.record)?;
                let key = step_key(&step)?;
                let rows = engine.directory.rows(record, std::slice::from_ref(&key)).await?;
                let row = rows.get(&key).map(|row| row.record.as_slice());
                let decision = engine.decide(&held.plan, record, &key, row, any_hold).await?;
                let before = step.outcome;
                decide_step(&mut step, decision);
                if step.outcome != before {
                    changed = true;
                    commit = commit.change(Write::Update { record: step, read: version });
                }
            }
            if !commit.changes.is_empty() {
                held.save(commit).await?;
            }
            match steps.next {
                Some(cursor) => page = PageRequest::after(cursor, 200),
                None => return Ok(changed),
            }
        }
    }

    async fn claim(&self, plan: PlanId) -> Result<Held<'_>> {
        let claimed = self.engine.claim(plan).await?;
        claimed.map_err(|until| Error::LeaseLost { until })
    }

    /// Ends a lease that was taken for other work than carrying the plan out.
    async fn give_back(&self, mut held: Held<'_>, worked: Result<()>) -> Result<()> {
        held.revert();
        held.plan.lease_until = None;
        held.plan.next_at = match held.plan.state {
            PlanState::Confirmed => Some(held.plan.due_at),
            PlanState::Draft | PlanState::Refused | PlanState::Withdrawn | PlanState::Stuck => {
                held.plan.idles_until(self.engine.env.now())
            }
            _ => Some(self.engine.env.now()),
        };
        let saved = held.touch().await;
        worked?;
        saved
    }
}

/// The pseudonym of a root in certificates and in the plan's row.
fn subject(keyring: &alley_core::Keyring, root: &Root, text: &[u8]) -> Digest32 {
    let purpose = MacPurpose::new("privacy.erasure.subject");
    match root {
        // The same person has one pseudonym whatever the form of the root becomes later.
        Root::Account { account } => {
            keyring.mac(purpose, &[b"account", account.as_uuid().as_bytes()])
        }
        _ => keyring.mac(purpose, &[b"root", text]),
    }
}
