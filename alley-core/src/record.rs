//! What a stored record declares about itself: keys, subject, edges, and the data element of each field.

use crate::blob::Blob;
use crate::ids::TenantId;
use crate::value::{Field, FieldError, Storage, Value, ValueKind};

/// The path of a data element in the data map, such as `account.email`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Element(&'static str);

impl Element {
    /// Names an element; dotted, lower case. The data map must know it.
    pub const fn new(path: &'static str) -> Self {
        Self(path)
    }

    /// The path.
    pub const fn path(self) -> &'static str {
        self.0
    }
}

/// The declaration of one stored field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "written by the Record derive")]
pub struct FieldDecl {
    /// Field name, which is the column name as well.
    pub name: &'static str,
    /// What the value means.
    pub kind: ValueKind,
    /// Whether the value may be absent.
    pub optional: bool,
    /// The data element that the field holds; `None` for a field that can never hold personal data.
    pub element: Option<Element>,
}

impl FieldDecl {
    /// What the field holds once its content was erased while the row stays.
    pub const fn blank(&self) -> Value {
        if self.optional {
            return Value::Null;
        }
        match self.kind.storage() {
            Storage::Int => Value::Int(0),
            Storage::Text => Value::Text(String::new()),
            Storage::Bytes => Value::Bytes(Blob::new()),
        }
    }
}

/// What happens to the source of a reference when its target is erased.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "an engine must handle each")]
pub enum OnErased {
    /// The field becomes absent.
    Nullify,
    /// The field gets a pseudonym that is stable within one erasure plan.
    Pseudonymize,
    /// The source is erased as well.
    DeleteSource,
    /// The row stays untouched; what links the pseudonym to the person is destroyed.
    SeverKey,
    /// The target may not be erased while the source stays.
    Restrict,
}

/// How a record hangs on another one. Declared on the record whose field holds the other's id.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "an engine must handle each")]
pub enum EdgeKind {
    /// The target owns this record: it goes when the target goes.
    OwnedBy,
    /// The target is one of several holders: this record goes with the last of them.
    SharedBy,
    /// This record mentions the target.
    References(OnErased),
}

/// An edge of the record graph.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "written by the Record derive")]
pub struct EdgeDecl {
    /// What the edge means.
    pub kind: EdgeKind,
    /// Name of the record type at the other end.
    pub target: &'static str,
    /// The field of this record that holds the other's id.
    pub field: &'static str,
}

/// A set of fields whose values no two rows share.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "written by the Record derive")]
pub struct Unique {
    /// Name of the rule; a `Duplicate` error carries it.
    pub name: &'static str,
    /// The fields. Rows in which one of them is absent do not take part.
    pub fields: &'static [&'static str],
}

/// The declaration of a record type; made by `#[derive(Record)]`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "written by the Record derive")]
pub struct RecordType {
    /// Name in the data map, lower case with underscores.
    pub name: &'static str,
    /// The crate that defines it: `core`, `tiktok`, `billing`, `outreach`, `privacy`, or a host's word.
    pub domain: &'static str,
    /// All fields in the order of declaration.
    pub fields: &'static [FieldDecl],
    /// The field that identifies a row (within its tenant, if there is one).
    pub id: &'static str,
    /// The field that holds the tenant; then the key is (tenant, id) and no row crosses tenants.
    pub tenant: Option<&'static str>,
    /// The field that holds the id of the person the row is about.
    pub subject: Option<&'static str>,
    /// How the record hangs on others.
    pub edges: &'static [EdgeDecl],
    /// The field whose instant starts the retention period on the row itself.
    pub anchor: Option<&'static str>,
    /// For synced records: the field with the source's own time of the state.
    pub source_time: Option<&'static str>,
    /// Uniqueness beside the key.
    pub unique: &'static [Unique],
}

impl RecordType {
    /// The position of a field in a row.
    pub fn position(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|decl| decl.name == field)
    }

    /// The declaration of a field.
    pub fn field(&self, name: &str) -> Option<&'static FieldDecl> {
        self.fields.iter().find(|decl| decl.name == name)
    }

    /// Whether a field holds a data element.
    pub fn is_personal(&self) -> bool {
        self.fields.iter().any(|decl| decl.element.is_some())
    }
}

