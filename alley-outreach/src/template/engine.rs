//! The template engine, cut down to what a message needs.
//!
//! minijinja without macros, includes, inheritance, debugging and functions; a short list of filters;
//! undefined names are errors; fuel bounds time and memory. A context is a flat map of the declared
//! variables: nothing else can be reached from a template.

use std::collections::BTreeMap;

use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, filters};

use super::{Fill, TemplateBody, Variable, VariableKind};
use crate::text::{MessageText, clean};

const SOURCE_BYTES: usize = 16 * 1024;
const NESTING: usize = 32;
const FUEL: u64 = 20_000;
const VARIABLES: usize = 64;
const VALUE_CHARS: usize = 4_000;
const LIST_ITEMS: usize = 100;

/// The engine that templates are checked for.
pub(crate) const ENGINE: &str = "minijinja 3";

/// Why a template cannot be saved or filled. Never holds texts or values.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The source is not a template.
    #[error("template for locale {locale}: syntax error in line {line}")]
    Syntax {
        /// The locale.
        locale: String,
        /// The line, from 1; 0 where it is not known.
        line: usize,
    },
    /// A name is used that is not declared, or has no value.
    #[error("template: the variable {name} is not declared or has no value")]
    Undefined {
        /// The name.
        name: String,
    },
    /// A bound was passed.
    #[error("template: {which}")]
    Limit {
        /// Which, and where it lies.
        which: &'static str,
    },
    /// A value is not of the declared kind.
    #[error("template: the value of {name} is not of the declared kind or too long")]
    Value {
        /// The variable.
        name: String,
    },
    /// The engine refused something else.
    #[error("template for locale {locale}: {what}")]
    Refused {
        /// The locale.
        locale: String,
        /// What, in the engine's words for kinds of errors.
        what: String,
    },
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(NESTING);
    environment.add_filter("upper", filters::upper);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("title", filters::title);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("default", filters::default);
    environment.add_filter("join", filters::join);
    environment.add_filter("replace", filters::replace);
    environment.add_filter("length", filters::length);
    environment.add_filter("truncate", truncate);
    environment.add_filter("number", number);
    environment.add_filter("currency", currency);
    environment
}

