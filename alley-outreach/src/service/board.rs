//! What a hand-out is decided on, read once: guard first, then policy and ledger.

use std::collections::{BTreeMap, BTreeSet};

use alley_core::{Access, CreatorRef, TenantId, Versioned};
use chrono::{DateTime, TimeDelta, Utc};

use super::Outreach;
use crate::campaign::Campaign;
use crate::contact::Contact;
use crate::draft::Draft;
use crate::error::{Error, Result};
use crate::hand_out::HandOut;
use crate::ids::{HandOutId, SpendId};
use crate::pacing::{
    Entry, Interval, Lookback, PacingState, Policy, Recipient, Situation, Spend, SpendKind, Zones,
};

pub(super) struct Board {
    pub(super) guard: Versioned<PacingState>,
    pub(super) policy: Policy,
    /// The instant that is decided at: now, or the newest spend while the clock is behind it.
    pub(super) at: DateTime<Utc>,
    ledger: Vec<Entry>,
    open: BTreeMap<HandOutId, DateTime<Utc>>,
}

impl Board {
    pub(super) async fn read(
        outreach: &Outreach,
        access: &Access,
        guard: Versioned<PacingState>,
    ) -> Result<Self> {
        let tenant = access.tenant();
        let policy = outreach.policy(&guard.record).await?.policy.0;
        let now = outreach.env().now();
        let at = guard.record.last_spend_at.map_or(now, |newest| newest.max(now));
        if at - now > TimeDelta::minutes(5) {
            return Err(Error::ClockBehind);
        }
        let store = &outreach.inner.store;
        let spends = match policy.lookback(at) {
            Lookback::Nothing => Vec::new(),
            Lookback::Since(since) => store.spends_since(tenant, since).await?,
        };
        let spends: Vec<Spend> = spends.into_iter().map(|spend| spend.record).collect();
        let open: BTreeMap<HandOutId, DateTime<Utc>> = store
            .open_hand_outs(tenant)
            .await?
            .into_iter()
            .map(|open: Versioned<HandOut>| (open.record.hand_out_id, open.record.lease_until))
            .collect();
        let ledger = entries(&spends, &open);
        Ok(Self { guard, policy, at, ledger, open })
    }

    /// The ledger with everything that concerns one creator.
    pub(super) fn with_creator(&self, of_creator: &[Spend]) -> Vec<Entry> {
        let mut ledger = self.ledger.clone();
        let known: BTreeSet<&str> = self.ledger.iter().map(|entry| entry.id.as_str()).collect();
        let more = entries(of_creator, &self.open);
        let more: Vec<Entry> =
            more.into_iter().filter(|entry| !known.contains(entry.id.as_str())).collect();
        ledger.extend(more);
        ledger
    }

    /// The situation of a campaign, for rules that treat its creators alike.
    pub(super) fn of_campaign<'a>(&'a self, campaign: &Campaign) -> Situation<'a> {
        self.situation(campaign, "", None, None, &self.ledger, &[])
    }

    /// The situation of a draft.
    pub(super) fn of_draft<'a>(
        &'a self,
        campaign: &Campaign,
        draft: &Draft,
        contact: Option<&Contact>,
        ledger: &'a [Entry],
        suppressed: &'a [Interval],
    ) -> Situation<'a> {
        let creator = draft.creator_ref.as_str();
        self.situation(campaign, creator, contact, draft.expires_at, ledger, suppressed)
    }

    fn situation<'a>(
        &'a self,
        campaign: &Campaign,
        creator: &str,
        contact: Option<&Contact>,
        expires_at: Option<DateTime<Utc>>,
        ledger: &'a [Entry],
        suppressed: &'a [Interval],
    ) -> Situation<'a> {
        Situation {
            now: self.at,
            policy: &self.policy,
            zones: zones(&self.policy, campaign.shop_ref.as_str(), contact),
            recipient: Recipient {
                seller: campaign.tenant_id.to_string(),
                shop: campaign.shop_ref.as_str().to_owned(),
                campaign: campaign.campaign_id.to_string(),
                creator: creator.to_owned(),
                connected: contact.is_some_and(|contact| contact.connected),
            },
            ledger,
            last_reply: contact.and_then(|contact| contact.last_reply_at),
            suppressed,
            campaign: campaign.window(),
            expires_at,
        }
    }
}

pub(super) fn zones(policy: &Policy, shop: &str, contact: Option<&Contact>) -> Zones {
    policy.zones.resolve(shop, contact.and_then(Contact::zone))
}

impl Outreach {
    /// A tenant's ledger for one creator.
    pub(super) async fn spends_of(
        &self,
        tenant: TenantId,
        creator: &CreatorRef,
    ) -> Result<Vec<Spend>> {
        let spends = self.inner.store.spends_of_creator(tenant, creator).await?;
        Ok(spends.into_iter().map(|spend| spend.record).collect())
    }
}

fn entries(spends: &[Spend], open: &BTreeMap<HandOutId, DateTime<Utc>>) -> Vec<Entry> {
    let refunded: BTreeSet<SpendId> = spends.iter().filter_map(|spend| spend.refunds).collect();
    spends
        .iter()
        .filter(|spend| spend.kind == SpendKind::Spend)
        .map(|spend| Entry {
            id: spend.spend_id.to_string(),
            at: spend.at,
            recipient: Recipient {
                seller: spend.tenant_id.to_string(),
                shop: spend.shop_ref.as_str().to_owned(),
                campaign: spend.campaign_id.to_string(),
                creator: spend.creator_ref.as_str().to_owned(),
                connected: spend.connected,
            },
            open_until: open.get(&spend.hand_out_id).copied(),
            refunded: refunded.contains(&spend.spend_id),
        })
        .collect()
}
