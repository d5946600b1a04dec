//! The suites for stores that implement the ports of this crate: one function a promise, a `suite`
//! that checks all of them, and a macro that turns them into tests:
//! [`token_conformance!`](crate::token_conformance) and
//! [`shop_data_conformance!`](crate::shop_data_conformance).

#[doc(hidden)]
pub use alley_core as core;

mod rows;
pub mod shop_data;
pub mod tokens;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use alley_core::conformance::Local;
    use alley_core::{Fault, MemoryStore};

    use super::{shop_data, tokens};

    fn memory() -> Local<MemoryStore> {
        Local::new(Arc::new(MemoryStore::new()))
    }

    mod of_tokens {
        crate::token_conformance!(super::memory());
    }

    mod of_shop_data {
        crate::shop_data_conformance!(super::memory());
    }

    #[test]
    fn both_suites_notice_every_fault() {
        for fault in Fault::OF_COMMIT {
            let broken = || Local::new(Arc::new(MemoryStore::broken(*fault)));
            assert!(tokens::suite(broken).is_err(), "tokens: {fault:?}");
            assert!(shop_data::suite(broken).is_err(), "shop data: {fault:?}");
        }
    }

    #[test]
    fn a_store_whose_claims_race_is_noticed() {
        let harness = Local::new(Arc::new(MemoryStore::broken(Fault::RacesItself)));
        assert!(shop_data::one_of_many_deliveries_is_first(&harness).is_err());
    }
}
