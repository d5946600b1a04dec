//! Templates: texts with places to fill, checked when they are saved.

use std::collections::BTreeMap;

use alley_core::{AccountId, Digest32, Json, Query, Record, TenantId, elements, text_enum};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{TemplateId, TemplateVersionId};

mod engine;
mod finding;

pub(crate) use engine::ENGINE;
pub use engine::{TemplateError, compile, render};
pub use finding::{ContentCheck, Finding, Severity, findings, standard_checks};

text_enum! {
    /// How a text reaches a creator, by the seller's hand.
    pub enum Channel {
        /// A chat message.
        ImMessage => "im_message",
        /// The text of an invitation to a target collaboration.
        TargetInvite => "target_invite",
        /// A reminder to post about a sample.
        SampleReminder => "sample_reminder",
        /// An e-mail.
        Email => "email",
        /// Anything else.
        Other => "other",
    }
}

text_enum! {
    /// Whether a template is offered.
    pub enum TemplateStatus {
        /// It is.
        Active => "active",
        /// It is kept for the drafts made from it.
        Archived => "archived",
    }
}

/// A template.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "template", domain = "outreach", id = template_id, tenant = tenant_id)]
#[record(anchor = archived_at, owned_by(tenant = tenant_id), unique(name(tenant_id, name)))]
#[non_exhaustive]
pub struct Template {
    /// The seller.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// Time-ordered.
    #[record(technical)]
    pub template_id: TemplateId,
    /// Unique within the tenant.
    #[record(element = elements::CONTENT_TEMPLATE)]
    pub name: String,
    /// What it is for.
    #[record(element = elements::CONTENT_TEMPLATE)]
    pub channel: Channel,
    /// Whether it is offered.
    #[record(element = elements::CONTENT_TEMPLATE)]
    pub status: TemplateStatus,
    /// Number of the current version, from 1.
    #[record(element = elements::CONTENT_TEMPLATE)]
    pub current_version: u32,
    /// Who made it.
    #[record(element = elements::CONTENT_TEMPLATE)]
    pub created_by: Option<AccountId>,
    /// When.
    #[record(element = elements::CONTENT_TEMPLATE)]
    pub created_at: DateTime<Utc>,
    /// When it was archived; retention counts from here.
    #[record(element = elements::CONTENT_TEMPLATE)]
    pub archived_at: Option<DateTime<Utc>>,
}

/// One version of a template. Never changed.
#[derive(Clone, Debug, Eq, PartialEq, Record)]
#[record(name = "template_version", domain = "outreach", id = version_id, tenant = tenant_id)]
#[record(owned_by(template = template_id), unique(number(tenant_id, template_id, number)))]
#[non_exhaustive]
pub struct TemplateVersion {
    /// The seller.
    #[record(technical)]
    pub tenant_id: TenantId,
    /// Time-ordered.
    #[record(technical)]
    pub version_id: TemplateVersionId,
    /// The template.
    #[record(technical)]
    pub template_id: TemplateId,
    /// From 1 without holes.
    #[record(element = elements::CONTENT_TEMPLATE)]
    pub number: u32,
    /// Texts and variables.
    #[record(element = elements::CONTENT_TEMPLATE)]
    pub body: Json<TemplateBody>,
    /// The engine and its version, for which the texts were checked.
    #[record(technical)]
    pub engine: String,
    /// SHA-256 of the body's canonical JSON.
    #[record(technical)]
    pub hash: Digest32,
    /// When.
    #[record(element = elements::CONTENT_TEMPLATE)]
    pub created_at: DateTime<Utc>,
}

/// Texts by locale, and the places to fill in them.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "written by hosts")]
pub struct TemplateBody {
    /// Source by language tag: `en`, `en-US`.
    pub texts: BTreeMap<String, String>,
    /// The locale that is used where neither the exact one nor its language is there.
    pub fallback: String,
    /// Every name that a text may use.
    pub variables: Vec<Variable>,
}

impl std::fmt::Debug for TemplateBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TemplateBody")
            .field("locales", &self.texts.keys().collect::<Vec<_>>())
            .field("variables", &self.variables)
            .finish_non_exhaustive()
    }
}

impl TemplateBody {
    /// A text in one locale.
    pub fn new(
        locale: impl Into<String>,
        text: impl Into<String>,
        variables: Vec<Variable>,
    ) -> Self {
        let fallback = locale.into();
        Self { texts: BTreeMap::from([(fallback.clone(), text.into())]), fallback, variables }
    }

    /// The locale and source for a wanted locale: the exact one, else its language, else the
    /// fallback. Never a mixture.
    pub fn choose(&self, wanted: Option<&str>) -> Option<(&str, &str)> {
        let language = wanted.and_then(|tag| tag.split('-').next());
        [wanted, language, Some(self.fallback.as_str())]
            .into_iter()
            .flatten()
            .find_map(|tag| self.texts.get_key_value(tag))
            .map(|(locale, text)| (locale.as_str(), text.as_str()))
    }
}

/// A place to fill.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "written by hosts")]
pub struct Variable {
    /// As the texts write it: letters, digits and underscores.
    pub name: String,
    /// What may be filled in.
    pub kind: VariableKind,
    /// Whether rendering fails without it.
    #[serde(default)]
    pub required: bool,
    /// What stands there if nothing is given.
    #[serde(default)]
    pub default: Option<String>,
    /// Characters at most.
    #[serde(default)]
    pub max_len: Option<u32>,
}

impl Variable {
    /// A text that must be given.
    pub fn required(name: impl Into<String>) -> Self {
        let kind = VariableKind::Text;
        Self { name: name.into(), kind, required: true, default: None, max_len: None }
    }

    /// A text that may be left out.
    pub fn optional(name: impl Into<String>, default: impl Into<String>) -> Self {
        Self { required: false, default: Some(default.into()), ..Self::required(name) }
    }
}

/// What may be filled in.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "written by hosts")]
pub enum VariableKind {
    /// One line.
    Text,
    /// Several lines.
    Lines,
    /// A whole number.
    Int,
    /// A date.
    Date,
    /// Several texts.
    List,
}

/// A value for a variable. Data only: never parsed as a template.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fill {
    /// For [`VariableKind::Text`] and [`VariableKind::Lines`].
    Text(String),
    /// For [`VariableKind::Int`].
    Int(i64),
    /// For [`VariableKind::Date`].
    Date(NaiveDate),
    /// For [`VariableKind::List`].
    List(Vec<String>),
}

impl std::fmt::Debug for Fill {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text(…)",
            Self::Int(_) => "Int(…)",
            Self::Date(_) => "Date(…)",
            Self::List(_) => "List(…)",
        })
    }
}

impl From<&str> for Fill {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Fill {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Fill {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

/// The version of a template with one number.
pub(crate) static TEMPLATE_VERSION: Query =
    Query::new("template_version_by_number", TemplateVersion::TYPE).equals(&[
        "tenant_id",
        "template_id",
        "number",
    ]);

/// A tenant's templates.
pub(crate) static TEMPLATES: Query =
    Query::new("templates_of_tenant", Template::TYPE).equals(&["tenant_id"]).order_by("name");
