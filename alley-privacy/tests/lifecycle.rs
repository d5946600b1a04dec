//! Facts, jobs, retention, remote legs and exports over a store.
#![expect(
    clippy::unwrap_used,
    dead_code,
    reason = "test code over shared support files"
)]

#[path = "support/rows.rs"]
mod rows;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use alley_core::{
    AccountId, Actor, Fact, Key, LegReport, LegState, Record, RecordType, RemoteLeg, SealContext,
    Sealed, TenantId, elements,
};
use alley_privacy::erasure::{Outcome, PlanState, Root};
use alley_privacy::export::ExportOf;
use alley_privacy::hold::{HoldPlacement, HoldReason};
use alley_privacy::request::{Event, Intake, Level, Proof, RequestKind, RequestStatus};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use pollster::block_on;
use rows::{Bill, Flaky, Folder, House, Note, Paper, TYPES, Tenant, start, tenant};
use secrecy::SecretString;

#[derive(Clone, Debug, Record)]
#[record(name = "account", domain = "test", id = account_id, subject = account_id)]
struct Account {
    #[record(element = elements::ACCOUNT_IDENTITY)]
    account_id: AccountId,
    #[record(element = elements::ACCOUNT_EMAIL)]
    email: Option<Sealed>,
}

#[derive(Clone, Debug, Record)]
#[record(name = "session", domain = "test", id = id, subject = account_id, anchor = expires_at)]
#[record(owned_by(account = account_id))]
struct Session {
    #[record(technical)]
    id: String,
    #[record(element = elements::ACCOUNT_SESSION)]
    account_id: AccountId,
    #[record(element = elements::ACCOUNT_SESSION)]
    expires_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Record)]
#[record(name = "totp_credential", domain = "test", id = id, subject = account_id)]
#[record(owned_by(account = account_id))]
struct Totp {
    #[record(technical)]
    id: String,
    #[record(technical)]
    account_id: AccountId,
    #[record(element = elements::ACCOUNT_TWO_FACTOR)]
    secret: Sealed,
}

#[derive(Clone, Debug, Record)]
#[record(name = "billing_customer", domain = "test", id = tenant_id)]
#[record(owned_by(tenant = tenant_id))]
struct Customer {
    #[record(technical)]
    tenant_id: TenantId,
    #[record(element = elements::BILLING_STRIPE_CUSTOMER_ID)]
    stripe_customer_id: String,
}

#[derive(Clone, Debug, Record)]
#[record(name = "template", domain = "test", id = id, tenant = tenant_id)]
#[record(owned_by(tenant = tenant_id))]
struct Template {
    #[record(technical)]
    tenant_id: TenantId,
    #[record(technical)]
    id: String,
    #[record(element = elements::CONTENT_TEMPLATE)]
    text: String,
}

/// Answers what it is told to, one word a call.
#[derive(Debug)]
struct Stripe(AtomicU32);

#[async_trait]
impl RemoteLeg for Stripe {
    fn subprocessor(&self) -> &'static str {
        "stripe"
    }

    async fn advance(&self, _: TenantId) -> Result<LegReport, alley_core::JobError> {
        match self.0.fetch_add(1, Ordering::SeqCst) {
            0..=3 => Err("unreachable".into()),
            4 => Ok(LegReport::because(LegState::Blocked, "open_invoice")),
            _ => Ok(LegReport::new(LegState::Done)),
        }
    }
}

fn house() -> House {
    House::with(Flaky::never(), |mut config| {
        let more: [&RecordType; 5] = [
            Account::TYPE,
            Session::TYPE,
            Totp::TYPE,
            Customer::TYPE,
            Template::TYPE,
        ];
        config.declarations = TYPES
            .into_iter()
            .chain(more)
            .chain(config.declarations)
            .collect();
        let mut seen = std::collections::BTreeSet::new();
        config
            .declarations
            .retain(|record| seen.insert(record.name));
        config.with_legs(vec![Arc::new(Stripe(AtomicU32::new(0)))])
    })
}

