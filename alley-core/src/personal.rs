//! The port through which privacy finds, exports and erases records, in every store alike.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::error::StoreError;
use crate::own_id;
use crate::page::{Page, PageRequest};
use crate::record::{EdgeDecl, Key, RecordType};
use crate::store::StoredRow;
use crate::value::Value;

own_id! {
    /// Identifies a legal hold.
    HoldId, HoldKind, "hld"
}
own_id! {
    /// Identifies an erasure plan.
    PlanId, PlanKind, "pln"
}

/// Permission to destroy records: names the plan and the lease under which it is carried out.
///
/// Only the erasure engine of `alley-privacy` makes one, after the plan was confirmed. A second
/// path that deletes would forget holds that the first one honors.
#[derive(Debug)]
pub struct Permit {
    plan: PlanId,
    fencing: i64,
}

impl Permit {
    /// For the erasure engine alone.
    #[doc(hidden)]
    pub const fn issue_to_erasure_engine(plan: PlanId, fencing: i64) -> Self {
        Self { plan, fencing }
    }

    /// The plan that is carried out.
    pub const fn plan(&self) -> PlanId {
        self.plan
    }

    /// The lease number; a store refuses a number below one that it has seen for this plan.
    pub const fn fencing(&self) -> i64 {
        self.fencing
    }
}

/// One effect on one row.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a store must handle all of it")]
pub struct ErasureStep {
    /// The record type.
    pub record: &'static RecordType,
    /// The row.
    pub key: Key,
    /// What to do with it.
    pub effect: Effect,
}

/// What is done to a row.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a store must handle each")]
pub enum Effect {
    /// The row goes.
    Delete,
    /// The row stays, these fields become blank (absent where that is allowed, otherwise empty).
    Minimize {
        /// Names of the fields.
        fields: Vec<&'static str>,
    },
    /// A field that mentions an erased record gets another value: absent, or a pseudonym.
    Rewrite {
        /// Name of the field.
        field: &'static str,
        /// The new value.
        to: Value,
    },
}

/// What became of a step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the engine must handle each")]
pub enum Applied {
    /// The effect happened now.
    Done,
    /// There is no such row (any more), or it already has the value.
    Absent,
    /// A hold covers the row; it is untouched.
    Held,
}

/// Places or lifts a hold on rows of one type.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a store must handle all of it")]
pub struct HoldMark {
    /// The hold.
    pub hold: HoldId,
    /// The record type.
    pub record: &'static RecordType,
    /// The rows, at most 1,000.
    pub keys: Vec<Key>,
    /// Placed or lifted.
    pub action: HoldAction,
}

/// What a [`HoldMark`] does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a store must handle each")]
pub enum HoldAction {
    /// The rows may not be erased from now on.
    Place,
    /// This hold no longer covers the rows; others may.
    Lift,
}

/// Finds, exports and erases the rows of the declared record types of one store.
///
/// # Contract
/// - `apply` is atomic over its steps, keeps their order, and checks holds in the transaction that
///   deletes: a hold whose `set_hold` returned before `apply` began is honored.
/// - `apply` is idempotent: a repeated step answers `Absent`.
/// - Erased content is not left in free pages of the engine's files where the engine can prevent it.
#[async_trait]
pub trait PersonalRecords: std::fmt::Debug + Send + Sync + 'static {
    /// A name for certificates: `sqlite`.
    fn store_name(&self) -> &'static str;

    /// The record types that this store keeps.
    fn record_types(&self) -> Vec<&'static RecordType>;

    /// Rows of `record` whose subject field equals `subject`.
    ///
    /// # Errors
    /// When the store fails, or the record type has no subject.
    async fn by_subject(
        &self,
        record: &'static RecordType,
        subject: &Value,
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError>;

    /// Rows of `record` that hang on one of `targets` (at most 1,000) over `edge`.
    ///
    /// # Errors
    /// When the store fails, or the edge is not one of the record type.
    async fn reach(
        &self,
        record: &'static RecordType,
        edge: &'static EdgeDecl,
        targets: &[Key],
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError>;

    /// Rows of `record` whose anchor lies at or before `until`, oldest first.
    ///
    /// # Errors
    /// When the store fails, or the record type has no anchor.
    async fn due(
        &self,
        record: &'static RecordType,
        until: DateTime<Utc>,
        page: PageRequest,
    ) -> Result<Page<Key>, StoreError>;

    /// The rows with these keys (at most 1,000) that exist, in the order of the keys.
    ///
    /// # Errors
    /// When the store fails.
    async fn export(
        &self,
        record: &'static RecordType,
        keys: &[Key],
    ) -> Result<Vec<(Key, StoredRow)>, StoreError>;

    /// Applies steps (at most 1,000) in one transaction.
    ///
    /// # Errors
    /// When the store fails, or the permit's lease number is older than one seen for the plan;
    /// then nothing was applied.
    async fn apply(
        &self,
        permit: &Permit,
        steps: &[ErasureStep],
    ) -> Result<Vec<Applied>, StoreError>;

    /// Places or lifts a hold on rows; on the second call nothing changes.
    ///
    /// # Errors
    /// When the store fails; the hold does not count as placed then.
    async fn set_hold(&self, mark: &HoldMark) -> Result<(), StoreError>;
}
