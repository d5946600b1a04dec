//! Prints the schema step that the declarations of a domain ask for:
//! `cargo run -p alley-store --example print-schema core > alley-store/migrations/core/0002_records.sql`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it prints")]

use std::process::ExitCode;

use alley_store::{Domain, ddl};

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1);
    let domains = Domain::enabled();
    let Some(domain) = domains.iter().find(|domain| Some(domain.name) == wanted.as_deref()) else {
        let names: Vec<_> = domains.iter().map(|domain| domain.name).collect();
        eprintln!("name a domain: one of {}", names.join(", "));
        return ExitCode::FAILURE;
    };
    print!("-- Record types of {}, as they are declared.\n\n{}", domain.name, ddl::domain(domain));
    ExitCode::SUCCESS
}
