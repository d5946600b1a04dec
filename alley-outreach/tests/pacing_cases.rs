//! The 25 worked cases of the pacing rules, through the public API.
#![expect(clippy::unwrap_used, reason = "test code")]

use alley_outreach::pacing::{
    CampaignWindow, Decision, Entry, Interval, Policy, Recipient, Rule, Situation, Verdict,
    ZoneDefaults, Zones, decide,
};
use chrono::{DateTime, Utc};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "schema")]
    _schema: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    title: String,
    #[serde(rename = "why")]
    _why: String,
    now: DateTime<Utc>,
    zones: CaseZones,
    draft: Subject,
    rules: Vec<Rule>,
    history: Vec<Past>,
    #[serde(default)]
    replies: Vec<Reply>,
    #[serde(default)]
    suppressions: Vec<Suppressed>,
    campaign: Option<CampaignText>,
    lease_ttl_s: Option<u32>,
    expect: Expected,
}

#[derive(Deserialize)]
struct CaseZones {
    shop: chrono_tz::Tz,
    creator: chrono_tz::Tz,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    #[serde(rename = "id")]
    _id: String,
    seller: String,
    shop: String,
    campaign: String,
    creator: String,
    connected: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Past {
    id: String,
    at: DateTime<Utc>,
    seller: String,
    shop: String,
    campaign: String,
    creator: String,
    connected: bool,
    open_until: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct Reply {
    shop: String,
    creator: String,
    at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Suppressed {
    shop: String,
    creator: String,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct CampaignText {
    ends_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    decision: String,
    #[serde(default)]
    reasons: Vec<String>,
    #[serde(default)]
    next_eligible: Option<DateTime<Utc>>,
    lease_until: Option<DateTime<Utc>>,
}

fn decided(case: &Case) -> Decision {
    let defaults = ZoneDefaults::all(case.zones.shop);
    let mut policy = Policy::new(case.rules.clone(), defaults).unwrap();
    policy.lease_ttl_s = case.lease_ttl_s.unwrap_or(policy.lease_ttl_s);
    let Subject { seller, shop, campaign, creator, connected, .. } = &case.draft;
    let recipient = Recipient {
        seller: seller.clone(),
        shop: shop.clone(),
        campaign: campaign.clone(),
        creator: creator.clone(),
        connected: *connected,
    };
    let entry = |past: &Past| Entry {
        id: past.id.clone(),
        at: past.at,
        recipient: Recipient {
            seller: past.seller.clone(),
            shop: past.shop.clone(),
            campaign: past.campaign.clone(),
            creator: past.creator.clone(),
            connected: past.connected,
        },
        open_until: past.open_until,
        refunded: false,
    };
    let ledger: Vec<Entry> = case.history.iter().map(entry).collect();
    let mine = |of_shop: &str, of_creator: &str| of_shop == shop && of_creator == creator;
    let replies = case.replies.iter().filter(|reply| mine(&reply.shop, &reply.creator));
    let suppressions = case.suppressions.iter().filter(|one| mine(&one.shop, &one.creator));
    let suppressed: Vec<Interval> =
        suppressions.map(|one| Interval { from: one.from, until: one.until }).collect();
    decide(&Situation {
        now: case.now,
        policy: &policy,
        zones: Zones {
            seller: case.zones.shop,
            shop: case.zones.shop,
            creator: vec![case.zones.creator],
        },
        recipient,
        ledger: &ledger,
        last_reply: replies.map(|reply| reply.at).max(),
        suppressed: &suppressed,
        campaign: CampaignWindow {
            ends_at: case.campaign.as_ref().and_then(|campaign| campaign.ends_at),
            ..CampaignWindow::default()
        },
        expires_at: None,
    })
}

#[test]
fn all_worked_cases_are_decided_as_written() {
    let file: File = serde_json::from_str(include_str!("data/pacing_cases.json")).unwrap();
    assert_eq!(file.cases.len(), 25);
    for case in &file.cases {
        let label = format!("{} {}", case.id, case.title);
        match decided(case).verdict {
            Verdict::Allow { lease_until } => {
                assert_eq!(case.expect.decision, "allow", "{label}");
                if let Some(expected) = case.expect.lease_until {
                    assert_eq!(lease_until, expected, "{label}");
                }
            }
            Verdict::Deny { reasons, next_eligible } => {
                assert_eq!(case.expect.decision, "deny", "{label}");
                assert_eq!(reasons, case.expect.reasons, "{label}");
                assert_eq!(next_eligible, case.expect.next_eligible, "{label}");
            }
        }
    }
}

#[test]
fn policies_of_the_cases_read_back_equal() {
    let file: File = serde_json::from_str(include_str!("data/pacing_cases.json")).unwrap();
    for case in &file.cases {
        let policy = Policy::new(case.rules.clone(), ZoneDefaults::all(case.zones.shop)).unwrap();
        let text = serde_json::to_string(&policy).unwrap();
        assert_eq!(Policy::from_json(&text).unwrap(), policy, "{}", case.id);
    }
}