async fn hear(house: &House, fact: Fact) -> alley_core::FactId {
    let entry = house.env.fact(fact).unwrap();
    let subscriber = house.privacy.subscriber();
    subscriber.receive(&entry).await.unwrap();
    subscriber.receive(&entry).await.unwrap();
    entry.id
}

async fn work(house: &House) {
    for job in house.privacy.jobs() {
        for _ in 0..200 {
            let report = job.run_once(50).await.unwrap();
            assert!(report.failures.is_empty(), "{:?}", report.failures);
            if !report.more {
                break;
            }
        }
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story")]
fn closing_a_tenant_erases_at_once_what_has_no_period_and_waits_for_the_rest() {
    block_on(async {
        let house = house();
        let (one, id) = (tenant(1), || "x".to_owned());
        house
            .insert(Tenant {
                tenant_id: one,
                number: Some("7".to_owned()),
            })
            .await;
        house
            .insert(Folder {
                tenant_id: one,
                id: id(),
                person: None,
            })
            .await;
        house
            .insert(Template {
                tenant_id: one,
                id: id(),
                text: "hello".to_owned(),
            })
            .await;
        house
            .insert(Customer {
                tenant_id: one,
                stripe_customer_id: "cus_canary".to_owned(),
            })
            .await;
        let fact = hear(&house, Fact::TenantClosed { tenant: one }).await;
        let plan = house
            .privacy
            .erasure()
            .plan_for(fact)
            .await
            .unwrap()
            .unwrap()
            .id;
        work(&house).await;

        let gone = |record, key| {
            let house = &house;
            async move { house.row(record, &key).await.is_none() }
        };
        assert!(gone(Tenant::TYPE, Key::global(&one)).await);
        assert!(gone(Folder::TYPE, Key::of(one, &id())).await);
        assert!(
            !gone(Template::TYPE, Key::of(one, &id())).await,
            "kept for 180 days"
        );
        let customer = house.row(Customer::TYPE, &Key::global(&one)).await.unwrap();
        assert!(
            format!("{customer:?}").contains("cus_canary"),
            "waits for the other system"
        );
        let preview = house.privacy.erasure().preview(plan).await.unwrap();
        assert_eq!(preview.state, PlanState::Deferred);
        assert_eq!(
            (preview.rows(Outcome::Retain), preview.rows(Outcome::Remote)),
            (1, 1)
        );

        for _ in 0..6 {
            house.clock.advance(TimeDelta::hours(1));
            work(&house).await;
        }
        let customer = house.row(Customer::TYPE, &Key::global(&one)).await.unwrap();
        assert!(
            format!("{customer:?}").contains("erased-"),
            "kept seven years, under a pseudonym"
        );
        let stored = house.privacy.erasure().certificates(plan).await.unwrap();
        let body = stored.last().unwrap().read().unwrap();
        assert_eq!(body.remote[0].state.as_deref(), Some("done"));
        assert!(!body.complete);

        house.clock.advance(TimeDelta::days(180));
        work(&house).await;
        assert!(gone(Template::TYPE, Key::of(one, &id())).await);
        house.clock.advance(TimeDelta::days(7 * 366));
        work(&house).await;
        assert!(gone(Customer::TYPE, Key::global(&one)).await);
        let plan = house.privacy.erasure().plan(plan).await.unwrap();
        assert_eq!((plan.state, plan.root), (PlanState::Certified, None));
    });
}

fn account() -> AccountId {
    AccountId::from_uuid(uuid::Uuid::from_u128(77))
}

async fn settle_in(house: &House) {
    let context = |record, field, key: &Key| {
        let bytes = key.to_bytes();
        let text = b"anna@example.com";
        let context = SealContext::field(record, field, None, &bytes);
        house
            .env
            .keyring
            .seal(&context, text, house.env.random.as_ref())
            .unwrap()
    };
    let email = context("account", "email", &Key::global(&account()));
    house
        .insert(Account {
            account_id: account(),
            email: Some(email),
        })
        .await;
    for (id, hours) in [("old", -1), ("new", 24 * 60)] {
        let expires_at = start() + TimeDelta::hours(hours);
        house
            .insert(Session {
                id: id.to_owned(),
                account_id: account(),
                expires_at,
            })
            .await;
    }
    let secret = context("totp_credential", "secret", &Key::global(&"t".to_owned()));
    house
        .insert(Totp {
            id: "t".to_owned(),
            account_id: account(),
            secret,
        })
        .await;
}

#[test]
fn a_closed_account_goes_after_thirty_days_and_not_before() {
    block_on(async {
        let house = house();
        settle_in(&house).await;
        let fact = hear(&house, Fact::AccountClosed { account: account() }).await;
        house
            .clock
            .advance(TimeDelta::days(30) - TimeDelta::microseconds(1));
        work(&house).await;
        let key = Key::global(&account());
        assert!(house.row(Account::TYPE, &key).await.is_some());
        house.clock.advance(TimeDelta::microseconds(1));
        work(&house).await;
        assert_eq!(house.row(Account::TYPE, &key).await, None);
        assert_eq!(
            house
                .row(Session::TYPE, &Key::global(&"new".to_owned()))
                .await,
            None
        );
        let plan = house
            .privacy
            .erasure()
            .plan_for(fact)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(plan.state, PlanState::Certified);
    });
}

#[test]
fn the_sweep_takes_what_is_past_its_period_and_spares_what_is_held() {
    block_on(async {
        let house = house();
        settle_in(&house).await;
        let one = tenant(1);
        let bill = |id: &str, days| Bill {
            tenant_id: one,
            id: id.to_owned(),
            folder: "f".to_owned(),
            tag: None,
            closed_at: Some(start() - TimeDelta::days(days)),
            payer: Some("canary".to_owned()),
        };
        for (id, days) in [("a", 800), ("b", 800), ("c", 10)] {
            house.insert(bill(id, days)).await;
        }
        let key = |id: &str| Key::of(one, &id.to_owned());
        let holds = house.privacy.holds();
        let placed = holds
            .place(
                Actor::Anonymous,
                "bill",
                &key("b"),
                false,
                HoldReason::Tax,
                "office 3",
                None,
            )
            .await
            .unwrap();
        let HoldPlacement::Active(hold) = placed else {
            panic!("{placed:?}")
        };
        let swept = house.privacy.retention().sweep(100).await.unwrap();
        assert_eq!((swept.deleted, swept.held, swept.planned), (2, 1, 0));
        assert_eq!(house.row(Bill::TYPE, &key("a")).await, None);
        assert!(house.row(Bill::TYPE, &key("b")).await.is_some());
        assert!(house.row(Bill::TYPE, &key("c")).await.is_some());
        assert_eq!(
            house
                .row(Session::TYPE, &Key::global(&"old".to_owned()))
                .await,
            None
        );
        assert!(
            house
                .row(Session::TYPE, &Key::global(&"new".to_owned()))
                .await
                .is_some()
        );
        let _ = holds.release(Actor::Anonymous, hold).await.unwrap();
        let swept = house.privacy.retention().sweep(100).await.unwrap();
        assert_eq!((swept.deleted, swept.held), (1, 0));
    });
}

#[test]
fn credentials_and_absent_rows_cannot_be_held() {
    block_on(async {
        let house = house();
        settle_in(&house).await;
        let holds = house.privacy.holds();
        let place = |record: &'static str, key: Key| async move {
            holds
                .place(
                    Actor::Anonymous,
                    record,
                    &key,
                    true,
                    HoldReason::Dispute,
                    "1",
                    None,
                )
                .await
                .unwrap()
        };
        let totp = place("totp_credential", Key::global(&"t".to_owned())).await;
        assert_eq!(totp, HoldPlacement::Unholdable);
        let absent = place(
            "account",
            Key::global(&AccountId::from_uuid(uuid::Uuid::nil())),
        )
        .await;
        assert_eq!(absent, HoldPlacement::NoSuchRow);
    });
}

#[test]
fn an_account_export_opens_what_is_sealed_and_never_shows_a_secret() {
    block_on(async {
        let house = house();
        settle_in(&house).await;
        let export = house.privacy.export();
        let mut output = Vec::new();
        let summary = export
            .write(&ExportOf::Account(account()), &mut output)
            .await
            .unwrap();
        let text = String::from_utf8(output.clone()).unwrap();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["schema"], "alley.subject-export/1");
        let records = document["records"].as_array().unwrap();
        let account = records
            .iter()
            .find(|record| record["type"] == "account")
            .unwrap();
        assert_eq!(account["data"]["email"], "anna@example.com");
        assert_eq!(
            records
                .iter()
                .filter(|record| record["type"] == "session")
                .count(),
            2
        );
        assert_eq!(
            text.matches("anna@example.com").count(),
            1,
            "the TOTP secret is the same text"
        );
        let omitted = document["omitted"].as_array().unwrap();
        assert!(
            omitted
                .iter()
                .any(|line| line["type"] == "totp_credential" && line["reason"] == "described")
        );
        assert!(
            document["answered_by_others"]
                .as_array()
                .unwrap()
                .iter()
                .any(|e| e == "connected.order")
        );
        let mut again = Vec::new();
        let _ = export
            .write(&ExportOf::Account(self::account()), &mut again)
            .await
            .unwrap();
        assert_eq!(output, again);
        assert!(export.readme(&summary).contains("session: 2 rows"));
    });
}

