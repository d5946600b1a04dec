//! JSON that remembers double keys and places, so that every fault can be named.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::fault::{Fault, FaultCode, nearest};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

impl Tree {
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        serde_json::from_str(text).map_err(|error| {
            let message = format!(
                "not JSON at line {}, column {}: it must be one JSON object",
                error.line(),
                error.column()
            );
            Fault::new(FaultCode::Json, "", message)
        })
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "an object",
        }
    }

    pub(super) fn duplicate_keys(&self, pointer: &str, faults: &mut Vec<Fault>) {
        match self {
            Self::List(items) => {
                for (place, item) in items.iter().enumerate() {
                    item.duplicate_keys(&format!("{pointer}/{place}"), faults);
                }
            }
            Self::Map(entries) => {
                let mut seen = HashSet::new();
                for (key, value) in entries {
                    let pointer = format!("{pointer}/{}", escaped(key));
                    if !seen.insert(key) {
                        let message = format!("the key \"{key}\" stands twice; write it once");
                        faults.push(Fault::new(FaultCode::DuplicateKey, &pointer, message));
                    }
                    value.duplicate_keys(&pointer, faults);
                }
            }
            _ => {}
        }
    }
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TreeVisitor;
        impl<'de> Visitor<'de> for TreeVisitor {
            type Value = Tree;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E>(self) -> Result<Tree, E> {
                Ok(Tree::Null)
            }
            fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
                Ok(Tree::Bool(value))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
                Ok(Tree::Number(value))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
                #[expect(clippy::cast_precision_loss, reason = "no number of a map is that large")]
                Ok(Tree::Number(value as f64))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
                #[expect(clippy::cast_precision_loss, reason = "no number of a map is that large")]
                Ok(Tree::Number(value as f64))
            }
            fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
                Ok(Tree::Text(value.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Tree::List(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Tree::Map(entries))
            }
        }
        deserializer.deserialize_any(TreeVisitor)
    }
}

/// Reads one object field by field and collects what is wrong; absent values get stand-ins, so
/// that all faults of a text are found in one go. The result counts only if there were none.
#[derive(Debug)]
pub(super) struct Object<'a> {
    pointer: String,
    entries: &'a [(String, Tree)],
    known: Vec<&'static str>,
}

impl<'a> Object<'a> {
    pub(super) fn new(tree: &'a Tree, pointer: String, faults: &mut Vec<Fault>) -> Self {
        let entries = match tree {
            Tree::Map(entries) => entries.as_slice(),
            other => {
                faults.push(wrong_type(&pointer, "an object", other));
                &[]
            }
        };
        Self { pointer, entries, known: Vec::new() }
    }

    pub(super) fn pointer(&self, field: &str) -> String {
        format!("{}/{}", self.pointer, escaped(field))
    }

