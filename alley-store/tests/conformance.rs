//! Each store keeps every promise of every port: SQLite in a file and in memory, PostgreSQL, and
//! PostgreSQL behind a pooler.
#![cfg(all(feature = "sqlite", feature = "postgres"))]
#![expect(clippy::unwrap_used, reason = "test code")]

use std::sync::Arc;

use alley_core::ManualClock;
use alley_core::conformance::Local;
use alley_core::conformance::kernel::{GuardOrder, spent_in_the_worst_schedule};
use alley_store::SqliteStore;

#[path = "common/file.rs"]
mod file;
#[path = "common/on_server.rs"]
mod on_server;
#[path = "common/postgres.rs"]
#[expect(dead_code, reason = "each test uses a part of it")]
mod postgres;
#[path = "common/server.rs"]
#[expect(dead_code, reason = "each test uses a part of it")]
mod server;

/// A fresh file, in a folder of its own that goes with it.
fn in_file() -> Local<SqliteStore> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("alley.db");
    let of_file = path.clone();
    let on_clock = move |clock: Arc<ManualClock>| {
        let options = file::options().with_clock(clock);
        SqliteStore::migrate(&of_file, &options).unwrap();
        Arc::new(SqliteStore::open(&of_file, options).unwrap())
    };
    Local::on_clock(on_clock).with_reopen(move || file::open(&path)).with_guard(folder)
}

fn in_memory() -> Local<SqliteStore> {
    Local::on_clock(|clock| {
        let options = file::options().with_clock(clock);
        Arc::new(SqliteStore::open_in_memory_with(options).unwrap())
    })
}

/// Every suite on the stores that an expression gives.
macro_rules! every_port {
    ($module:ident, $make:expr) => {
        mod $module {
            mod of_kernel {
                alley_core::kernel_conformance!($make);
            }
            mod of_identity {
                alley_core::identity_conformance!($make);
            }
            mod of_tenancy {
                alley_core::tenancy_conformance!($make);
            }
            mod of_outbox {
                alley_core::outbox_conformance!($make);
            }
            mod of_leases {
                alley_core::leases_conformance!($make);
            }
            mod of_limiter {
                alley_core::limiter_conformance!($make);
            }
            mod of_idempotency {
                alley_core::idempotency_conformance!($make);
            }
            mod of_personal_records {
                alley_core::personal_records_conformance!($make);
            }
            #[cfg(feature = "tiktok")]
            mod of_tokens {
                alley_tiktok::token_conformance!($make);
            }
            #[cfg(feature = "tiktok")]
            mod of_shop_data {
                alley_tiktok::shop_data_conformance!($make);
            }
            #[cfg(feature = "billing")]
            mod of_billing {
                alley_billing::billing_conformance!($make);
            }
            #[cfg(feature = "outreach")]
            mod of_outreach {
                alley_outreach::outreach_conformance!($make);
            }
            #[cfg(feature = "privacy")]
            mod of_erasure {
                alley_privacy::erasure_conformance!($make);
            }
            #[cfg(feature = "privacy")]
            mod of_holds {
                alley_privacy::hold_conformance!($make);
            }
            #[cfg(feature = "privacy")]
            mod of_requests {
                alley_privacy::request_conformance!($make);
            }
        }
    };
}

every_port!(file_of_sqlite, crate::in_file());
every_port!(memory_of_sqlite, crate::in_memory());
every_port!(on_postgres, crate::on_server::harness(crate::server::postgres()));
every_port!(on_pgbouncer, crate::on_server::harness(crate::server::pgbouncer()));

#[test]
fn a_guard_that_is_read_after_the_set_is_overspent() {
    let spent = |order| spent_in_the_worst_schedule(&in_file(), order).unwrap();
    assert_eq!(spent(GuardOrder::BeforeSet), 1);
    assert_eq!(spent(GuardOrder::AfterSet), 8);
}
