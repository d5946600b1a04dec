use alley_core::{Record, TenantId, elements};

use super::*;

const PRESET: &str = include_str!("../../preset/alley_data_map.json");

fn preset() -> DataMap {
    DataMap::preset().unwrap()
}

fn errors(map: &DataMap, profile: Profile) -> Vec<Fault> {
    map.validate(profile, &[]).into_iter().filter(Fault::is_error).collect()
}

#[test]
fn preset_has_no_error_while_drafting_and_six_open_transfers_in_production() {
    assert_eq!(errors(&preset(), Profile::Draft), []);
    let found = errors(&preset(), Profile::Production);
    assert_eq!(found.len(), 6);
    assert!(found.iter().all(|fault| fault.code == FaultCode::TransferNoMechanism));
    let map = preset();
    assert_eq!((map.elements.len(), map.records.len(), map.edges.len()), (30, 37, 41));
}

#[test]
fn every_element_constant_of_core_is_in_the_preset() {
    let map = preset();
    for element in elements::ALL {
        assert!(map.element(element.path()).is_some(), "{}", element.path());
    }
    assert_eq!(elements::ALL.len(), map.elements.len());
}

#[derive(Clone, Debug, Record)]
#[record(name = "billing_inbox_event", domain = "test", id = id)]
struct Inbox {
    #[record(technical)]
    id: String,
    #[record(element = elements::BILLING_STRIPE_CUSTOMER_ID)]
    customer: Option<String>,
    #[record(element = elements::BILLING_SUBSCRIPTION)]
    payload: Option<alley_core::Sealed>,
}

#[derive(Clone, Debug, Record)]
#[record(name = "billing_checkout", domain = "test", id = id)]
struct Checkout {
    #[record(technical)]
    id: String,
}

#[derive(Clone, Debug, Record)]
#[record(name = "pending_authorization", domain = "test", id = id)]
struct Authorization {
    #[record(technical)]
    id: String,
    #[record(element = elements::CONNECTED_TOKEN)]
    code: Option<alley_core::Sealed>,
}

#[test]
fn what_its_crate_deletes_in_passing_is_not_held_and_otherwise_follows_its_elements() {
    let map = preset();
    let mut without = preset();
    for record in [Inbox::TYPE, Checkout::TYPE, Authorization::TYPE] {
        without.records.retain(|policy| policy.id != record.name);
        assert!(!map.is_holdable(record), "{}", record.name);
        assert!(without.is_holdable(record), "{}", record.name);
        assert_eq!(map.strategy(record), without.strategy(record), "{}", record.name);
        assert_eq!(map.retention(record), without.retention(record), "{}", record.name);
        assert_eq!(map.leaves_tombstone(record), without.leaves_tombstone(record));
    }
}

/// What one replacement in the preset leads to: code and place.
fn finding(from: &str, to: &str) -> (String, String) {
    assert!(PRESET.contains(from), "the preset has no {from}");
    let text = PRESET.replacen(from, to, 1);
    let fault = match DataMap::parse(&text) {
        Err(faults) => faults.into_iter().next().unwrap(),
        Ok(map) => errors(&map, Profile::Draft).into_iter().next().unwrap(),
    };
    (fault.code.to_string(), fault.to_string())
}

#[test]
fn each_fault_is_named_with_its_place_and_the_nearest_right_value() {
    let cases = [
        (
            "{\n \"schema\"",
            "{ \"id\": \"x\",\n \"schema\"",
            "E_DUPLICATE_KEY",
            "\"id\" stands twice",
        ),
        ("alley.data-map/1", "alley.data-map/9", "E_SCHEMA_VERSION", "write \"alley.data-map/1\""),
        ("\"data_subjects\": [", "\"data_subject\": [", "E_MISSING_FIELD", "/data_subjects"),
        ("\"account\": true", "\"acount\": true", "E_UNKNOWN_FIELD", "did you mean \"account\"?"),
        ("\"account\": true", "\"account\": 1", "E_TYPE", "must be true or false, is a number"),
        (
            "\"on_erasure\": \"delete\"",
            "\"on_erasure\": \"delte\"",
            "E_ENUM",
            "did you mean \"delete\"?",
        ),
        ("\"id\": \"account.identity\"", "\"id\": \"Account\"", "E_ID_FORMAT", "/elements/0/id"),
        (
            "\"provide_app\",\n    \"security_legal\"",
            "\"provide_ap\"",
            "E_UNKNOWN_REF",
            "\"provide_app\"?",
        ),
        (
            "\"P30D\",\n   \"retention_source\"",
            "\"30D\",\n   \"retention_source\"",
            "E_RETENTION_PERIOD",
            "such as P30D",
        ),
        (
            "\"period\": \"P400D\"",
            "\"period\": \"P35D\"",
            "E_TOMBSTONE_EXPIRY",
            "could not be cleaned",
        ),
        (
            "\"ticket.closed\"",
            "\"ticket.close\"",
            "E_RETENTION_TRIGGER",
            "did you mean \"ticket.closed\"?",
        ),
        (
            "\"hash_password\"\n   ]",
            "\"tls\"\n   ]",
            "E_SECRET_UNPROTECTED",
            "account.password_hash",
        ),
        (
            "\"on_export\": \"omit_secret\"",
            "\"on_export\": \"include\"",
            "E_SECRET_EXPORTED",
            "/elements/3",
        ),
        (
            "\"billing.invoice_meta\",\n    \"account.email\"",
            "\"billing.invoice_meta\"",
            "E_SUBPROCESSOR_ASYMMETRY",
            "account.email",
        ),
    ];
    for (from, to, code, text) in cases {
        let (found, message) = finding(from, to);
        assert_eq!(found, code, "{message}");
        assert!(message.contains(text), "{message} should contain {text}");
    }
    assert!(DataMap::parse("{").unwrap_err()[0].to_string().starts_with("E_JSON"));
}

