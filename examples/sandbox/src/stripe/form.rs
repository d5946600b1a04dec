use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::problem::Problem;
use crate::query::Query;

/// The parameters of one call, as `a[b][0]` keys with decoded values.
#[derive(Debug, Default)]
pub(crate) struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    /// Reads the query and a form body together.
    pub(crate) fn read(query: &str, body: &[u8]) -> Result<Self, Problem> {
        let broken = || Problem::request("Invalid form encoding");
        let body = std::str::from_utf8(body).map_err(|_not_text| broken())?;
        let mut pairs = Vec::new();
        for text in [query, body] {
            let read = Query::parse(text).ok_or_else(broken)?;
            pairs.extend(read.pairs().iter().cloned());
        }
        Ok(Self { pairs })
    }

    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// A value that is there and not empty.
    pub(crate) fn need(&self, key: &str) -> Result<&str, Problem> {
        self.get(key).filter(|value| !value.is_empty()).ok_or_else(|| Problem::missing(key))
    }

    pub(crate) fn integer(&self, key: &str) -> Result<Option<i64>, Problem> {
        self.get(key)
            .map(|text| text.parse().map_err(|_unread| Problem::invalid(key, "an integer")))
            .transpose()
    }

    pub(crate) fn boolean(&self, key: &str) -> Result<Option<bool>, Problem> {
        match self.get(key) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Problem::invalid(key, "true or false")),
        }
    }

    /// The rows of a list of maps, in the order of their index: `items[0][price]` is member `price`
    /// of the first row. Deeper keys keep their brackets.
    pub(crate) fn rows(&self, list: &str) -> Vec<BTreeMap<String, String>> {
        let mut rows: BTreeMap<usize, BTreeMap<String, String>> = BTreeMap::new();
        for (key, value) in &self.pairs {
            let found = key
                .strip_prefix(list)
                .and_then(|rest| rest.strip_prefix('['))
                .and_then(|rest| rest.split_once("]["))
                .and_then(|(index, member)| Some((index.parse().ok()?, member.strip_suffix(']')?)));
            if let Some((index, member)) = found {
                rows.entry(index).or_default().insert(member.to_owned(), value.clone());
            }
        }
        rows.into_values().collect()
    }

    /// The scalars of a list, `list[0]=` or `list[]=`.
    pub(crate) fn scalars(&self, list: &str) -> Vec<&str> {
        self.pairs
            .iter()
            .filter(|(key, _)| {
                key.strip_prefix(list)
                    .and_then(|rest| rest.strip_prefix('[')?.strip_suffix(']'))
                    .is_some_and(|index| index.bytes().all(|byte| byte.is_ascii_digit()))
            })
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// Applies `map[key]=value` pairs to a map of texts: an empty value removes the key, an empty
    /// `map=` removes all.
    pub(crate) fn apply_map(&self, name: &str, to: &mut Map<String, Value>) -> Result<(), Problem> {
        if self.get(name) == Some("") {
            to.clear();
        }
        for (key, value) in &self.pairs {
            let Some(member) =
                key.strip_prefix(name).and_then(|rest| rest.strip_prefix('[')?.strip_suffix(']'))
            else {
                continue;
            };
            if member.chars().count() > 40 || value.chars().count() > 500 {
                return Err(Problem::invalid(key, "at most 40 characters a key and 500 a value"));
            }
            if value.is_empty() {
                to.remove(member);
            } else {
                to.insert(member.to_owned(), Value::from(value.as_str()));
            }
        }
        if to.len() > 50 {
            return Err(Problem::invalid(name, "at most 50 keys"));
        }
        Ok(())
    }

    /// A map of texts from nothing.
    pub(crate) fn map(&self, name: &str) -> Result<Value, Problem> {
        let mut map = Map::new();
        self.apply_map(name, &mut map)?;
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Form;

    #[test]
    fn nested_lists_and_maps_are_read() {
        let body =
            b"line_items[0][price]=p1&line_items%5B0%5D%5Bquantity%5D=2&line_items[1][price]=p2\
            &expand[]=a&expand[1]=b&metadata[x]=1+2";
        let form = Form::read("", body).unwrap();
        let rows = form.rows("line_items");
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].get("quantity").map(String::as_str), Some("2"));
        assert_eq!(form.scalars("expand"), ["a", "b"]);
        assert_eq!(form.map("metadata").unwrap(), json!({ "x": "1 2" }));
    }

    #[test]
    fn empty_value_removes_a_metadata_key() {
        let mut map = json!({ "a": "1", "b": "2" }).as_object().unwrap().clone();
        Form::read("", b"metadata[a]=").unwrap().apply_map("metadata", &mut map).unwrap();
        assert_eq!(map.len(), 1);
        Form::read("", b"metadata=").unwrap().apply_map("metadata", &mut map).unwrap();
        assert!(map.is_empty());
    }
}
