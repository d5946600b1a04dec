//! Sellers with drafts, and commits that hand ten of them out.

use std::cell::Cell;

use alley_benches::Failure;
use alley_core::{
    AuditEntry, Clock as _, Commit, CommitId, Digest32, Expect, Fact, FactEntry, Field as _, Id,
    Key, Kind, ManualClock, Purpose, Record, RecordStore, RecordWrite, Row, SeededRandom, TenantId,
    Value, Version, Write,
};
use alley_outreach::pacing::{GUARD, PacingState, Spend};
use alley_outreach::{Campaign, Contact, Draft, DraftRevision, DraftState, HandOut, Suppression};
use chrono::{DateTime, TimeDelta, Utc};

/// Hand-outs of a commit.
pub(crate) const SIZE: usize = 10;
/// Drafts of a seller; each is handed out, taken back, handed out again.
const DRAFTS: usize = 40;
/// Sellers, each a tenant.
pub(crate) const SELLERS: usize = 4;

/// A seller's records as they are now, and what makes the next commit.
pub(crate) struct Seller {
    clock: ManualClock,
    random: SeededRandom,
    tenant: TenantId,
    state: PacingState,
    drafts: Vec<Draft>,
    campaign: Key,
    contacts: Vec<Key>,
    revisions: Vec<Key>,
    commits: Cell<usize>,
}

/// What one commit writes, and what its decision rested on.
pub(crate) struct Batch {
    pub(crate) id: CommitId,
    pub(crate) at: DateTime<Utc>,
    pub(crate) state: PacingState,
    pub(crate) state_read: i64,
    pub(crate) drafts: Vec<Draft>,
    pub(crate) drafts_read: i64,
    pub(crate) spends: Vec<Spend>,
    pub(crate) hand_outs: Vec<HandOut>,
    pub(crate) audit: Vec<AuditEntry>,
    pub(crate) facts: Vec<FactEntry>,
    pub(crate) grounds: Grounds,
    pub(crate) rows: Rows,
}

/// What the decision rested on; all of it at version 1, suppressions absent.
pub(crate) struct Grounds {
    pub(crate) campaign: Key,
    pub(crate) contacts: Vec<Key>,
    pub(crate) revisions: Vec<Key>,
    pub(crate) suppressions: Vec<Key>,
}

/// The rows that are inserted, as a driver takes them; for who writes by hand.
pub(crate) struct Rows {
    pub(crate) spends: Vec<Row>,
    pub(crate) hand_outs: Vec<Row>,
    pub(crate) audit: Vec<Row>,
}