#[test]
fn the_export_of_a_creator_holds_only_that_creator_and_what_hangs_on_them() {
    block_on(async {
        let house = house();
        let (one, two) = (tenant(1), tenant(2));
        for (tenant_id, id, person) in [(one, "a", "anna"), (one, "b", "ben"), (two, "c", "anna")] {
            let (id, person) = (id.to_owned(), Some(person.to_owned()));
            house
                .insert(Folder {
                    tenant_id,
                    id,
                    person,
                })
                .await;
        }
        for (id, folder) in [("1", "a"), ("2", "b")] {
            let (id, folder) = (id.to_owned(), folder.to_owned());
            house
                .insert(Paper {
                    tenant_id: one,
                    id,
                    folder,
                    other: None,
                    text: "text".to_owned(),
                })
                .await;
        }
        let folder = Some("a".to_owned());
        house
            .insert(Note {
                tenant_id: one,
                id: "n".to_owned(),
                paper: None,
                folder,
            })
            .await;
        let (kind, reference) = ("creator".to_owned(), "anna".to_owned());
        let of = ExportOf::Person {
            tenant: one,
            kind,
            reference,
        };
        let mut output = Vec::new();
        let _ = house
            .privacy
            .export()
            .write(&of, &mut output)
            .await
            .unwrap();
        let document: serde_json::Value = serde_json::from_slice(&output).unwrap();
        let found: Vec<(&str, &str)> = document["records"]
            .as_array()
            .unwrap()
            .iter()
            .map(|record| {
                (
                    record["type"].as_str().unwrap(),
                    record["key"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(found, [("folder", "a"), ("paper", "1")]);
    });
}

#[test]
fn an_account_that_is_declared_nowhere_cannot_be_erased() {
    block_on(async {
        let house = House::new(Flaky::never());
        let root = Root::Account { account: account() };
        let error = house
            .privacy
            .erasure()
            .draft(Actor::Anonymous, root)
            .await
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("no record type \"account\" is declared")
        );
    });
}

#[test]
fn a_request_is_taken_in_proven_once_and_dated() {
    block_on(async {
        let house = house();
        let requests = house.privacy.requests();
        let intake = Intake::new("Anna@Example.com", RequestKind::Erasure);
        let submitted = requests.submit(Actor::Anonymous, intake).await.unwrap();
        assert!(submitted.missing.is_empty());
        let (id, code) = (submitted.id, submitted.code.unwrap());
        let stored = requests.load(id).await.unwrap().record;
        assert!(!format!("{stored:?}").contains("xample"));
        assert_eq!(stored.due_date.unwrap().to_string(), "2026-07-01");
        let wrong = SecretString::from("wrong");
        assert_eq!(
            requests.prove(id, &wrong, Level::High, None).await.unwrap(),
            Proof::Failed
        );
        let proof = requests
            .prove(id, &code, Level::High, Some(account()))
            .await
            .unwrap();
        assert_eq!(proof, Proof::Reached(Level::High));
        assert_eq!(
            requests.prove(id, &code, Level::High, None).await.unwrap(),
            Proof::Failed
        );
        let legs = alley_privacy::request::route(RequestKind::Erasure, true, false, &[]);
        let state = requests
            .transition(Actor::Anonymous, id, &Event::Route(legs))
            .await
            .unwrap();
        assert_eq!(state.unwrap().status, RequestStatus::Routed);
        let again = requests
            .transition(Actor::Anonymous, id, &Event::StartVerification)
            .await
            .unwrap();
        assert!(again.is_err());
        let empty = Intake::new("", RequestKind::DpaCopy);
        let submitted = requests.submit(Actor::Anonymous, empty).await.unwrap();
        assert_eq!(submitted.missing, ["account_email", "organization_name"]);
        assert!(submitted.code.is_none());
    });
}

#[test]
fn a_released_hold_wakes_the_plan_that_waited_for_it() {
    block_on(async {
        let house = house();
        let one = tenant(1);
        house
            .insert(Tenant {
                tenant_id: one,
                number: None,
            })
            .await;
        let folder = Folder {
            tenant_id: one,
            id: "f".to_owned(),
            person: None,
        };
        let key = folder.key();
        house.insert(folder).await;
        let holds = house.privacy.holds();
        let reason = HoldReason::Litigation;
        let placed = holds
            .place(
                Actor::Anonymous,
                "folder",
                &key,
                true,
                reason,
                "case 1",
                None,
            )
            .await
            .unwrap();
        let HoldPlacement::Active(hold) = placed else {
            panic!("{placed:?}")
        };
        let fact = hear(&house, Fact::TenantClosed { tenant: one }).await;
        work(&house).await;
        assert!(house.row(Folder::TYPE, &key).await.is_some());
        let plan = house
            .privacy
            .erasure()
            .plan_for(fact)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(plan.state, PlanState::Deferred);
        let _ = holds.release(Actor::Anonymous, hold).await.unwrap();
        work(&house).await;
        assert!(
            house.row(Folder::TYPE, &key).await.is_some(),
            "nobody told the plan"
        );
        let (hold, tenant) = (hold.to_string(), Some(one));
        hear(&house, Fact::HoldReleased { hold, tenant }).await;
        work(&house).await;
        assert_eq!(house.row(Folder::TYPE, &key).await, None);
        let mut output = Vec::new();
        let _ = house
            .privacy
            .export()
            .write(&ExportOf::Tenant(one), &mut output)
            .await
            .unwrap();
        let document: serde_json::Value = serde_json::from_slice(&output).unwrap();
        assert_eq!(document["records"], serde_json::json!([]));
    });
}

#[test]
fn a_tenant_export_holds_what_it_owns_and_no_data_of_buyers_beyond_it() {
    block_on(async {
        let house = house();
        for number in [1, 2] {
            let (tenant_id, id) = (tenant(number), "f".to_owned());
            house
                .insert(Tenant {
                    tenant_id,
                    number: Some(number.to_string()),
                })
                .await;
            house
                .insert(Folder {
                    tenant_id,
                    id: id.clone(),
                    person: None,
                })
                .await;
            let text = format!("text of {number}");
            house
                .insert(Paper {
                    tenant_id,
                    id,
                    folder: "f".to_owned(),
                    other: None,
                    text,
                })
                .await;
        }
        let mut output = Vec::new();
        let of = ExportOf::Tenant(tenant(1));
        let summary = house
            .privacy
            .export()
            .write(&of, &mut output)
            .await
            .unwrap();
        let text = String::from_utf8(output).unwrap();
        assert!(text.contains("text of 1") && !text.contains("text of 2"));
        assert_eq!(
            summary.counts.iter().map(|count| count.rows).sum::<u64>(),
            3
        );
    });
}
