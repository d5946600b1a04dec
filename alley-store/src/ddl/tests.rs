use std::collections::BTreeSet;

use super::*;

/// Queries of rows with a tenant that are asked without one, and why.
const ACROSS_TENANTS: [(&str, &str); 6] = [
    ("tiktok_integrations_of_seller", "a webhook or a login names the seller and no tenant"),
    ("tiktok_shops_by_ref", "a webhook names the shop and no tenant"),
    ("tiktok_tokens_due", "one job refreshes the tokens of all tenants"),
    ("drafts_expiring", "one job ends the drafts of all tenants"),
    ("draft_approvals_ending", "one job ends the approvals of all tenants"),
    ("hand_out_leases_ending", "one job takes back the hand-outs of all tenants"),
];

/// Whether privacy looks for such rows over all tenants: those about a person, those whose retention
/// has run out, and those that hang on a row that is no tenant's.
fn is_personal(record: &RecordType, column: &str) -> bool {
    let named = [record.subject, record.anchor].into_iter().flatten();
    named.chain(record.edges.iter().map(|edge| edge.field)).any(|field| field == column)
}

#[test]
fn every_key_and_index_of_a_tenants_rows_begins_with_the_tenant() {
    let mut wrong = Vec::new();
    let mut across = BTreeSet::new();
    for domain in &Domain::enabled() {
        for record in &domain.records {
            let Some(tenant) = record.tenant else { continue };
            if columns(record, Engine::Postgres).get(tenant).is_none_or(|column| column.key != 1) {
                wrong.push(format!("the primary key of {}", record.name));
            }
            for index in indexes(domain, record) {
                let first = index.columns.first().copied().unwrap_or_default();
                let listed = ACROSS_TENANTS.iter().find(|(query, _)| {
                    index.name.strip_prefix("q_") == Some(query) && !index.unique
                });
                across.extend(listed.filter(|_| first != tenant).map(|(query, _)| *query));
                let personal = !index.unique && is_personal(record, first);
                if first != tenant && listed.is_none() && !personal {
                    wrong.push(format!("{} of {}", index.name, record.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "without the tenant first, and not listed: {wrong:?}");
    let listed: BTreeSet<_> = ACROSS_TENANTS.iter().map(|(query, _)| *query).collect();
    assert_eq!(across, listed, "listed, and not so");
}

/// Or nobody would keep tenants apart in it. A row that is one of a tenant has the tenant as its id.
#[test]
fn a_record_that_always_has_a_tenant_declares_it() {
    for record in Domain::enabled().iter().flat_map(|domain| &domain.records) {
        let has = record.field("tenant_id").is_some_and(|field| !field.optional);
        let first = record.tenant.unwrap_or(record.id);
        assert!(!has || first == "tenant_id", "{}", record.name);
    }
}
