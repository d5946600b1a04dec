//! What proves an erasure: counts and reasons, no data, signed.

use alley_core::{Keyring, MacPurpose, PageRequest, Versioned, Write};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use super::engine::{Engine, Held};
use super::model::Outcome;
use super::plan::{PlanState, StepState, StoredCertificate};
use crate::error::{Error, Result};

/// The content of a certificate, schema `alley.erasure-certificate/1`. All instants are RFC 3339.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Certificate {
    /// `alley.erasure-certificate/1`.
    pub schema: String,
    /// Its id.
    pub id: String,
    /// The certificate that it supersedes.
    pub supersedes: Option<String>,
    /// The plan's id.
    pub plan: String,
    /// SHA-256 of the plan, in hexadecimal.
    pub plan_hash: Option<String>,
    /// Version of the data map.
    pub map_version: String,
    /// The version of this crate.
    pub engine: String,
    /// Keyed hash of the subject, in hexadecimal; the same for one root at one host.
    pub subject: Option<String>,
    /// Why it was erased.
    pub trigger: String,
    /// When that happened.
    pub trigger_at: String,
    /// Whether anything is left that will still be erased.
    pub complete: bool,
    /// Access was refused from then on.
    pub hidden_at: Option<String>,
    /// The first row.
    pub first_purge_at: Option<String>,
    /// The last row.
    pub last_purge_at: Option<String>,
    /// The last look that found nothing.
    pub verified_at: Option<String>,
    /// Rounds of erasing and looking again.
    pub rounds: u32,
    /// Stores that were looked into.
    pub stores: Vec<String>,
    /// What was erased: record type, how, how many.
    pub erased: Vec<Kept>,
    /// What stays: record type, why, how many.
    pub kept: Vec<Kept>,
    /// The next date at which something that stays is looked at again.
    pub next_date: Option<String>,
    /// Erasures at other systems.
    pub remote: Vec<Leg>,
    /// Until then copies may exist in backups, which nobody reads.
    pub backups_until: Option<String>,
    /// When it was issued.
    pub issued_at: String,
}

/// A count.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Kept {
    /// Name of the record type.
    pub record: String,
    /// What was done, or why the rows stay: see [`Outcome`].
    pub outcome: String,
    /// How many rows.
    pub rows: u64,
    /// For rows that stay: what ends it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ends: Option<String>,
}

/// An erasure at another system.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Leg {
    /// The subprocessor's id in the data map.
    pub subprocessor: String,
    /// `running`, `done`, `blocked` or `refused`; absent before the first answer.
    pub state: Option<String>,
    /// A code for why.
    pub reason: Option<String>,
    /// When it was last asked.
    pub at: String,
}

/// What a check of a certificate found.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CertificateCheck {
    /// Signed by a key of this keyring, and unchanged.
    Valid,
    /// The text or the signature was changed.
    Changed,
    /// Signed by no enabled key of this keyring.
    ForeignKey,
}

/// Checks a certificate as it was stored or handed out.
///
/// The signing key is derived from a key of the keyring by HMAC for this one purpose, so that it
/// needs no storage of its own; whoever has the public key can check the Ed25519 signature over
/// the bytes of the body without us. A key that was taken out of the keyring no longer vouches.
pub fn verify_certificate(keyring: &Keyring, certificate: &StoredCertificate) -> CertificateCheck {
    let known = keyring.mac_candidates(SIGNING, &[]).into_iter().any(|seed| {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_bytes());
        pair.is_ok_and(|pair| pair.public_key().as_ref() == certificate.public_key)
    });
    if !known {
        return CertificateCheck::ForeignKey;
    }
    let key = UnparsedPublicKey::new(&ED25519, &certificate.public_key);
    match key.verify(certificate.body.as_bytes(), &certificate.signature) {
        Ok(()) => CertificateCheck::Valid,
        Err(_) => CertificateCheck::Changed,
    }
}

const SIGNING: MacPurpose = MacPurpose::new("privacy.certificate.ed25519");

impl StoredCertificate {
    /// The content.
    ///
    /// # Errors
    /// When the body is not of this version's schema.
    pub fn read(&self) -> Result<Certificate> {
        let what = "a certificate";
        serde_json::from_str(&self.body).map_err(|source| Error::Json { what, source })
    }

    /// One JSON document to hand out: the body as text, as it was signed, with signature and
    /// public key in base64.
    pub fn to_json(&self) -> String {
        serde_json::json!({
            "body": self.body,
            "algorithm": "Ed25519",
            "signature": STANDARD.encode(&self.signature),
            "public_key": STANDARD.encode(&self.public_key),
        })
        .to_string()
    }
}

