//! Finding what is doomed: a walk over the declared edges, from the roots outward, page by page.

use alley_core::{
    EdgeKind, Key, OnErased, PageRequest, Record as _, RecordType, SealContext, Value, Versioned,
    Write,
};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};

use super::decide::{decide_step, is_about};
use super::engine::{Engine, Held};
use super::model::Outcome;
use super::plan::{ErasurePlan, ErasureStepRow, PlanState, Root, StepState};
use crate::directory::{Ask, Walk, id_from_text, target_key};
use crate::error::{Error, Result};

/// How a row was reached.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Way {
    Dooms,
    Shares,
}

/// Rows in one call to a store.
const PAGE: u32 = 500;

impl Engine {
    pub(crate) fn root(&self, plan: &ErasurePlan) -> Result<Option<Root>> {
        let Some(sealed) = &plan.root else {
            return Ok(None);
        };
        let key = plan.key().to_bytes();
        let context = SealContext::field(ErasurePlan::TYPE.name, "root", None, &key);
        let opened = self.env.keyring.open(&context, sealed);
        let opened = opened.map_err(|source| Error::Open {
            record: "erasure_plan",
            field: "root",
            source,
        })?;
        let root = serde_json::from_slice(opened.expose_secret());
        root.map(Some)
            .map_err(|_cause| Self::corrupt("the root is not one that this version reads"))
    }

    /// Walks the graph once more from the roots and adds what is new. Answers how many rows that is.
    pub(crate) async fn discover(&self, held: &mut Held<'_>) -> Result<u64> {
        let pass = held.plan.pass;
        let any_hold = self.holds.any().await?;
        let mut added = self.add_roots(held, any_hold).await?;
        loop {
            let mut progress = false;
            for record in self.directory.records() {
                loop {
                    let page = PageRequest::first(PAGE);
                    let steps = self.store.steps_in_pass(held.plan.id, record.name, pass, page);
                    let steps = steps.await?.items;
                    if steps.is_empty() {
                        break;
                    }
                    progress = true;
                    added += self.expand(held, record, steps, any_hold).await?;
                }
            }
            if !progress {
                let doomed = self.settle_candidates(held, any_hold).await?;
                added += doomed;
                if doomed == 0 {
                    break;
                }
            }
        }
        held.plan.pass = pass + 1;
        held.plan.plan_hash = Some(self.hash(&held.plan).await?);
        held.touch().await?;
        Ok(added)
    }

    async fn add_roots(&self, held: &mut Held<'_>, any_hold: bool) -> Result<u64> {
        let Some(root) = self.root(&held.plan)? else {
            return Ok(0);
        };
        let (record, key) = match &root {
            Root::Account { account } => (self.directory.record("account")?, Key::global(account)),
            Root::Tenant { tenant } => (self.directory.record("tenant")?, Key::global(tenant)),
            Root::Integration { tenant, integration } => {
                let record = self.directory.record("integration")?;
                let id = id_from_text(record, integration)?;
                (record, Key::from_parts(record.tenant.map(|_| *tenant), id))
            }
            Root::Person { .. } => return self.add_person(held, &root, any_hold).await,
            Root::Rows { .. } => return Ok(0),
        };
        self.add(held, record, vec![key], Way::Dooms, any_hold).await
    }

    /// The rows that are about a person: those whose subject field names the person, in types whose
    /// subject is of that kind, within the tenant.
    async fn add_person(&self, held: &mut Held<'_>, root: &Root, any_hold: bool) -> Result<u64> {
        let Root::Person { tenant, kind, reference } = root else {
            return Ok(0);
        };
        let subject = Value::Text(reference.clone());
        let mut added = 0;
        for record in self.directory.records() {
            if record.tenant.is_none() || !is_about(&self.map, record, kind) {
                continue;
            }
            let mut walk = Walk::new(&self.directory, record);
            while let Some(mut keys) = walk.next(record, Ask::Subject(&subject), PAGE).await? {
                keys.retain(|key| key.tenant() == Some(*tenant));
                added += self.add(held, record, keys, Way::Dooms, any_hold).await?;
            }
        }
        Ok(added)
    }

