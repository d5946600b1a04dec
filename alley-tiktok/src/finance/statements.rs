//! `GET /finance/202309/statements` (Partner Center, "Get Statements").

use alley_core::http::Idempotency;
use http::Method;

use crate::operation::{Cipher, Operation, Parameters};
use crate::wire::{Text, open_words, wire};

/// One page of statements, oldest first.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ListStatements {
    /// Statements a page, 1 to 100.
    pub page_size: u32,
    /// From the page before; `None` for the first.
    pub page_token: Option<String>,
    /// Unix seconds, included.
    pub statement_time_ge: Option<i64>,
    /// Unix seconds, not included.
    pub statement_time_lt: Option<i64>,
}

impl ListStatements {
    /// The first page of all statements.
    pub fn new(page_size: u32) -> Self {
        Self { page_size: page_size.clamp(1, 100), ..Self::default() }
    }
}

wire! {
    /// Answer to [`ListStatements`].
    pub struct StatementPage {
        /// Empty or absent on the last page.
        next_page_token: Option<Text>,
        /// The statements.
        statements: Vec<WireStatement>,
    }
    /// A statement; amounts are decimal text in its currency.
    pub struct WireStatement {
        /// Its id.
        id: Option<Text>,
        /// Unix seconds.
        statement_time: Option<i64>,
        /// ISO 4217 code.
        currency: Option<Text>,
        /// What is paid out.
        settlement_amount: Option<Text>,
        /// Sales.
        revenue_amount: Option<Text>,
        /// Fees.
        fee_amount: Option<Text>,
        /// Adjustments.
        adjustment_amount: Option<Text>,
        /// Whether it was paid.
        payment_status: Option<PaymentStatus>,
        /// The payment.
        payment_id: Option<Text>,
        /// Unix seconds.
        payment_time: Option<i64>,
    }
}

open_words! {
    /// Whether a statement was paid.
    pub enum PaymentStatus {
        /// Under way.
        Processing => "PROCESSING",
        /// Paid.
        Paid => "PAID",
        /// The payment failed.
        Failed => "FAILED",
    }
}

impl Operation for ListStatements {
    const NAME: &'static str = "finance.get_statements";
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/finance/{version}/statements";
    const VERSION: &'static str = "202309";
    const CIPHER: Cipher = Cipher::Shop;
    const IDEMPOTENCY: Idempotency = Idempotency::Idempotent;
    const SCOPE: Option<&'static str> = Some("seller.finance.info");
    type Response = StatementPage;

    fn query(&self, parameters: &mut Parameters) {
        parameters.add("page_size", self.page_size.to_string());
        parameters.add_some("page_token", self.page_token.as_ref());
        parameters.add("sort_field", "statement_time");
        parameters.add("sort_order", "ASC");
        parameters.add_some("statement_time_ge", self.statement_time_ge);
        parameters.add_some("statement_time_lt", self.statement_time_lt);
    }
}