/// A record from some of its values; the others are blank.
fn record<R: Record>(values: &[(&str, Value)]) -> Result<R, Failure> {
    let value = |name: &str| values.iter().find(|(other, _)| *other == name);
    let row = R::TYPE.fields.iter().map(|field| match value(field.name) {
        Some((_, value)) => value.clone(),
        None if field.kind == alley_core::ValueKind::Hash && !field.optional => {
            Value::bytes(vec![7; 32])
        }
        None => field.blank(),
    });
    Ok(R::from_row(row)?)
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

impl Seller {
    /// The same seller for the same number, with its first rows in `store`.
    pub(crate) async fn new(number: usize, store: &dyn RecordStore) -> Result<Self, Failure> {
        let random = SeededRandom::new(u64::try_from(number)? + 1);
        let clock = ManualClock::new(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        let now = clock.now();
        let tenant: TenantId = Id::generate(now, &random)?;
        let id = || id_value(now, &random);
        let (campaign_id, shop) = (id()?, text(format!("shop-{number}")));
        let owned = [
            ("tenant_id", tenant.to_value()),
            ("shop_ref", shop),
            ("campaign_id", campaign_id),
            ("created_at", now.to_value()),
            ("at", now.to_value()),
        ];
        let with = |more: &[(&'static str, Value)]| [&owned[..], more].concat();
        let campaign: Campaign =
            record(&with(&[("name", text("spring")), ("status", text("active"))]))?;
        let mut state = PacingState::new(tenant, now);
        state.policy_version = 1;
        let mut writes: Vec<RecordWrite> =
            vec![Write::Insert(campaign.clone()).into(), Write::Insert(state.clone()).into()];
        let (mut drafts, mut contacts, mut revisions) = (Vec::new(), Vec::new(), Vec::new());
        for place in 0..DRAFTS {
            let creator = ("creator_ref", text(format!("creator-{number}-{place}")));
            let draft_id = ("draft_id", id()?);
            let digest = |tag: u8| Value::bytes([vec![tag; 30], place_bytes(place)].concat());
            let contact: Contact = record(&with(&[
                creator.clone(),
                ("contact_key", digest(1)),
                ("handle", text(format!("@creator{place}"))),
                ("updated_at", now.to_value()),
            ]))?;
            let revision: DraftRevision = record(&with(&[
                creator.clone(),
                draft_id.clone(),
                ("revision_id", id()?),
                ("number", Value::Int(1)),
                ("text", text("Hello! ".repeat(60))),
                ("locale", text("en-GB")),
                ("origin", text("template")),
                ("salt", Value::bytes(vec![9; 16])),
            ]))?;
            let draft: Draft = record(&with(&[
                creator,
                draft_id,
                ("template_id", id()?),
                ("channel", text("im_message")),
                ("state", text("queued")),
                ("current_revision", Value::Int(1)),
                ("current_hash", digest(2)),
                ("approved_hash", digest(2)),
                ("approved_at", now.to_value()),
                ("approved_until", (now + TimeDelta::days(9)).to_value()),
                ("approved_by", id()?),
                ("submitted_by", id()?),
                ("attempt", Value::Int(1)),
                ("not_before", now.to_value()),
                ("open_key", digest(3)),
                ("created_by", id()?),
            ]))?;
            contacts.push(contact.key());
            revisions.push(revision.key());
            drafts.push(draft.clone());
            writes.push(Write::Insert(contact).into());
            writes.push(Write::Insert(revision).into());
            writes.push(Write::Insert(draft).into());
        }
        let mut commit = Commit::new(Id::generate(now, &random)?, now);
        commit.changes = writes;
        store.commit(commit).await?;
        let campaign = campaign.key();
        let commits = Cell::new(0);
        Ok(Self { clock, random, tenant, state, drafts, campaign, contacts, revisions, commits })
    }

    /// The next commit.
    pub(crate) fn next(&self) -> Result<Batch, Failure> {
        let turn = self.commits.replace(self.commits.get() + 1);
        self.clock.advance(TimeDelta::milliseconds(1));
        let at = self.clock.now();
        let first = turn * SIZE % DRAFTS;
        let round = turn * SIZE / DRAFTS;
        let handed =
            if round.is_multiple_of(2) { DraftState::HandedOut } else { DraftState::Queued };
        let attempt = u32::try_from(round)? + 2;
        let mut drafts = self.drafts.get(first..first + SIZE).unwrap_or_default().to_vec();
        let (mut spends, mut hand_outs) = (Vec::new(), Vec::new());
        let (mut audit, mut facts) = (Vec::new(), Vec::new());
        for (place, draft) in drafts.iter_mut().enumerate() {
            (draft.state, draft.attempt) = (handed, attempt);
            let owned = [
                ("tenant_id", self.tenant.to_value()),
                ("shop_ref", draft.shop_ref.to_value()),
                ("campaign_id", draft.campaign_id.to_value()),
                ("creator_ref", draft.creator_ref.to_value()),
                ("draft_id", draft.draft_id.to_value()),
                ("hand_out_id", id_value(at, &self.random)?),
                ("spend_id", id_value(at, &self.random)?),
                ("at", at.to_value()),
                ("attempt", attempt.to_value()),
                ("kind", text("spend")),
                ("seller_id", draft.created_by.to_value()),
                ("lease_until", (at + TimeDelta::minutes(30)).to_value()),
                ("revision", Value::Int(1)),
                ("revision_hash", draft.current_hash.to_value()),
                ("token_hash", Value::bytes(token(self.tenant, turn, place))),
                ("request_key", text(format!("request-{turn}-{place}"))),
                ("outcome", text("open")),
                ("policy_version", Value::Int(1)),
                ("tzdb", text("2025b")),
            ];
            spends.push(record::<Spend>(&owned)?);
            hand_outs.push(record::<HandOut>(&owned)?);
            let actor = format!("psn_{:032x}", self.tenant.as_uuid().as_u128());
            let entry = AuditEntry::new(
                Id::generate(at, &self.random)?,
                at,
                actor,
                "draft.hand_out",
                Purpose::UserWorkflows,
            );
            audit.push(entry.tenant(self.tenant).target("draft", draft.draft_id));
            let fact =
                Fact::TicketClosed { tenant: self.tenant, ticket: draft.draft_id.to_string() };
            facts.push(FactEntry::new(Id::generate(at, &self.random)?, at, fact));
        }
        let rows = Rows {
            spends: spends.iter().map(Record::to_row).collect(),
            hand_outs: hand_outs.iter().map(Record::to_row).collect(),
            audit: audit.iter().map(Record::to_row).collect(),
        };
        let mut state = self.state.clone();
        (state.last_spend_at, state.updated_at) = (Some(at), at);
        let id = Id::generate(at, &self.random)?;
        let (state_read, drafts_read) = (i64::try_from(turn)? + 1, i64::try_from(round)? + 1);
        Ok(Batch {
            id,
            at,
            state,
            state_read,
            drafts,
            drafts_read,
            spends,
            hand_outs,
            audit,
            facts,
            grounds: self.grounds(first),
            rows,
        })
    }
}

impl Seller {
    /// What a decision about the drafts from `first` on rests on.
    fn grounds(&self, first: usize) -> Grounds {
        let some = |keys: &[Key]| keys.get(first..first + SIZE).unwrap_or_default().to_vec();
        let suppressions = (first..first + SIZE).flat_map(|place| {
            [1, 2].map(|tag| {
                let key = [vec![tag; 30], place_bytes(place)].concat();
                Key::of(self.tenant, &Digest32::new(key.try_into().unwrap_or([0; 32])))
            })
        });
        Grounds {
            campaign: self.campaign.clone(),
            contacts: some(&self.contacts),
            revisions: some(&self.revisions),
            suppressions: suppressions.collect(),
        }
    }
}

impl Batch {
    /// What the service of outreach makes of it, ten times over.
    pub(crate) fn into_commit(self) -> Commit<RecordWrite> {
        let mut commit = Commit::new(self.id, self.at);
        let Grounds { campaign, contacts, revisions, suppressions } = self.grounds;
        commit.expects.push(Expect::unchanged::<Campaign>(campaign, Version::FIRST));
        for key in contacts {
            commit.expects.push(Expect::unchanged::<Contact>(key, Version::FIRST));
        }
        for key in revisions {
            commit.expects.push(Expect::unchanged::<DraftRevision>(key, Version::FIRST));
        }
        commit.expects.extend(suppressions.into_iter().map(Expect::absent::<Suppression>));
        let read = Version::new(self.state_read);
        commit.changes.push(Write::Update { record: self.state, read }.into());
        let handed = self.drafts.into_iter().zip(self.spends).zip(self.hand_outs);
        for ((record, spend), hand_out) in handed {
            let read = Version::new(self.drafts_read);
            commit.changes.push(Write::Update { record, read }.into());
            commit.changes.push(Write::Insert(spend).into());
            commit.changes.push(Write::Insert(hand_out).into());
        }
        commit.audit = self.audit;
        commit.facts = self.facts;
        commit
    }

    /// The stream of its facts, and each fact as it is stored.
    pub(crate) fn stored_facts(&self) -> Result<(Vec<u8>, Vec<String>), Failure> {
        let stream = self.facts.first().map(|entry| entry.fact.stream().to_bytes());
        let facts = self.facts.iter().map(|entry| serde_json::to_string(&entry.fact));
        Ok((stream.unwrap_or_default(), facts.collect::<Result<_, _>>()?))
    }
}

/// The name of the guard.
pub(crate) const SCOPE: &str = GUARD;

/// Tables that a commit writes, without the prefix.
pub(crate) const TABLES: [&str; 8] = [
    "core_commit",
    "core_audit_event",
    "core_outbox",
    "core_outbox_head",
    "outreach_draft",
    "outreach_hand_out",
    "outreach_pacing_state",
    "outreach_spend",
];

fn id_value(at: DateTime<Utc>, random: &SeededRandom) -> Result<Value, Failure> {
    Ok(Id::<AnyKind>::generate(at, random)?.to_value())
}

/// Ids of all kinds are stored alike.
enum AnyKind {}

impl Kind for AnyKind {
    const PREFIX: &'static str = "any";
}

fn place_bytes(place: usize) -> Vec<u8> {
    u16::try_from(place).unwrap_or_default().to_be_bytes().to_vec()
}

fn token(tenant: TenantId, turn: usize, place: usize) -> Vec<u8> {
    let mut bytes = tenant.as_uuid().as_bytes().to_vec();
    bytes.extend((turn as u64).to_be_bytes());
    bytes.extend((place as u64).to_be_bytes());
    bytes
}
