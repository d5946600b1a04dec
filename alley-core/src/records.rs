//! Every record type and every query of this crate, for stores.

use crate::account::Account;
use crate::audit::AuditEntry;
use crate::credential::{PasswordCredential, StoredRecoveryCode, TotpCredential};
use crate::query::Query;
use crate::record::{Record as _, RecordType};
use crate::session::Session;
use crate::tenant::{Membership, Tenant};
use crate::token::OneTimeToken;
use crate::{identity, tenant};

/// Every record type of this crate; a store has a table for each.
pub const RECORDS: &[&RecordType] = &[
    AuditEntry::TYPE,
    Account::TYPE,
    PasswordCredential::TYPE,
    TotpCredential::TYPE,
    StoredRecoveryCode::TYPE,
    OneTimeToken::TYPE,
    Session::TYPE,
    Tenant::TYPE,
    Membership::TYPE,
];

/// Every query of this crate; a store has an index for each.
pub static QUERIES: &[&Query] = &[
    &identity::ACCOUNT_BY_EMAIL,
    &identity::TOTP_OF_ACCOUNT,
    &identity::RECOVERY_CODE_BY_HASH,
    &identity::RECOVERY_CODES_OF_ACCOUNT,
    &identity::TOKEN_BY_HASH,
    &identity::TOKENS_OF_ACCOUNT,
    &identity::TOKENS_BY_END,
    &identity::SESSION_BY_TOKEN,
    &identity::SESSIONS_OF_ACCOUNT,
    &identity::SESSIONS_BY_END,
    &tenant::MEMBERSHIP_OF_ACCOUNT,
    &tenant::MEMBERS_OF_TENANT,
    &tenant::MEMBERSHIPS_OF_ACCOUNT,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_queries_name_fields_that_exist() {
        let records: BTreeSet<_> = RECORDS.iter().map(|record| record.name).collect();
        assert_eq!(records.len(), RECORDS.len());
        let queries: BTreeSet<_> = QUERIES.iter().map(|query| query.name).collect();
        assert_eq!(queries.len(), QUERIES.len());
        for query in QUERIES {
            let range = query.range.iter().map(|range| &range.field);
            for field in query.equals.iter().chain(query.order.iter()).chain(range) {
                assert!(query.record.field(field).is_some(), "{}: {field}", query.name);
            }
        }
    }

    #[test]
    fn every_edge_leads_to_a_record_of_this_crate() {
        for record in RECORDS {
            for edge in record.edges {
                assert!(RECORDS.iter().any(|other| other.name == edge.target), "{}", record.name);
                assert!(record.field(edge.field).is_some());
            }
        }
    }
}