    async fn expand(
        &self,
        held: &mut Held<'_>,
        record: &'static RecordType,
        steps: Vec<Versioned<ErasureStepRow>>,
        any_hold: bool,
    ) -> Result<u64> {
        let targets =
            steps.iter().map(|step| step_key(&step.record)).collect::<Result<Vec<Key>>>()?;
        let mut added = 0;
        for (source, edge) in self.directory.incoming(record.name) {
            let way = match edge.kind {
                EdgeKind::OwnedBy | EdgeKind::References(OnErased::DeleteSource) => Way::Dooms,
                EdgeKind::SharedBy => Way::Shares,
                EdgeKind::References(_) => continue,
            };
            let mut walk = Walk::new(&self.directory, source);
            while let Some(keys) = walk.next(source, Ask::Reach(edge, &targets), PAGE).await? {
                added += self.add(held, source, keys, way, any_hold).await?;
            }
        }
        let mut commit = self.env.commit()?;
        for Versioned { record: mut step, version, .. } in steps {
            step.pass = held.plan.pass + 1;
            commit = commit.change(Write::Update { record: step, read: version });
        }
        held.save(commit).await?;
        Ok(added)
    }

    /// Adds rows to the plan that are not in it yet; answers how many became doomed.
    pub(crate) async fn add_rows(
        &self,
        held: &mut Held<'_>,
        record: &'static RecordType,
        keys: Vec<Key>,
    ) -> Result<u64> {
        let any_hold = self.holds.any().await?;
        self.add(held, record, keys, Way::Dooms, any_hold).await
    }

    async fn add(
        &self,
        held: &mut Held<'_>,
        record: &'static RecordType,
        keys: Vec<Key>,
        way: Way,
        any_hold: bool,
    ) -> Result<u64> {
        if keys.is_empty() {
            return Ok(0);
        }
        let rows = self.directory.rows(record, &keys).await?;
        let mut commit = self.env.commit()?;
        let mut added = 0;
        for key in keys {
            let id = ErasureStepRow::id_of(held.plan.id, record.name, &key, None);
            let known = self.store.step(id).await?;
            let row = rows.get(&key).map(|row| row.record.as_slice());
            match known {
                None => {
                    let mut step = self.new_step(&held.plan, record, &key);
                    if way == Way::Shares {
                        (step.state, step.outcome, step.pass) =
                            (StepState::Candidate, Outcome::Shared, NEVER);
                    } else {
                        let decision = self.decide(&held.plan, record, &key, row, any_hold).await?;
                        decide_step(&mut step, decision);
                        added += 1;
                    }
                    commit = commit.change(Write::Insert(step));
                }
                Some(Versioned { record: mut step, version, .. })
                    if way == Way::Dooms && step.state == StepState::Candidate =>
                {
                    let decision = self.decide(&held.plan, record, &key, row, any_hold).await?;
                    (step.state, step.pass) = (StepState::Pending, held.plan.pass);
                    decide_step(&mut step, decision);
                    added += 1;
                    commit = commit.change(Write::Update { record: step, read: version });
                }
                // A row that was erased and stands there again, as after a restore.
                Some(Versioned { record: mut step, version, .. })
                    if step.state == StepState::Done
                        && matches!(step.outcome, Outcome::Delete | Outcome::Shred)
                        && row.is_some() =>
                {
                    step.state = StepState::Pending;
                    added += 1;
                    commit = commit.change(Write::Update { record: step, read: version });
                }
                Some(_) => {}
            }
        }
        if !commit.changes.is_empty() {
            held.save(commit).await?;
        }
        Ok(added)
    }

    fn new_step(&self, plan: &ErasurePlan, record: &RecordType, key: &Key) -> ErasureStepRow {
        ErasureStepRow {
            id: ErasureStepRow::id_of(plan.id, record.name, key, None),
            plan_id: plan.id,
            record: record.name.to_owned(),
            key: key.to_bytes(),
            position: self.directory.position(record),
            pass: plan.pass,
            state: StepState::Pending,
            outcome: Outcome::Delete,
            hold_id: None,
            until: None,
            field: None,
            value: None,
            attempts: 0,
        }
    }

    /// Looks which shared rows have no holder left. Answers how many became doomed.
    async fn settle_candidates(&self, held: &mut Held<'_>, any_hold: bool) -> Result<u64> {
        let mut page = PageRequest::first(PAGE);
        let mut doomed = 0;
        loop {
            let steps = self.store.steps_in_state(held.plan.id, StepState::Candidate, page).await?;
            let mut commit = self.env.commit()?;
            for Versioned { record: mut step, version, .. } in steps.items {
                let record = self.directory.record(&step.record)?;
                let key = step_key(&step)?;
                let rows = self.directory.rows(record, std::slice::from_ref(&key)).await?;
                let Some(row) = rows.get(&key) else { continue };
                if !self.is_abandoned(&held.plan, record, &key, &row.record).await? {
                    continue;
                }
                let row = Some(row.record.as_slice());
                let decision = self.decide(&held.plan, record, &key, row, any_hold).await?;
                (step.state, step.pass) = (StepState::Pending, held.plan.pass);
                decide_step(&mut step, decision);
                doomed += 1;
                commit = commit.change(Write::Update { record: step, read: version });
            }
            if !commit.changes.is_empty() {
                held.save(commit).await?;
            }
            match steps.next {
                Some(cursor) => page = PageRequest::after(cursor, PAGE),
                None => return Ok(doomed),
            }
        }
    }

