//! The two ports as the suite of `commit` wants to see them.

use std::sync::Arc;

use alley_core::conformance::CommitFixture;
use alley_core::{Basis, Commit, Committed, Env, Expect, Key, Outbox, StoreError, Version, Write};
use async_trait::async_trait;

use super::Fixture;
use super::rows::{id, numbered, shop, tenant, token};
use crate::shop::Shop;
use crate::store::{ShopChange, TokenChange};
use crate::token::Token;

/// The promises of `commit`, through the port of tokens.
pub(super) struct OfTokens(pub(super) Fixture);

#[async_trait]
impl CommitFixture for OfTokens {
    type Change = TokenChange;

    fn insert(&self, number: u8) -> TokenChange {
        Write::Insert(token(1, number, self.0.env.now())).into()
    }

    fn update(&self, number: u8, read: Version) -> TokenChange {
        let record = Token { generation: 9, ..token(1, number, self.0.env.now()) };
        Write::Update { record, read }.into()
    }

    fn delete(&self, number: u8, read: Version) -> TokenChange {
        Write::<Token>::Delete { key: Key::of(tenant(1), &id(number)), read }.into()
    }

    fn expect(&self, number: u8, basis: Basis) -> Expect {
        let key = Key::of(tenant(1), &id(number));
        match basis {
            Basis::Absent => Expect::absent::<Token>(key),
            Basis::Version(version) => Expect::unchanged::<Token>(key, version),
        }
    }

    async fn version(&self, number: u8) -> Result<Option<Version>, StoreError> {
        Ok(self.0.tokens.token(tenant(1), id(number)).await?.map(|found| found.version))
    }

    async fn commit(&self, commit: Commit<TokenChange>) -> Result<Committed, StoreError> {
        self.0.tokens.commit(commit).await
    }

    fn outbox(&self) -> Arc<dyn Outbox> {
        self.0.outbox.clone()
    }

    fn env(&self) -> &Env {
        &self.0.env
    }
}

/// The promises of `commit`, through the port of shop data.
pub(super) struct OfShopData(pub(super) Fixture);

impl OfShopData {
    fn row(&self, number: u8) -> Shop {
        Shop { shop_id: numbered(number), ..shop(1, self.0.env.now()) }
    }
}

#[async_trait]
impl CommitFixture for OfShopData {
    type Change = ShopChange;

    fn insert(&self, number: u8) -> ShopChange {
        Write::Insert(self.row(number)).into()
    }

    fn update(&self, number: u8, read: Version) -> ShopChange {
        let record = Shop { name: Some("other".to_owned()), ..self.row(number) };
        Write::Update { record, read }.into()
    }

    fn delete(&self, number: u8, read: Version) -> ShopChange {
        Write::<Shop>::Delete { key: Key::of(tenant(1), &numbered(number)), read }.into()
    }

    fn expect(&self, number: u8, basis: Basis) -> Expect {
        let key = Key::of(tenant(1), &numbered(number));
        match basis {
            Basis::Absent => Expect::absent::<Shop>(key),
            Basis::Version(version) => Expect::unchanged::<Shop>(key, version),
        }
    }

    async fn version(&self, number: u8) -> Result<Option<Version>, StoreError> {
        Ok(self.0.shop_data.shop(tenant(1), &numbered(number)).await?.map(|found| found.version))
    }

    async fn commit(&self, commit: Commit<ShopChange>) -> Result<Committed, StoreError> {
        self.0.shop_data.commit(commit).await
    }

    fn outbox(&self) -> Arc<dyn Outbox> {
        self.0.outbox.clone()
    }

    fn env(&self) -> &Env {
        &self.0.env
    }
}
