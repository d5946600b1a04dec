//! What `#[record(…)]` says, on the struct and on its fields.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, DeriveInput, Expr, Field, Ident, LitStr, Result, Token};

pub(crate) struct Declaration {
    pub(crate) name: LitStr,
    pub(crate) domain: LitStr,
    pub(crate) id: Ident,
    pub(crate) tenant: Option<Ident>,
    pub(crate) subject: Option<Ident>,
    pub(crate) anchor: Option<Ident>,
    pub(crate) source_time: Option<Ident>,
    pub(crate) edges: Vec<Edge>,
    pub(crate) unique: Vec<(Ident, Vec<Ident>)>,
}

pub(crate) struct Edge {
    pub(crate) kind: EdgeKind,
    pub(crate) target: Ident,
    pub(crate) field: Ident,
}

pub(crate) enum EdgeKind {
    OwnedBy,
    SharedBy,
    References(&'static str),
}

impl Declaration {
    pub(crate) fn parse(input: &DeriveInput) -> Result<Self> {
        let mut seen = Seen::default();
        for attribute in record_attributes(&input.attrs) {
            attribute.parse_nested_meta(|meta| seen.entry(&meta))?;
        }
        let missing = |what: &str| {
            let message = format!("a record needs `#[record({what} = …)]`");
            syn::Error::new_spanned(&input.ident, message)
        };
        Ok(Self {
            name: seen.name.ok_or_else(|| missing("name"))?,
            domain: seen.domain.ok_or_else(|| missing("domain"))?,
            id: seen.id.ok_or_else(|| missing("id"))?,
            tenant: seen.tenant,
            subject: seen.subject,
            anchor: seen.anchor,
            source_time: seen.source_time,
            edges: seen.edges,
            unique: seen.unique,
        })
    }

    /// Every field name that the struct attributes mention.
    pub(crate) fn mentioned(&self) -> impl Iterator<Item = &Ident> {
        let single = [&self.tenant, &self.subject, &self.anchor, &self.source_time];
        std::iter::once(&self.id)
            .chain(single.into_iter().flatten())
            .chain(self.edges.iter().map(|edge| &edge.field))
            .chain(self.unique.iter().flat_map(|(_, fields)| fields))
    }
}

#[derive(Default)]
struct Seen {
    name: Option<LitStr>,
    domain: Option<LitStr>,
    id: Option<Ident>,
    tenant: Option<Ident>,
    subject: Option<Ident>,
    anchor: Option<Ident>,
    source_time: Option<Ident>,
    edges: Vec<Edge>,
    unique: Vec<(Ident, Vec<Ident>)>,
}

impl Seen {
    fn entry(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let word = meta.path.require_ident()?.to_string();
        match word.as_str() {
            "name" => self.name = Some(meta.value()?.parse()?),
            "domain" => self.domain = Some(meta.value()?.parse()?),
            "id" => self.id = Some(meta.value()?.parse()?),
            "tenant" => self.tenant = Some(meta.value()?.parse()?),
            "subject" => self.subject = Some(meta.value()?.parse()?),
            "anchor" => self.anchor = Some(meta.value()?.parse()?),
            "source_time" => self.source_time = Some(meta.value()?.parse()?),
            "owned_by" | "shared_by" | "references" => self.edges.push(edge(&word, meta)?),
            "unique" => meta.parse_nested_meta(|rule| {
                let name = rule.path.require_ident()?.clone();
                let content;
                syn::parenthesized!(content in rule.input);
                let fields = content.parse_terminated(Ident::parse_any_ident, Token![,])?;
                self.unique.push((name, fields.into_iter().collect()));
                Ok(())
            })?,
            _ => {
                return Err(meta.error(
                    "unknown: write name, domain, id, tenant, subject, anchor, source_time, \
                     owned_by(…), shared_by(…), references(…) or unique(…)",
                ));
            }
        }
        Ok(())
    }
}

trait ParseAnyIdent: Sized {
    fn parse_any_ident(input: syn::parse::ParseStream<'_>) -> Result<Self>;
}

impl ParseAnyIdent for Ident {
    fn parse_any_ident(input: syn::parse::ParseStream<'_>) -> Result<Self> {
        input.parse()
    }
}

/// `owned_by(account = account_id)`, `references(creator = creator_ref, on_erased = nullify)`.
fn edge(word: &str, meta: &ParseNestedMeta<'_>) -> Result<Edge> {
    let mut ends = None;
    let mut on_erased = None;
    meta.parse_nested_meta(|entry| {
        let name = entry.path.require_ident()?.clone();
        let value: Ident = entry.value()?.parse()?;
        if name == "on_erased" {
            on_erased = Some(match value.to_string().as_str() {
                "nullify" => "Nullify",
                "pseudonymize" => "Pseudonymize",
                "delete_source" => "DeleteSource",
                "sever_key" => "SeverKey",
                "restrict" => "Restrict",
                _ => {
                    return Err(syn::Error::new_spanned(
                        value,
                        "write nullify, pseudonymize, delete_source, sever_key or restrict",
                    ));
                }
            });
        } else {
            ends = Some((name, value));
        }
        Ok(())
    })?;
    let (target, field) = ends
        .ok_or_else(|| meta.error("name the other record and the field: `account = account_id`"))?;
    let kind = match (word, on_erased) {
        ("owned_by", None) => EdgeKind::OwnedBy,
        ("shared_by", None) => EdgeKind::SharedBy,
        ("references", Some(on_erased)) => EdgeKind::References(on_erased),
        ("references", None) => {
            return Err(meta.error("a reference says what happens: add `on_erased = …`"));
        }
        _ => return Err(meta.error("only a reference has `on_erased`")),
    };
    Ok(Edge { kind, target, field })
}

/// The element of a field: `Some(path)`, or `None` for a technical one.
pub(crate) fn element(field: &Field) -> Result<Option<Expr>> {
    let mut found: Option<Option<Expr>> = None;
    for attribute in record_attributes(&field.attrs) {
        attribute.parse_nested_meta(|meta| {
            let said = if meta.path.is_ident("technical") {
                None
            } else if meta.path.is_ident("element") {
                Some(meta.value()?.parse()?)
            } else {
                return Err(meta.error("write `element = …` or `technical`"));
            };
            if found.replace(said).is_some() {
                return Err(meta.error("a field declares one element, or `technical`, once"));
            }
            Ok(())
        })?;
    }
    found.ok_or_else(|| {
        let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
        let message = format!(
            "field `{name}` declares no data element: write \
             `#[record(element = elements::…)]` with the element of the data map that it holds, \
             or `#[record(technical)]` if it can never hold personal data"
        );
        syn::Error::new_spanned(field, message)
    })
}

fn record_attributes(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("record"))
}
