//! Prices: what a checkout is made for.

use serde_json::Value;

use crate::ids::{PriceRef, ProductRef};
use crate::wire::{Malformed, Object};

/// What Stripe says of a price.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PriceReply {
    /// Its id.
    pub id: PriceRef,
    /// What is sold at that price.
    pub product: ProductRef,
    /// Whether it can still be bought.
    pub active: bool,
    /// The host's own name of the price.
    pub lookup_key: Option<String>,
}

impl PriceReply {
    pub(crate) fn read(value: &Value) -> Result<Self, Malformed> {
        let object = Object::new("price", value);
        Ok(Self {
            id: object.required("id", PriceRef::new)?,
            product: object.required("product", ProductRef::new)?,
            active: object.flag("active"),
            lookup_key: object.word("lookup_key"),
        })
    }
}
