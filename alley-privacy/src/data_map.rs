//! The data map: which personal data is processed, in which role, why, how long, by whom, and what
//! an erasure and an export do with it.
//!
//! Records declare which *elements* their fields hold; all that belongs to an element stands here,
//! where a host can override it. The built-in map is [`DataMap::preset`].

mod check;
mod declared;
mod fault;
mod json;
mod model;
mod period;
mod read;

pub use declared::EdgeComparison;
pub use fault::{Fault, FaultCode};
pub use model::{
    CategoryEntry, EdgeWord, ElementEntry, Exception, LegalBasis, MapEdge, OnErasure, OnExport,
    Organization, PartyRole, Protection, PurposeEntry, RecordPolicy, RemoteErasure, RetentionRule,
    StoreEntry, StoreKind, Strategy, SubjectKind, SubprocessorEntry, TransferEntry,
    TransferMechanism, ValueSource,
};
pub use period::{ParsePeriodError, Period};

use alley_core::{ProcessingRole, RecordType};

use fault::nearest;

/// How strictly a map is validated.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Profile {
    /// Open values are warnings.
    Draft,
    /// What the law wants settled before data flows is an error.
    Production,
}

/// A data map. See the [module](self).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DataMap {
    /// Its id.
    pub id: String,
    /// Its version; stands in every plan, certificate and export made with it.
    pub version: String,
    /// Who answers for it.
    pub organization: Organization,
    /// Kinds of persons.
    pub subjects: Vec<SubjectKind>,
    /// Purposes.
    pub purposes: Vec<PurposeEntry>,
    /// Categories.
    pub categories: Vec<CategoryEntry>,
    /// Elements.
    pub elements: Vec<ElementEntry>,
    /// Stores.
    pub stores: Vec<StoreEntry>,
    /// Subprocessors.
    pub subprocessors: Vec<SubprocessorEntry>,
    /// Transfers to other countries.
    pub transfers: Vec<TransferEntry>,
    /// Retention rules.
    pub rules: Vec<RetentionRule>,
    /// Record types with a policy of their own; others follow their elements.
    pub records: Vec<RecordPolicy>,
    /// Edges between record types.
    pub edges: Vec<MapEdge>,
}

impl DataMap {
    /// The schema that [`parse`](Self::parse) reads.
    pub const SCHEMA: &'static str = "alley.data-map/1";

    /// The built-in map.
    ///
    /// # Errors
    /// Never in a released version: a test parses the same text.
    pub fn preset() -> Result<Self, Vec<Fault>> {
        Self::parse(include_str!("../preset/alley_data_map.json"))
    }

    /// Reads a map from JSON.
    ///
    /// # Errors
    /// All faults of shape at once, each with its place. A map that was read may still contradict
    /// itself; [`validate`](Self::validate) finds that.
    pub fn parse(text: &str) -> Result<Self, Vec<Fault>> {
        read::read(text)
    }

    /// Holds the map against itself and against the record types that a product really keeps.
    /// Answers every finding; [`Fault::is_error`] tells errors from warnings.
    pub fn validate(&self, profile: Profile, declarations: &[&RecordType]) -> Vec<Fault> {
        let mut faults = Vec::new();
        check::check(self, profile, &mut faults);
        declared::check(self, declarations, &mut faults);
        faults
    }

    /// Holds the edges of the map against those that record types declare.
    pub fn compare_edges(&self, declarations: &[&RecordType]) -> EdgeComparison {
        declared::compare_edges(self, declarations)
    }

    /// The element with this path.
    pub fn element(&self, path: &str) -> Option<&ElementEntry> {
        self.elements.iter().find(|element| element.id == path)
    }

    /// The retention rule with this id.
    pub fn rule(&self, id: &str) -> Option<&RetentionRule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The policy that the map has for a record type by name.
    pub fn record(&self, name: &str) -> Option<&RecordPolicy> {
        self.records.iter().find(|record| record.id == name)
    }

    /// How rows of a type go: as its policy says, otherwise as its elements ask.
    pub fn strategy(&self, record: &RecordType) -> Strategy {
        if let Some(policy) = self.record(record.name) {
            return policy.strategy;
        }
        let asks = |action| self.elements_of(record).any(|element| element.on_erasure == action);
        if asks(OnErasure::PseudonymizeAfterRemote) {
            Strategy::RemoteThenPseudonymize
        } else if asks(OnErasure::RetainMinimized) {
            Strategy::Minimize
        } else {
            Strategy::Delete
        }
    }

    /// The rule that keeps rows of a type: that of its policy; for types without one, the longest
    /// among its elements.
    pub fn retention(&self, record: &RecordType) -> Option<&RetentionRule> {
        if let Some(policy) = self.record(record.name) {
            return policy.retention.as_deref().and_then(|id| self.rule(id));
        }
        self.elements_of(record)
            .filter_map(|element| self.rule(&element.retention))
            .max_by_key(|rule| rule.period.longest_days())
    }

