//! What the Record derive refuses, and what it says then.

#[test]
fn undeclared_fields_and_edges_do_not_compile_and_the_message_says_what_to_write() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/derive/declared.rs");
    cases.compile_fail("tests/derive/field_without_element.rs");
    cases.compile_fail("tests/derive/unknown_field.rs");
    cases.compile_fail("tests/derive/reference_without_on_erased.rs");
}