#[test]
fn all_faults_are_answered_at_once() {
    let text = PRESET.replacen("\"omit_secret\"", "\"omit\"", 1).replacen(
        "\"P30D\",\n   \"period",
        "\"P\",\n   \"period",
        1,
    );
    let faults = DataMap::parse(&text).unwrap_err();
    assert_eq!(faults.len(), 2, "{faults:?}");
}

#[test]
fn ownership_must_be_a_forest() {
    let mut map = preset();
    let owns = |from: &str, to: &str| MapEdge {
        from: from.to_owned(),
        to: to.to_owned(),
        kind: EdgeWord::Owns,
        on_erased: None,
    };
    map.edges.push(owns("shop", "integration"));
    let found = errors(&map, Profile::Draft);
    let codes: Vec<&str> = found.iter().map(|fault| fault.code.as_str()).collect();
    assert!(codes.contains(&"E_OWNS_MULTIPLE") && codes.contains(&"E_OWNS_CYCLE"), "{codes:?}");
}

#[test]
fn a_module_of_the_clauses_must_fit_the_roles() {
    let settle =
        |module| preset().with_transfer("t_customer", TransferMechanism::Scc, Some(module));
    assert_eq!(errors(&settle("2").unwrap(), Profile::Draft), []);
    let found = errors(&settle("1").unwrap(), Profile::Draft);
    assert_eq!(found[0].code, FaultCode::TransferSccModule);
}

#[test]
fn an_override_of_something_unknown_is_refused_with_the_nearest_name() {
    let refused = preset().with_role("acount.email", ProcessingRole::Processor).unwrap_err();
    assert!(refused.message.contains("did you mean \"account.email\"?"));
    let map = preset().with_period("billing_longer", "P10Y".parse().unwrap()).unwrap();
    assert_eq!(map.rule("billing_longer").unwrap().period_source, ValueSource::Host);
}

#[derive(Clone, Debug, Record)]
#[record(name = "invoice_meta", domain = "test", id = id, tenant = tenant_id)]
#[record(owned_by(billing_customer = customer))]
struct Careless {
    #[record(technical)]
    tenant_id: TenantId,
    #[record(technical)]
    id: String,
    #[record(technical)]
    customer: TenantId,
    #[record(element = elements::BILLING_INVOICE_META)]
    payer: TenantId,
    #[record(element = elements::CONNECTED_TOKEN)]
    token: String,
    #[record(element = alley_core::Element::new("billing.invoice_mata"))]
    typo: String,
}

#[derive(Clone, Debug, Record)]
#[record(name = "loose", domain = "test", id = id)]
struct Loose {
    #[record(technical)]
    id: String,
    #[record(element = elements::ACCOUNT_EMAIL)]
    email: String,
}

#[test]
fn declarations_that_the_map_cannot_serve_are_named() {
    let faults = preset().validate(Profile::Draft, &[Careless::TYPE, Loose::TYPE]);
    let found: Vec<(&str, &str)> = faults
        .iter()
        .filter(|fault| fault.is_error())
        .map(|fault| (fault.code.as_str(), fault.pointer.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("E_NOT_BLANKABLE", "declarations/invoice_meta/payer"),
            ("E_SECRET_UNPROTECTED", "declarations/invoice_meta/token"),
            ("E_UNDECLARED_ELEMENT", "declarations/invoice_meta/typo"),
            ("E_UNREACHABLE_TYPE", "declarations/loose"),
        ]
    );
}

#[derive(Clone, Debug, Record)]
#[record(name = "billing_customer", domain = "test", id = tenant_id)]
struct Customer {
    #[record(technical)]
    tenant_id: TenantId,
}

#[test]
fn edges_are_compared_both_ways() {
    let found = preset().compare_edges(&[Careless::TYPE, Customer::TYPE]);
    assert_eq!((found.missing.len(), found.extra.len()), (0, 0));
    assert!(found.undeclared.contains(&"draft".to_owned()));
    let mut map = preset();
    map.edges.retain(|edge| edge.to != "invoice_meta");
    let found = map.compare_edges(&[Careless::TYPE, Customer::TYPE]);
    assert_eq!(found.extra[0].to_string(), "billing_customer owns invoice_meta");
}
