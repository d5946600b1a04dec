use proptest::prelude::*;

use super::*;

fn body(text: &str, names: &[&str]) -> TemplateBody {
    TemplateBody::new("en", text, names.iter().map(|name| Variable::required(*name)).collect())
}

fn fills(pairs: &[(&str, &str)]) -> BTreeMap<String, Fill> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), Fill::from(*value))).collect()
}

#[test]
fn declared_values_are_filled_in_and_the_text_is_cleaned() {
    let body = body("Hi {{ name|upper }},\r\n\r\n\r\nthis is for you. ", &["name"]);
    compile(&body).unwrap();
    let (locale, text) =
        render(&body, Some("en-US"), &fills(&[("name", "a\nb\u{202E}")]), 100).unwrap();
    assert_eq!(
        (locale.as_str(), text.as_str()),
        ("en", "HI A B,\n\nthis is for you.".replacen("HI", "Hi", 1).as_str())
    );
}

#[test]
fn an_undeclared_name_is_refused_when_saved() {
    let refused = compile(&body("{{ name }} {{ secret }}", &["name"])).unwrap_err();
    assert_eq!(refused, TemplateError::Undefined { name: "secret".to_owned() });
}

#[test]
fn code_that_reaches_out_is_refused() {
    for source in [
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% macro m() %}{% endmacro %}",
        "{{ debug() }}",
        "{{ range(10) }}",
        "{{ dict() }}",
        "{{ namespace() }}",
        "{{ name",
    ] {
        assert!(compile(&body(source, &["name"])).is_err(), "{source}");
    }
    let odd = body("{{ name|tojson }}", &["name"]);
    assert!(compile(&odd).is_err() || render(&odd, None, &fills(&[("name", "x")]), 100).is_err());
}

#[test]
fn a_value_is_never_parsed_as_a_template() {
    let body = body("{{ name }}", &["name"]);
    let (_, text) = render(&body, None, &fills(&[("name", "{{ 7 * 7 }}")]), 100).unwrap();
    assert_eq!(text.as_str(), "{{ 7 * 7 }}");
}

#[test]
fn a_missing_value_is_an_error_and_a_default_helps() {
    let mut body = body("{{ name }}", &["name"]);
    assert!(render(&body, None, &fills(&[]), 100).is_err());
    body.variables = vec![Variable::optional("name", "friend")];
    assert_eq!(render(&body, None, &fills(&[]), 100).unwrap().1.as_str(), "friend");
}

#[test]
fn loops_and_lengths_are_bounded() {
    let mut list = body(
        "{% for a in l %}{% for b in l %}{% for c in l %}x{% endfor %}{% endfor %}{% endfor %}",
        &["l"],
    );
    list.variables[0].kind = VariableKind::List;
    compile(&list).unwrap();
    let many = BTreeMap::from([("l".to_owned(), Fill::List(vec!["x".to_owned(); 100]))]);
    let refused = render(&list, None, &many, u32::MAX).unwrap_err();
    assert_eq!(refused, TemplateError::Limit { which: "filling it takes too long" });
    let long = body("{{ name }}", &["name"]);
    assert!(render(&long, None, &fills(&[("name", "abcdef")]), 5).is_err());
    assert!(compile(&body(&"x".repeat(SOURCE_BYTES + 1), &[])).is_err());
}

#[test]
fn numbers_and_amounts_are_grouped() {
    assert_eq!(number(-1_234_567), "-1,234,567");
    assert_eq!(currency(123_450, "USD"), "USD 1,234.50");
    assert_eq!(truncate("abcdef", 4), "abc…");
}

proptest! {
    #[test]
    fn whatever_is_saved_renders_within_its_bounds(
        source in "[a-z {}%|()'.0-9]{0,60}",
        value in ".{0,80}",
    ) {
        let body = body(&source, &["a", "b"]);
        if compile(&body).is_ok() {
            let rendered = render(&body, None, &fills(&[("a", &value), ("b", &value)]), 200);
            if let Ok((_, text)) = rendered {
                prop_assert!(text.chars() <= 200);
            }
        }
    }
}
