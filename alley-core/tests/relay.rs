//! Facts reach subscribers in order, and a failing subscriber holds back its stream alone.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::sync::{Arc, Mutex};

use alley_core::{
    Clock as _, Commit, Fact, FactEntry, Id, Job as _, ManualClock, MemoryStore, RecordStore as _,
    RecordWrite, Relay, SeededRandom, Subscriber, SubscriberError, TenantId,
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta};

#[derive(Debug, Default)]
struct Listener {
    heard: Mutex<Vec<Fact>>,
    deaf_to: Mutex<Option<TenantId>>,
}

#[async_trait]
impl Subscriber for Listener {
    fn name(&self) -> &'static str {
        "listener"
    }

    async fn receive(&self, fact: &FactEntry) -> Result<(), SubscriberError> {
        let deaf = *self.deaf_to.lock().unwrap();
        match &fact.fact {
            Fact::TenantClosed { tenant } | Fact::TenantSuspended { tenant }
                if Some(*tenant) == deaf =>
            {
                Err(SubscriberError::new("listener", "not now"))
            }
            fact => {
                self.heard.lock().unwrap().push(fact.clone());
                Ok(())
            }
        }
    }
}

struct Stage {
    store: Arc<MemoryStore>,
    clock: Arc<ManualClock>,
    random: SeededRandom,
    listener: Arc<Listener>,
    relay: Relay,
}

impl Stage {
    fn new() -> Self {
        let store = Arc::new(MemoryStore::new());
        let clock = Arc::new(ManualClock::new(DateTime::UNIX_EPOCH));
        let listener = Arc::new(Listener::default());
        let relay = Relay::new(
            Arc::clone(&store) as _,
            vec![Arc::clone(&listener) as _],
            Arc::clone(&clock) as _,
        );
        Self { store, clock, random: SeededRandom::new(1), listener, relay }
    }

    fn id<K: alley_core::Kind>(&self) -> Id<K> {
        Id::generate(self.clock.now(), &self.random).unwrap()
    }

    async fn commit(&self, fact: Fact) {
        let commit: Commit<RecordWrite> = Commit::new(self.id(), self.clock.now());
        let entry = FactEntry::new(self.id(), self.clock.now(), fact);
        self.store.commit(commit.fact(entry)).await.unwrap();
    }

    fn heard(&self) -> Vec<Fact> {
        self.listener.heard.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn a_failing_subscriber_holds_back_its_stream_and_no_other() {
    let stage = Stage::new();
    let (one, other): (TenantId, TenantId) = (stage.id(), stage.id());
    stage.commit(Fact::TenantSuspended { tenant: one }).await;
    stage.commit(Fact::TenantClosed { tenant: one }).await;
    stage.commit(Fact::TenantClosed { tenant: other }).await;
    *stage.listener.deaf_to.lock().unwrap() = Some(one);

    let report = stage.relay.run_once(10).await.unwrap();
    assert_eq!((report.done, report.failures.len()), (1, 1));
    assert_eq!(stage.heard(), [Fact::TenantClosed { tenant: other }]);

    *stage.listener.deaf_to.lock().unwrap() = None;
    let early = stage.relay.run_once(10).await.unwrap();
    assert_eq!(early.done, 0, "a stream that failed waits");
    stage.clock.advance(TimeDelta::seconds(2));
    stage.relay.run_once(10).await.unwrap();
    let order = [
        Fact::TenantClosed { tenant: other },
        Fact::TenantSuspended { tenant: one },
        Fact::TenantClosed { tenant: one },
    ];
    assert_eq!(stage.heard(), order);
    assert_eq!(stage.relay.run_once(10).await.unwrap().done, 0, "delivered once");
}

/// Never manages to act.
#[derive(Debug)]
struct Deaf;

#[async_trait]
impl Subscriber for Deaf {
    fn name(&self) -> &'static str {
        "deaf"
    }

    async fn receive(&self, _: &FactEntry) -> Result<(), SubscriberError> {
        Err(SubscriberError::new("deaf", "never"))
    }
}

#[tokio::test]
async fn subscribers_behind_one_that_fails_hear_the_fact_all_the_same() {
    let stage = Stage::new();
    let tenant: TenantId = stage.id();
    stage.commit(Fact::TenantClosed { tenant }).await;
    let relay = Relay::new(
        Arc::clone(&stage.store) as _,
        vec![Arc::new(Deaf), Arc::clone(&stage.listener) as _],
        Arc::clone(&stage.clock) as _,
    );
    let report = relay.run_once(10).await.unwrap();
    assert_eq!((report.done, report.failures.len()), (0, 1));
    assert_eq!(stage.heard(), [Fact::TenantClosed { tenant }]);
}
