use std::collections::BTreeMap;

use super::form::Form;
use super::problem::Problem;

/// The documented form keys of each operation that is played.
#[derive(Debug)]
pub(crate) struct Params(BTreeMap<String, Vec<Vec<String>>>);

impl Params {
    pub(crate) fn documented() -> Self {
        let mut operations: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
        let mut current = String::new();
        for line in DOCUMENTED.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(key) = line.strip_prefix("  ") {
                operations.entry(current.clone()).or_default().push(segments(key));
            } else {
                line.clone_into(&mut current);
                operations.entry(current.clone()).or_default();
            }
        }
        Self(operations)
    }

    /// Refuses the first key that the operation does not know.
    pub(crate) fn check(&self, operation: &str, form: &Form) -> Result<(), Problem> {
        let known = self.0.get(operation).map(Vec::as_slice).unwrap_or_default();
        for (key, value) in form.pairs() {
            let sent = segments(key);
            if !known.iter().any(|pattern| fits(pattern, &sent, value.is_empty())) {
                let root = sent.first().map_or(key.as_str(), String::as_str);
                return Err(Problem::unknown_parameter(root));
            }
        }
        Ok(())
    }
}

fn segments(key: &str) -> Vec<String> {
    key.split('[').map(|piece| piece.trim_end_matches(']').to_owned()).collect()
}

/// An empty value may name a whole map or list, which clears it.
fn fits(pattern: &[String], sent: &[String], empty: bool) -> bool {
    for (at, wanted) in pattern.iter().enumerate() {
        let Some(got) = sent.get(at) else {
            return empty && at > 0;
        };
        let open = wanted.strip_suffix('*');
        let same = match open.unwrap_or(wanted) {
            "N" => got.bytes().all(|byte| byte.is_ascii_digit()),
            "KEY" => !got.is_empty(),
            literal => literal == got,
        };
        if !same {
            return false;
        }
        if open.is_some() {
            return true;
        }
    }
    sent.len() == pattern.len()
}

const DOCUMENTED: &str = include_str!("params.txt");

#[cfg(test)]
mod tests {
    use super::Params;
    use crate::stripe::form::Form;

    fn accepts(operation: &str, body: &str) -> bool {
        let form = Form::read("", body.as_bytes()).unwrap();
        Params::documented().check(operation, &form).is_ok()
    }

    #[test]
    fn documented_keys_are_taken() {
        for body in [
            "email=a%40example.com&metadata[x]=1",
            "metadata=",
            "expand[]=default_source",
            "shipping[address][line1]=x",
            "address[city]=x",
        ] {
            assert!(accepts("POST /v1/customers", body), "{body}");
        }
        assert!(accepts("POST /v1/checkout/sessions", "line_items[12][price]=p"));
    }

    #[test]
    fn undocumented_keys_are_refused() {
        for body in ["emial=a", "metadata[x][y]=1", "address[citty]=x", "expand[x]=1", "address=x"]
        {
            assert!(!accepts("POST /v1/customers", body), "{body}");
        }
        assert!(!accepts("POST /v1/checkout/sessions", "payment_method_types[0]=card"));
    }
}