fn truncate(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(length.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// 1234567 becomes 1,234,567.
fn number(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if value < 0 { format!("-{grouped}") } else { grouped }
}

/// Minor units with two digits after the point, behind the currency's code: USD 1,234.50.
fn currency(minor: i64, code: &str) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let minor = minor.unsigned_abs();
    let major = i64::try_from(minor / 100).unwrap_or(i64::MAX);
    format!("{code} {sign}{}.{:02}", number(major), minor % 100)
}

/// Checks a body as it must be before it is saved: sizes, syntax in every locale, and that every
/// name in use is declared.
///
/// # Errors
/// The first thing that is wrong.
pub fn compile(body: &TemplateBody) -> Result<(), TemplateError> {
    if !body.texts.contains_key(&body.fallback) {
        return Err(TemplateError::Limit { which: "the fallback locale must have a text" });
    }
    if body.variables.len() > VARIABLES {
        return Err(TemplateError::Limit { which: "at most 64 variables" });
    }
    for variable in &body.variables {
        let plain = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let starts = variable.name.starts_with(|first: char| first.is_ascii_alphabetic());
        if !starts || variable.name.len() > 64 || !variable.name.chars().all(plain) {
            return Err(TemplateError::Value { name: variable.name.clone() });
        }
    }
    let environment = environment();
    for (locale, source) in &body.texts {
        if source.len() > SOURCE_BYTES {
            return Err(TemplateError::Limit { which: "a text has at most 16384 bytes" });
        }
        let template =
            environment.template_from_str(source).map_err(|error| failed(locale, &error))?;
        let declared = |name: &String| body.variables.iter().any(|variable| variable.name == *name);
        let mut unknown: Vec<String> = template
            .undeclared_variables(false)
            .into_iter()
            .filter(|name| !declared(name))
            .collect();
        unknown.sort_unstable();
        if let Some(name) = unknown.into_iter().next() {
            return Err(TemplateError::Undefined { name });
        }
    }
    Ok(())
}

/// Fills a template and cleans the result. Answers the locale that was used, and the text.
///
/// # Errors
/// When a value is missing, of another kind or too long, when a name is not declared, or when the
/// engine's bounds or `max_chars` are passed.
pub fn render(
    body: &TemplateBody,
    locale: Option<&str>,
    fills: &BTreeMap<String, Fill>,
    max_chars: u32,
) -> Result<(String, MessageText), TemplateError> {
    let missing = TemplateError::Limit { which: "the fallback locale must have a text" };
    let (locale, source) = body.choose(locale).ok_or(missing)?;
    if let Some(name) =
        fills.keys().find(|name| !body.variables.iter().any(|variable| variable.name == **name))
    {
        return Err(TemplateError::Undefined { name: name.clone() });
    }
    let mut context: BTreeMap<&str, Value> = BTreeMap::new();
    for variable in &body.variables {
        if let Some(value) = value(variable, fills.get(&variable.name))? {
            context.insert(&variable.name, value);
        }
    }
    let environment = environment();
    let template = environment.template_from_str(source).map_err(|error| failed(locale, &error))?;
    let output =
        template.render(Value::from_pairs(context)).map_err(|error| failed(locale, &error))?;
    let text = MessageText::new(&output);
    if text.chars() > usize::try_from(max_chars).unwrap_or(usize::MAX) {
        return Err(TemplateError::Limit {
            which: "the filled text is longer than the policy allows",
        });
    }
    Ok((locale.to_owned(), text))
}

fn value(variable: &Variable, fill: Option<&Fill>) -> Result<Option<Value>, TemplateError> {
    let wrong = || TemplateError::Value { name: variable.name.clone() };
    let limit = variable
        .max_len
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(VALUE_CHARS)
        .min(VALUE_CHARS);
    let text = |text: &str, lines: bool| {
        let cleaned = clean(text);
        let cleaned = if lines { cleaned } else { cleaned.replace('\n', " ") };
        if cleaned.chars().count() > limit { Err(wrong()) } else { Ok(cleaned) }
    };
    let lines = variable.kind == VariableKind::Lines;
    let value = match (fill, variable.kind, &variable.default) {
        (Some(Fill::Text(value)), VariableKind::Text | VariableKind::Lines, _) => {
            Value::from(text(value, lines)?)
        }
        (Some(Fill::Int(number)), VariableKind::Int, _) => Value::from(*number),
        (Some(Fill::Date(date)), VariableKind::Date, _) => Value::from(date.to_string()),
        (Some(Fill::List(items)), VariableKind::List, _) if items.len() <= LIST_ITEMS => {
            let items: Result<Vec<String>, _> =
                items.iter().map(|item| text(item, false)).collect();
            Value::from(items?)
        }
        (Some(_), _, _) => return Err(wrong()),
        (None, _, Some(default)) => Value::from(text(default, lines)?),
        (None, _, None) if variable.required => {
            return Err(TemplateError::Undefined { name: variable.name.clone() });
        }
        (None, _, None) => return Ok(None),
    };
    Ok(Some(value))
}

/// The engine's error without what it quotes of texts and values.
fn failed(locale: &str, error: &minijinja::Error) -> TemplateError {
    match error.kind() {
        ErrorKind::SyntaxError => {
            TemplateError::Syntax { locale: locale.to_owned(), line: error.line().unwrap_or(0) }
        }
        ErrorKind::UndefinedError => {
            TemplateError::Undefined { name: "(in an expression)".to_owned() }
        }
        ErrorKind::OutOfFuel => TemplateError::Limit { which: "filling it takes too long" },
        kind => TemplateError::Refused { locale: locale.to_owned(), what: kind.to_string() },
    }
}

#[cfg(test)]
mod tests;