    fn get(&mut self, field: &'static str) -> Option<&'a Tree> {
        self.known.push(field);
        self.entries.iter().find(|(key, _)| key == field).map(|(_, value)| value)
    }

    fn required(&mut self, field: &'static str, faults: &mut Vec<Fault>) -> Option<&'a Tree> {
        let found = self.get(field);
        if found.is_none() {
            let message = format!("the field \"{field}\" is missing");
            faults.push(Fault::new(FaultCode::MissingField, self.pointer(field), message));
        }
        found
    }

    /// A field that this crate does not use and a map may have.
    pub(super) fn ignore(&mut self, fields: &[&'static str]) {
        self.known.extend(fields);
    }

    pub(super) fn text(&mut self, field: &'static str, faults: &mut Vec<Fault>) -> String {
        match self.required(field, faults) {
            Some(Tree::Text(text)) => text.clone(),
            Some(other) => {
                faults.push(wrong_type(&self.pointer(field), "text", other));
                String::new()
            }
            None => String::new(),
        }
    }

    pub(super) fn optional_text(
        &mut self,
        field: &'static str,
        faults: &mut Vec<Fault>,
    ) -> Option<String> {
        match self.get(field) {
            None | Some(Tree::Null) => None,
            Some(Tree::Text(text)) => Some(text.clone()),
            Some(other) => {
                faults.push(wrong_type(&self.pointer(field), "text or null", other));
                None
            }
        }
    }

    pub(super) fn flag(&mut self, field: &'static str, or: bool, faults: &mut Vec<Fault>) -> bool {
        match self.get(field) {
            None => or,
            Some(Tree::Bool(flag)) => *flag,
            Some(other) => {
                faults.push(wrong_type(&self.pointer(field), "true or false", other));
                or
            }
        }
    }

    /// An id: lower-case letters, digits, `_`, `.`, `-`.
    pub(super) fn id(&mut self, field: &'static str, faults: &mut Vec<Fault>) -> String {
        let text = self.text(field, faults);
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.-".contains(c);
        if !text.is_empty() && !text.chars().all(fits) {
            let message = format!("\"{text}\" is no id: write lower-case letters, digits, _ . -");
            faults.push(Fault::new(FaultCode::IdFormat, self.pointer(field), message));
        }
        text
    }

    pub(super) fn word<T: FromStr>(
        &mut self,
        field: &'static str,
        known: &[&'static str],
        faults: &mut Vec<Fault>,
    ) -> Option<T> {
        let text = match self.required(field, faults)? {
            Tree::Text(text) => text,
            other => {
                faults.push(wrong_type(&self.pointer(field), "text", other));
                return None;
            }
        };
        word(text, &self.pointer(field), known, faults)
    }

    pub(super) fn words<T: FromStr>(
        &mut self,
        field: &'static str,
        known: &[&'static str],
        faults: &mut Vec<Fault>,
    ) -> Vec<T> {
        let texts = self.texts(field, faults);
        let pointer = self.pointer(field);
        let each = texts.iter().enumerate();
        each.filter_map(|(place, text)| word(text, &format!("{pointer}/{place}"), known, faults))
            .collect()
    }

    pub(super) fn texts(&mut self, field: &'static str, faults: &mut Vec<Fault>) -> Vec<String> {
        let pointer = self.pointer(field);
        let items = self.items(field, faults);
        let each = items.iter().enumerate().filter_map(|(place, item)| match item {
            Tree::Text(text) => Some(text.clone()),
            other => {
                faults.push(wrong_type(&format!("{pointer}/{place}"), "text", other));
                None
            }
        });
        each.collect()
    }

    pub(super) fn list<T>(
        &mut self,
        field: &'static str,
        faults: &mut Vec<Fault>,
        read: impl Fn(&mut Object<'_>, &mut Vec<Fault>) -> T,
    ) -> Vec<T> {
        let pointer = self.pointer(field);
        let items = self.items(field, faults);
        let each = items.iter().enumerate().map(|(place, item)| {
            let mut object = Object::new(item, format!("{pointer}/{place}"), faults);
            let read = read(&mut object, faults);
            object.finish(faults);
            read
        });
        each.collect()
    }

    pub(super) fn child<T: Default>(
        &mut self,
        field: &'static str,
        faults: &mut Vec<Fault>,
        read: impl Fn(&mut Object<'_>, &mut Vec<Fault>) -> T,
    ) -> T {
        let pointer = self.pointer(field);
        let Some(tree) = self.required(field, faults) else {
            return T::default();
        };
        let mut object = Object::new(tree, pointer, faults);
        let read = read(&mut object, faults);
        object.finish(faults);
        read
    }

    fn items(&mut self, field: &'static str, faults: &mut Vec<Fault>) -> &'a [Tree] {
        match self.required(field, faults) {
            Some(Tree::List(items)) => items,
            Some(other) => {
                faults.push(wrong_type(&self.pointer(field), "a list", other));
                &[]
            }
            None => &[],
        }
    }

    /// Reports the fields that nobody asked for.
    pub(super) fn finish(self, faults: &mut Vec<Fault>) {
        for (key, _) in self.entries {
            if !self.known.contains(&key.as_str()) {
                let hint = nearest(key, self.known.iter().copied());
                let message = format!("unknown field \"{key}\"{hint}");
                faults.push(Fault::new(FaultCode::UnknownField, self.pointer(key), message));
            }
        }
    }
}

fn word<T: FromStr>(
    text: &str,
    pointer: &str,
    known: &[&'static str],
    faults: &mut Vec<Fault>,
) -> Option<T> {
    let read = text.parse().ok();
    if read.is_none() {
        let hint = nearest(text, known.iter().copied());
        let message = format!("\"{text}\" is not one of {}{hint}", known.join(", "));
        faults.push(Fault::new(FaultCode::Enum, pointer, message));
    }
    read
}

fn wrong_type(pointer: &str, wanted: &str, found: &Tree) -> Fault {
    let message = format!("must be {wanted}, is {}", found.kind());
    Fault::new(FaultCode::Type, pointer, message)
}
