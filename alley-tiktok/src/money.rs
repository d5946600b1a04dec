//! Amounts: decimal text on the wire, whole minor units in our records, never a float.

use crate::wire::{Text, wire};

wire! {
    /// An amount as sent.
    pub struct Amount {
        /// Decimal text such as `12.34`, exact.
        amount: Option<Text>,
        /// ISO 4217 code.
        currency: Option<Text>,
    }
}

impl Amount {
    /// The amount in minor units; none if amount or currency is missing or unreadable.
    pub fn minor(&self) -> Option<i64> {
        let (amount, currency) = (self.amount.as_ref()?, self.currency.as_ref()?);
        minor_units(amount.as_str(), currency.as_str()).ok()
    }
}

/// An amount is not an exact number of minor units.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AmountError {
    /// Not `-`, digits, and digits behind a point.
    #[error("not a decimal amount such as 12.34")]
    NotDecimal,
    /// More decimals than the currency has, and not all of them zero.
    #[error("amount is finer than the smallest unit of the currency")]
    TooFine,
    /// Does not fit into 64 bits.
    #[error("amount is too large")]
    TooLarge,
}

/// Reads a decimal amount exactly, as minor units of the currency: `minor_units("12.3", "USD")`
/// is 1230, `minor_units("1200", "JPY")` is 1200. A currency that is not in ISO 4217's lists of
/// zero and three decimals has two.
///
/// # Errors
/// See [`AmountError`].
pub fn minor_units(amount: &str, currency: &str) -> Result<i64, AmountError> {
    let exponent = decimals(currency);
    let (negative, digits) = match amount.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, amount),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let pointed = digits.contains('.');
    if whole.is_empty() || !numeric(whole) || !numeric(fraction) || (pointed && fraction.is_empty())
    {
        return Err(AmountError::NotDecimal);
    }
    let mut minor = 0_i64;
    let kept = fraction.bytes().chain(std::iter::repeat(b'0')).take(exponent);
    for digit in whole.bytes().chain(kept) {
        minor = minor
            .checked_mul(10)
            .and_then(|minor| minor.checked_add(i64::from(digit - b'0')))
            .ok_or(AmountError::TooLarge)?;
    }
    if fraction.bytes().skip(exponent).any(|digit| digit != b'0') {
        return Err(AmountError::TooFine);
    }
    Ok(if negative { -minor } else { minor })
}

fn decimals(currency: &str) -> usize {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn cents_read_back_equal(cents in any::<i32>()) {
            let cents = i64::from(cents);
            let sign = if cents < 0 { "-" } else { "" };
            let text = format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100);
            prop_assert_eq!(minor_units(&text, "USD"), Ok(cents));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*", currency in "[A-Z]{3}") {
            let _ = minor_units(&text, &currency);
        }
    }

    #[test]
    fn the_currency_decides_on_the_decimals() {
        assert_eq!(minor_units("12.3", "USD"), Ok(1230));
        assert_eq!(minor_units("1200", "JPY"), Ok(1200));
        assert_eq!(minor_units("1200.00", "VND"), Ok(1200));
        assert_eq!(minor_units("1.234", "KWD"), Ok(1234));
        assert_eq!(minor_units("12.340", "USD"), Ok(1234));
        assert_eq!(minor_units("12.345", "USD"), Err(AmountError::TooFine));
        assert_eq!(minor_units("99999999999999999999", "USD"), Err(AmountError::TooLarge));
        for wrong in ["", "-", ".5", "1.", "1,5", "+1", "1e3", "--1", " 1", "1.2.3", "１"] {
            assert_eq!(minor_units(wrong, "USD"), Err(AmountError::NotDecimal), "{wrong:?}");
        }
    }
}