    async fn is_abandoned(
        &self,
        plan: &ErasurePlan,
        record: &'static RecordType,
        key: &Key,
        row: &[Value],
    ) -> Result<bool> {
        for edge in record.edges.iter().filter(|edge| edge.kind == EdgeKind::SharedBy) {
            let Some((holder, holder_key)) = target_key(&self.directory, record, edge, key, row)
            else {
                continue;
            };
            let id = ErasureStepRow::id_of(plan.id, holder.name, &holder_key, None);
            let going = match self.store.step(id).await? {
                Some(step) => {
                    step.record.state != StepState::Candidate && step.record.outcome.is_going()
                }
                None => false,
            };
            if !going && self.directory.exists(holder, &holder_key).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Refuses the plan if a row that stays forbids the erasure of one that goes.
    pub(crate) async fn refuse_restricted(&self, held: &mut Held<'_>) -> Result<bool> {
        let restricting = |record: &RecordType| {
            let edges = self.directory.incoming(record.name);
            let restricts = EdgeKind::References(OnErased::Restrict);
            edges.into_iter().filter(move |(_, edge)| edge.kind == restricts).collect::<Vec<_>>()
        };
        if self.directory.records().iter().all(|record| restricting(record).is_empty()) {
            return Ok(false);
        }
        let mut page = PageRequest::first(PAGE);
        loop {
            let steps = self.store.steps_in_state(held.plan.id, StepState::Pending, page).await?;
            for step in steps.items.iter().filter(|step| step.record.outcome.is_going()) {
                let target = self.directory.record(&step.record.record)?;
                let key = [step_key(&step.record)?];
                for (source, edge) in restricting(target) {
                    let mut walk = Walk::new(&self.directory, source);
                    while let Some(keys) = walk.next(source, Ask::Reach(edge, &key), PAGE).await? {
                        for key in keys {
                            if !self.is_going(&held.plan, source, &key).await? {
                                held.plan.state = PlanState::Refused;
                                held.plan.reason =
                                    Some(format!("E_RESTRICTED {} {}", source.name, target.name));
                                held.touch().await?;
                                return Ok(true);
                            }
                        }
                    }
                }
            }
            match steps.next {
                Some(cursor) => page = PageRequest::after(cursor, PAGE),
                None => return Ok(false),
            }
        }
    }

    /// Whether this plan erases or minimizes a row, or has done so.
    pub(crate) async fn is_going(
        &self,
        plan: &ErasurePlan,
        record: &RecordType,
        key: &Key,
    ) -> Result<bool> {
        let id = ErasureStepRow::id_of(plan.id, record.name, key, None);
        let step = self.store.step(id).await?;
        Ok(step.is_some_and(|step| {
            matches!(step.record.state, StepState::Pending | StepState::Done)
                && step.record.outcome.is_going()
        }))
    }

    /// SHA-256 over root, map, and every step in order with its outcome.
    async fn hash(&self, plan: &ErasurePlan) -> Result<alley_core::Digest32> {
        let mut hash = Sha256::new();
        hash.update(b"alley erasure plan 1");
        hash.update(plan.map_version.as_bytes());
        if let Some(subject) = &plan.subject_hash {
            hash.update(subject.as_bytes());
        }
        for state in StepState::ALL {
            let mut page = PageRequest::first(PAGE);
            loop {
                let steps = self.store.steps_in_state(plan.id, *state, page).await?;
                for step in &steps.items {
                    let step = &step.record;
                    let outcome = step.outcome.as_str();
                    for part in [step.record.as_bytes(), &step.key, outcome.as_bytes()] {
                        hash.update((part.len() as u64).to_be_bytes());
                        hash.update(part);
                    }
                }
                match steps.next {
                    Some(cursor) => page = PageRequest::after(cursor, PAGE),
                    None => break,
                }
            }
        }
        Ok(alley_core::Digest32::new(hash.finalize().into()))
    }
}

/// Candidates and repairs: their edges are not followed.
pub(crate) const NEVER: i64 = -1;

pub(crate) fn step_key(step: &ErasureStepRow) -> Result<Key> {
    Key::from_bytes(&step.key).map_err(|_cause| {
        alley_core::StoreError::corrupt("erasure_step", "a key is not in its byte form").into()
    })
}