/// A record that a store can keep; flat, one column a field. Derive it.
///
/// On the struct, `#[record(…)]`, once or in several lines:
///
/// | attribute | what it says |
/// |---|---|
/// | `name = "…", domain = "…"` | the table is `<prefix><domain>_<name>` |
/// | `id = field` | what identifies a row, within its tenant if there is one |
/// | `tenant = field` | whose row it is |
/// | `subject = field` | the id of the person whom the row is about |
/// | `anchor = field` | the instant at which the retention period of the row starts |
/// | `source_time = field` | for rows that another system owns: its own time of the state |
/// | `owned_by(target = field)` | the row goes when the row of type `target` goes; a tenant's row needs at least `owned_by(tenant = field)` |
/// | `shared_by(target = field)` | the row goes with the last of its holders |
/// | `references(target = field, on_erased = …)` | the row mentions another: `nullify`, `pseudonymize`, `delete_source`, `sever_key` or `restrict` |
/// | `unique(rule(field, …))` | no two rows have the same values; [`Duplicate`](crate::StoreErrorKind::Duplicate) names the rule |
///
/// On each field one of `#[record(technical)]`, for what can never be personal, and
/// `#[record(element = CONSTANT)]`, which names the data element: role, retention, export and erasure
/// follow from that element in the data map, so choose it for these.
///
/// A struct with a `Drop` of its own cannot derive it: fields are moved out.
///
/// # Examples
/// ```
/// use alley_core::{AccountId, Record, TenantId, elements};
/// use chrono::{DateTime, Utc};
///
/// #[derive(Clone, Debug, Record)]
/// #[record(name = "note", domain = "crm", id = note_id, tenant = tenant_id, anchor = written_at)]
/// #[record(owned_by(tenant = tenant_id), references(account = author, on_erased = nullify))]
/// #[record(unique(by_title(tenant_id, title)))]
/// struct Note {
///     #[record(technical)]
///     tenant_id: TenantId,
///     #[record(technical)]
///     note_id: String,
///     #[record(element = elements::ACCOUNT_IDENTITY)]
///     author: Option<AccountId>,
///     #[record(element = elements::CONNECTED_CREATOR)]
///     title: String,
///     #[record(technical)]
///     written_at: DateTime<Utc>,
/// }
///
/// assert_eq!(Note::TYPE.name, "note");
/// ```
pub trait Record: Clone + std::fmt::Debug + Send + Sync + 'static {
    /// The declaration.
    const TYPE: &'static RecordType;

    /// The key of this row.
    fn key(&self) -> Key;

    /// The values in the order of the declaration.
    fn to_row(&self) -> Row;

    /// The same of a record that is not needed any more: what the derive writes moves texts and bytes
    /// instead of copying them.
    fn into_row(self) -> Row {
        self.to_row()
    }

    /// Reads values in the order of the declaration.
    ///
    /// # Errors
    /// When a value is not of the declared kind or the number of values differs.
    fn from_row(row: impl IntoIterator<Item = Value>) -> Result<Self, FieldError>;
}

/// The values of a record in the order of its declaration.
pub type Row = Vec<Value>;

/// The key of a row: its tenant, if the record type has one, and its id.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Key {
    tenant: Option<TenantId>,
    id: Value,
}

impl Key {
    /// Key of a record without a tenant.
    pub fn global(id: &impl Field) -> Self {
        Self { tenant: None, id: id.to_value() }
    }

    /// Key of a record of `tenant`.
    pub fn of(tenant: TenantId, id: &impl Field) -> Self {
        Self { tenant: Some(tenant), id: id.to_value() }
    }

    /// For stores that read keys back.
    pub const fn from_parts(tenant: Option<TenantId>, id: Value) -> Self {
        Self { tenant, id }
    }

    /// The tenant, for records that have one.
    pub const fn tenant(&self) -> Option<TenantId> {
        self.tenant
    }

    /// The id value.
    pub const fn id(&self) -> &Value {
        &self.id
    }

    /// The values of its fields: the tenant, if there is one, and the id.
    pub fn values(&self) -> Vec<Value> {
        let tenant = self.tenant.map(|tenant| tenant.to_value());
        tenant.into_iter().chain([self.id.clone()]).collect()
    }

    /// An injective byte form, for associated data and for tables that keep keys of several types.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(40);
        match self.tenant {
            None => bytes.push(0),
            Some(tenant) => {
                bytes.push(1);
                bytes.extend_from_slice(tenant.as_uuid().as_bytes());
            }
        }
        match &self.id {
            Value::Null => bytes.push(0),
            Value::Int(number) => {
                bytes.push(1);
                bytes.extend_from_slice(&number.to_be_bytes());
            }
            Value::Text(text) => {
                bytes.push(2);
                bytes.extend_from_slice(text.as_bytes());
            }
            Value::Bytes(raw) => {
                bytes.push(3);
                bytes.extend_from_slice(raw);
            }
        }
        bytes
    }

    /// Reads the byte form back.
    ///
    /// # Errors
    /// When the bytes are not such a form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FieldError> {
        let wrong = FieldError::new("the byte form of a key");
        let (tenant, rest) = match bytes.split_first().ok_or(wrong)? {
            (0, rest) => (None, rest),
            (1, rest) => {
                let (tenant, rest) = rest.split_at_checked(16).ok_or(wrong)?;
                let uuid = uuid::Uuid::from_slice(tenant).map_err(|_cause| wrong)?;
                (Some(TenantId::from_uuid(uuid)), rest)
            }
            _ => return Err(wrong),
        };
        let id = match rest.split_first().ok_or(wrong)? {
            (0, []) => Value::Null,
            (1, number) => {
                let number = <[u8; 8]>::try_from(number).map_err(|_cause| wrong)?;
                Value::Int(i64::from_be_bytes(number))
            }
            (2, text) => Value::Text(String::from_utf8(text.to_vec()).map_err(|_cause| wrong)?),
            (3, raw) => Value::bytes(raw),
            _ => return Err(wrong),
        };
        Ok(Self { tenant, id })
    }
}

/// For the derive: reads the next value of a row as a field.
///
/// # Errors
/// When the row is too short or the value is of another kind.
#[doc(hidden)]
pub fn take<T: Field>(row: &mut impl Iterator<Item = Value>) -> Result<T, FieldError> {
    T::from_value(row.next().ok_or(FieldError::new("a row with a value for each field"))?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<i64>().prop_map(Value::Int),
            ".*".prop_map(Value::Text),
            any::<Vec<u8>>().prop_map(Value::bytes),
        ]
    }

    proptest! {
        #[test]
        fn key_bytes_are_injective(a in values(), b in values(), tenant in any::<Option<u128>>()) {
            let tenant = tenant.map(|bits| TenantId::from_uuid(uuid::Uuid::from_u128(bits)));
            let (a, b) = (Key::from_parts(tenant, a), Key::from_parts(tenant, b));
            prop_assert_eq!(&Key::from_bytes(&a.to_bytes()).unwrap(), &a);
            prop_assert_eq!(a == b, a.to_bytes() == b.to_bytes());
        }
    }
}
