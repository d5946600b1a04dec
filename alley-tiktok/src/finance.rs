//! Finance: statements.

mod statements;

pub use statements::{ListStatements, PaymentStatus, StatementPage, WireStatement};