    /// Whether a legal hold may cover rows of a type.
    pub fn is_holdable(&self, record: &RecordType) -> bool {
        self.record(record.name).is_none_or(|policy| policy.holdable)
    }

    /// Whether an erased row of a type leaves a tombstone.
    pub fn leaves_tombstone(&self, record: &RecordType) -> bool {
        self.record(record.name).is_none_or(|policy| policy.tombstone)
    }

    /// The elements that the fields of a type hold, each once for each field.
    pub fn elements_of<'a>(
        &'a self,
        record: &'a RecordType,
    ) -> impl Iterator<Item = &'a ElementEntry> {
        record.fields.iter().filter_map(|field| self.element(field.element?.path()))
    }

    /// Uses another role for an element.
    ///
    /// # Errors
    /// When the map has no such element.
    pub fn with_role(mut self, element: &str, role: ProcessingRole) -> Result<Self, Fault> {
        self.element_mut(element)?.role = role;
        Ok(self)
    }

    /// Uses another action on erasure for an element.
    ///
    /// # Errors
    /// When the map has no such element.
    pub fn with_on_erasure(mut self, element: &str, action: OnErasure) -> Result<Self, Fault> {
        self.element_mut(element)?.on_erasure = action;
        Ok(self)
    }

    /// Uses another action on export for an element.
    ///
    /// # Errors
    /// When the map has no such element.
    pub fn with_on_export(mut self, element: &str, action: OnExport) -> Result<Self, Fault> {
        self.element_mut(element)?.on_export = action;
        Ok(self)
    }

    /// Uses another period for a retention rule; its source becomes the host.
    ///
    /// # Errors
    /// When the map has no such rule.
    pub fn with_period(mut self, rule: &str, period: Period) -> Result<Self, Fault> {
        let known: Vec<String> = self.rules.iter().map(|rule| rule.id.clone()).collect();
        let found = self.rules.iter_mut().find(|known| known.id == rule);
        let found = found.ok_or_else(|| unknown("retention_rules", rule, &known))?;
        (found.period, found.period_source) = (period, ValueSource::Host);
        Ok(self)
    }

    /// Settles on what a transfer rests.
    ///
    /// # Errors
    /// When the map has no such transfer.
    pub fn with_transfer(
        mut self,
        transfer: &str,
        mechanism: TransferMechanism,
        scc_module: Option<&str>,
    ) -> Result<Self, Fault> {
        let known: Vec<String> = self.transfers.iter().map(|entry| entry.id.clone()).collect();
        let found = self.transfers.iter_mut().find(|known| known.id == transfer);
        let found = found.ok_or_else(|| unknown("transfers", transfer, &known))?;
        found.mechanism = mechanism;
        found.scc_module = scc_module.map(ToOwned::to_owned);
        Ok(self)
    }

    /// Adds the policy of a host's record type, or replaces that of one of ours.
    #[must_use]
    pub fn with_record(mut self, policy: RecordPolicy) -> Self {
        self.records.retain(|known| known.id != policy.id);
        self.records.push(policy);
        self
    }

    fn element_mut(&mut self, path: &str) -> Result<&mut ElementEntry, Fault> {
        let known: Vec<String> = self.elements.iter().map(|element| element.id.clone()).collect();
        let found = self.elements.iter_mut().find(|element| element.id == path);
        found.ok_or_else(|| unknown("elements", path, &known))
    }
}

fn unknown(list: &str, id: &str, known: &[String]) -> Fault {
    let hint = nearest(id, known.iter().map(String::as_str));
    Fault::new(FaultCode::UnknownRef, format!("/{list}"), format!("there is no \"{id}\"{hint}"))
}

impl RecordPolicy {
    /// A policy for a record type: rows are deleted, may be held, and leave a tombstone.
    pub fn new(record: &RecordType) -> Self {
        Self {
            id: record.name.to_owned(),
            store: "primary_db".to_owned(),
            subject_key: record.subject.map(ToOwned::to_owned),
            key: record.id.to_owned(),
            strategy: Strategy::Delete,
            holdable: true,
            retention: None,
            tombstone: true,
        }
    }

    /// Uses another strategy.
    #[must_use]
    pub const fn with_strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// Keeps rows by a retention rule.
    #[must_use]
    pub fn with_retention(mut self, rule: &str) -> Self {
        self.retention = Some(rule.to_owned());
        self
    }

    /// Erased rows leave no tombstone.
    #[must_use]
    pub const fn without_tombstone(mut self) -> Self {
        self.tombstone = false;
        self
    }

    /// No legal hold may cover rows.
    #[must_use]
    pub const fn unholdable(mut self) -> Self {
        self.holdable = false;
        self
    }
}

#[cfg(test)]
mod tests;