impl Engine {
    /// Issues a certificate in one commit with the plan's new state. One that would say the same as
    /// the last is not issued.
    pub(crate) async fn certify(&self, held: &mut Held<'_>) -> Result<()> {
        let id = self.env.id()?;
        let last = self.store.certificates(held.plan.id).await?.pop();
        let mut body = self.certificate(held, id).await?;
        let mut issued_at = self.env.now();
        if let Some(Versioned { record: last, .. }) = &last {
            body.supersedes = Some(last.id.to_string());
            // The last one is in force, so no two share an instant, and no clock puts one back.
            issued_at = issued_at.max(last.issued_at + TimeDelta::microseconds(1));
            let said = last.read()?;
            let states = |legs: &[Leg]| {
                let each = legs.iter().map(|leg| (leg.subprocessor.clone(), leg.state.clone()));
                each.collect::<Vec<_>>()
            };
            let same = (&said.erased, &said.kept, states(&said.remote), said.complete)
                == (&body.erased, &body.kept, states(&body.remote), body.complete);
            if same && said.next_date == body.next_date {
                return held.touch().await;
            }
        }
        body.issued_at = instant(issued_at);
        let seed = self.env.keyring.mac(SIGNING, &[]);
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_bytes());
        let pair = pair.map_err(|_cause| Error::SigningKey)?;
        let what = "a certificate";
        let body = serde_json::to_string(&body).map_err(|source| Error::Json { what, source })?;
        let stored = StoredCertificate {
            id,
            plan_id: held.plan.id,
            signature: pair.sign(body.as_bytes()).as_ref().to_vec(),
            public_key: pair.public_key().as_ref().to_vec(),
            body,
            issued_at,
        };
        let purpose = alley_core::Purpose::SecurityLegal;
        let actor = alley_core::Actor::Job("erase-planned");
        let mut audit = self.env.audit(actor, "erasure.certify", purpose)?;
        audit.tenant_id = held.plan.tenant_id;
        let audit = audit.target("erasure_plan", held.plan.id);
        let commit = self.env.commit()?.change(Write::Insert(stored)).audit(audit);
        held.save(commit).await
    }

    async fn certificate(
        &self,
        held: &Held<'_>,
        id: super::plan::CertificateId,
    ) -> Result<Certificate> {
        let plan = &held.plan;
        let (erased, kept) = self.counts(held).await?;
        let legs = self.store.legs(plan.id).await?;
        let remote = legs.into_iter().map(|leg| Leg {
            subprocessor: leg.record.subprocessor,
            state: leg.record.state.map(|state| state.to_string()),
            reason: leg.record.reason,
            at: instant(leg.record.at),
        });
        let next = self.store.steps_until(plan.id, self.env.now(), PageRequest::first(1)).await?;
        let next = next.items.first().and_then(|step| step.record.until);
        let backups = self.map.stores.iter().filter_map(|store| store.retention);
        let backups = backups.max_by_key(crate::data_map::Period::longest_days);
        let mut stores: Vec<String> = Vec::new();
        for record in self.directory.records() {
            for store in self.directory.stores_of(record) {
                if !stores.iter().any(|known| known == store.store_name()) {
                    stores.push(store.store_name().to_owned());
                }
            }
        }
        Ok(Certificate {
            schema: "alley.erasure-certificate/1".to_owned(),
            id: id.to_string(),
            supersedes: None,
            plan: plan.id.to_string(),
            plan_hash: plan.plan_hash.map(|hash| hex(hash.as_bytes())),
            map_version: plan.map_version.clone(),
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            subject: plan.subject_hash.map(|hash| hex(hash.as_bytes())),
            trigger: plan.trigger.to_string(),
            trigger_at: instant(plan.trigger_at),
            complete: plan.state == PlanState::Certified,
            hidden_at: plan.hidden_at.map(instant),
            first_purge_at: plan.first_purge_at.map(instant),
            last_purge_at: plan.last_purge_at.map(instant),
            verified_at: plan.verified_at.map(instant),
            rounds: plan.rounds,
            stores,
            erased,
            kept,
            next_date: next.map(instant),
            remote: remote.collect(),
            backups_until: backups
                .zip(plan.last_purge_at)
                .map(|(period, last)| instant(period.end(last))),
            issued_at: instant(self.env.now()),
        })
    }

    /// Rows by type and outcome: those that were erased, and those that stay.
    async fn counts(&self, held: &Held<'_>) -> Result<(Vec<Kept>, Vec<Kept>)> {
        const COUNTED: [(StepState, Outcome, Option<&str>); 11] = [
            (StepState::Done, Outcome::Delete, None),
            (StepState::Done, Outcome::Minimize, None),
            (StepState::Done, Outcome::Shred, None),
            (StepState::Done, Outcome::Residue, Some("never; it leads to nobody")),
            (StepState::Done, Outcome::Repair, None),
            (StepState::Deferred, Outcome::Hold, Some("release of the legal hold")),
            (StepState::Deferred, Outcome::Retain, Some("end of the retention period")),
            (StepState::Deferred, Outcome::Remote, Some("erasure at the other system")),
            (StepState::Deferred, Outcome::Repair, Some("release of the legal hold")),
            (StepState::Candidate, Outcome::Shared, Some("erasure of its last holder")),
            (StepState::Blocked, Outcome::Delete, Some("repair by an operator")),
        ];
        let (mut erased, mut kept) = (Vec::new(), Vec::new());
        for record in self.directory.records() {
            for (state, outcome, ends) in COUNTED {
                let count = self.store.count_steps(held.plan.id, record.name, state, outcome);
                let rows = count.await?;
                if rows == 0 {
                    continue;
                }
                let line = Kept {
                    record: record.name.to_owned(),
                    outcome: outcome.to_string(),
                    rows,
                    ends: ends.map(ToOwned::to_owned),
                };
                if ends.is_some() {
                    kept.push(line);
                } else {
                    erased.push(line);
                }
            }
        }
        Ok((erased, kept))
    }
}

pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
