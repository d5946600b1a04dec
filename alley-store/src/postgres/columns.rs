//! Rows turned into columns: one array an argument.

use alley_core::Value;

use super::driver::Argument;
use crate::sql::Element;

static ABSENT: Value = Value::Null;

/// The columns of rows that each have one value an element.
pub(super) fn of<'a>(elements: &[Element], rows: &'a [Vec<Value>]) -> Vec<Argument<'a>> {
    let column = |(place, element): (usize, &Element)| {
        let values = rows.iter().map(|row| row.get(place).unwrap_or(&ABSENT)).collect();
        Argument::Many(*element, values)
    };
    elements.iter().enumerate().map(column).collect()
}
