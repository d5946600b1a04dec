//! A world for tests: memory store, a clock that stands still, seeded randomness, no network.

use std::collections::BTreeMap;
use std::sync::Arc;

use alley_core::http::{RequestLimits, TransportError};
use alley_core::{
    Access, AccountId, Actor, CreatorRef, Env, HttpTransport, KeyId, Keyring, ManualClock,
    MemoryStore, Purpose, SealKey, SeededRandom, ShopRef, TenantId, TenantRole,
};
use alley_outreach::pacing::{Policy, Rule, RuleKind, Scope, ZoneDefaults};
use alley_outreach::{
    Campaign, Channel, Config, Confirmation, Draft, DraftId, Fill, HandOutAnswer, HandOutRequest,
    NewCampaign, NewDraft, Outreach, TemplateBody, TemplateId, Ticket, Variable,
};
use chrono::{DateTime, TimeDelta, Utc};

/// Answers every request with a panic: nothing here may speak to anybody.
#[derive(Debug)]
pub(crate) struct Offline;

#[async_trait::async_trait]
impl HttpTransport for Offline {
    async fn send(
        &self,
        _request: http::Request<bytes::Bytes>,
        _limits: &RequestLimits,
    ) -> Result<http::Response<bytes::Bytes>, TransportError> {
        unreachable!("outreach speaks to nobody")
    }
}

pub(crate) fn env() -> (Env, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new("2026-05-12T14:00:00Z".parse().unwrap()));
    let random = Arc::new(SeededRandom::new(7));
    let key = SealKey::from_bytes(KeyId::new(1), &[7; 32]).unwrap();
    let env = Env::new(Arc::new(Keyring::of(key)), Arc::new(Offline), clock.clone())
        .with_clock(clock.clone())
        .with_random(random);
    (env, clock)
}

pub(crate) struct World {
    pub(crate) outreach: Outreach,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) env: Env,
    pub(crate) tenant: TenantId,
    pub(crate) author: Access,
    pub(crate) reviewer: Access,
    pub(crate) shop: ShopRef,
}

pub(crate) fn creator(number: u32) -> CreatorRef {
    CreatorRef::new(format!("creator-{number:04}")).unwrap()
}

pub(crate) fn rule(id: &str, scope: Scope, kind: RuleKind) -> Rule {
    Rule { id: id.to_owned(), scope, kind }
}

pub(crate) fn policy(rules: Vec<Rule>) -> Policy {
    Policy::new(rules, ZoneDefaults::all(chrono_tz::America::New_York)).unwrap()
}

impl World {
    pub(crate) fn new() -> Self {
        Self::over(MemoryStore::new())
    }

    pub(crate) fn over(store: MemoryStore) -> Self {
        let (env, clock) = env();
        let store = Arc::new(store);
        let outreach = Outreach::new(&env, store.clone(), Config::default());
        let tenant: TenantId = env.id().unwrap();
        let access = || {
            let account: AccountId = env.id().unwrap();
            let actor = Actor::Account(account);
            Access::for_test(tenant, actor, Purpose::UserWorkflows, TenantRole::Member)
        };
        let (author, reviewer) = (access(), access());
        let shop = ShopRef::new("shop-1").unwrap();
        Self { outreach, clock, store, env, tenant, author, reviewer, shop }
    }

    pub(crate) async fn with_policy(policy: Policy) -> Self {
        let world = Self::new();
        world.outreach.set_policy(&world.author, policy).await.unwrap();
        world
    }

    pub(crate) async fn template(&self) -> TemplateId {
        let variables = vec![Variable::required("name")];
        let body =
            TemplateBody::new("en", "Hello {{ name }}, may we send you a sample?", variables);
        let made =
            self.outreach.create_template(&self.author, "hello", Channel::ImMessage, body).await;
        made.unwrap().template_id
    }

    pub(crate) async fn campaign(&self, weight: u32) -> Campaign {
        let mut new = NewCampaign::new(self.shop.clone(), format!("campaign {weight}"));
        new.weight = weight;
        self.outreach.create_campaign(&self.author, new).await.unwrap()
    }

    pub(crate) async fn draft(
        &self,
        campaign: &Campaign,
        template: TemplateId,
        number: u32,
    ) -> Draft {
        let fills = BTreeMap::from([("name".to_owned(), Fill::from("Ada"))]);
        let new = NewDraft::from_template(campaign.campaign_id, creator(number), template, fills);
        self.outreach.create_draft(&self.author, new).await.unwrap()
    }

    pub(crate) async fn queue(&self, draft: DraftId) -> Draft {
        let submitted = self.outreach.submit_draft(&self.author, draft).await.unwrap();
        let revision = submitted.current_revision;
        self.outreach.approve_draft(&self.reviewer, draft, revision).await.unwrap();
        // The queue goes by the instant of enqueueing.
        self.clock.advance(TimeDelta::milliseconds(1));
        self.outreach.enqueue_draft(&self.author, draft, None).await.unwrap()
    }

    /// A campaign with this many queued drafts for creators 1, 2, 3, ….
    pub(crate) async fn queued(&self, count: u32) -> Vec<Draft> {
        let (template, campaign) = (self.template().await, self.campaign(1).await);
        let mut drafts = Vec::new();
        for number in 1..=count {
            let draft = self.draft(&campaign, template, number).await;
            drafts.push(self.queue(draft.draft_id).await);
        }
        drafts
    }

    pub(crate) async fn ask(&self, key: &str) -> HandOutAnswer {
        self.outreach.hand_out(&self.author, &HandOutRequest::new(key)).await.unwrap()
    }

    pub(crate) async fn take(&self, key: &str) -> Ticket {
        self.ask(key).await.ticket().unwrap()
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.env.now()
    }

    pub(crate) fn sent(&self, key: &str) -> Confirmation {
        Confirmation::sent(key, self.now())
    }

    pub(crate) async fn run(&self, job: &str) -> u64 {
        let jobs = self.outreach.jobs();
        let job = jobs.iter().find(|one| one.name() == job).unwrap();
        let report = job.run_once(100).await.unwrap();
        assert!(report.failures.is_empty(), "{:?}", report.failures);
        report.done
    }
}
