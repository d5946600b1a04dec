//! Resumable sync: page by page, the rows of a page and the cursor behind it in one commit.
//!
//! A process that dies anywhere continues at the page it had not stored. After a complete run the
//! next one asks only for what changed since. Pages are read in the order of creation, which does
//! not change under way, with a lower bound on the time of change: an order that changes while
//! pages are read moves nowhere, so no page skips one.

use std::collections::HashSet;

use alley_core::{Access, Expect, Key, ShopRef, Versioned, Write};

use super::{ShopClient, Tiktok};
use crate::envelope::RefusalClass;
use crate::error::{Error, Result};
use crate::shop::Shop;
use crate::store::{DECISIONS, commit_shop_data};
use crate::sync::{Progress, SyncCursor, SyncKind};

#[cfg(feature = "affiliate")]
mod creators;
#[cfg(feature = "order")]
mod orders;
mod page;
#[cfg(feature = "analytics")]
mod performance;
#[cfg(feature = "product")]
mod products;
#[cfg(feature = "finance")]
mod statements;

use page::{Fetched, fetch};

/// A sync of one kind from one shop; call [`next_page`](Self::next_page) until it is finished.
#[derive(Debug)]
pub struct Sync {
    tiktok: Tiktok,
    access: Access,
    shop: ShopRef,
    kind: SyncKind,
    tokens_seen: HashSet<String>,
    began: bool,
    finished: Option<Progress>,
}

impl Tiktok {
    /// Begins or continues the sync of one kind from one shop. Calls nobody yet.
    ///
    /// # Errors
    /// [`Error::NotConnected`] when the tenant has no such open shop; when the store fails.
    pub async fn sync(&self, access: &Access, shop: &ShopRef, kind: SyncKind) -> Result<Sync> {
        self.client_for(access.tenant(), shop).await?;
        Ok(Sync {
            tiktok: self.clone(),
            access: *access,
            shop: shop.clone(),
            kind,
            tokens_seen: HashSet::new(),
            began: false,
            finished: None,
        })
    }

    /// How far the latest run of a kind is; `None` before the first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sync_progress(
        &self,
        access: &Access,
        shop: &ShopRef,
        kind: SyncKind,
    ) -> Result<Option<Progress>> {
        let found = self.shop_data().sync_cursor(access.tenant(), shop, kind).await?;
        Ok(found.map(|found| found.record.progress()))
    }
}

impl Sync {
    /// Reads one page and stores it with the place behind it. After the last page it answers the
    /// same again and calls nobody.
    ///
    /// # Errors
    /// When the platform or the store fails; the next call continues at the same page.
    /// [`Error::PageTokenRepeated`] when the listing turns in a circle; the next run starts over.
    ///
    /// # Cancel safety
    /// A dropped call has stored the page with its place, or neither.
    pub async fn next_page(&mut self) -> Result<Progress> {
        if let Some(progress) = self.finished {
            return Ok(progress);
        }
        for _ in 0..DECISIONS {
            let (client, shop) = self.tiktok.client_for(self.access.tenant(), &self.shop).await?;
            let stored = self
                .tiktok
                .shop_data()
                .sync_cursor(self.access.tenant(), &self.shop, self.kind)
                .await?;
            let now = self.tiktok.inner.exchange.env.now();
            let cursor = match &stored {
                None => SyncCursor::fresh(self.access.tenant(), &self.shop, self.kind, now),
                Some(found) if found.record.finished_at.is_none() => found.record.clone(),
                // Another process ended the run that this one had begun.
                Some(found) if self.began => return Ok(self.finish(&found.record)),
                Some(found) => found.record.following(now),
            };
            let (cursor, page) = self.read(&client, cursor).await?;
            let repeated = page.end.next.as_ref().is_some_and(|next| {
                cursor.page_token.as_ref() == Some(next) || self.tokens_seen.contains(next)
            });
            let next = if repeated {
                cursor.restarted(now)
            } else {
                cursor.behind(&page.end, self.tiktok.inner.exchange.env.now())
            };
            let token = page.end.next.clone();
            if !self.keep(&shop, stored.as_ref(), next.clone(), page).await? {
                continue;
            }
            if repeated {
                return Err(Error::PageTokenRepeated { operation: self.kind.as_str() });
            }
            self.began = true;
            self.tokens_seen.extend(token);
            if next.finished_at.is_some() {
                return Ok(self.finish(&next));
            }
            return Ok(next.progress());
        }
        Err(Error::Contended)
    }

    fn finish(&mut self, cursor: &SyncCursor) -> Progress {
        let progress = cursor.progress();
        self.finished = Some(progress);
        progress
    }

    /// Fetches the page at the cursor. A page token that another process left behind may have run
    /// out; then the run starts over.
    async fn read(&self, client: &ShopClient, cursor: SyncCursor) -> Result<(SyncCursor, Fetched)> {
        let env = &self.tiktok.inner.exchange.env;
        let resumed = !self.began && cursor.page_token.is_some();
        match fetch(client, env, &cursor).await {
            Err(error) if resumed && refuses_token(&error) => {
                let cursor = cursor.restarted(env.now());
                let page = fetch(client, env, &cursor).await?;
                Ok((cursor, page))
            }
            other => Ok((cursor, other?)),
        }
    }

    /// Rows and cursor in one commit, on the condition that the shop is as it was read: a shop
    /// that was closed or erased meanwhile gets no rows. `false` if anything changed.
    async fn keep(
        &self,
        shop: &Versioned<Shop>,
        stored: Option<&Versioned<SyncCursor>>,
        cursor: SyncCursor,
        page: Fetched,
    ) -> Result<bool> {
        let env = &self.tiktok.inner.exchange.env;
        let key = Key::of(self.access.tenant(), &self.shop);
        let mut commit = env.commit()?.expect(Expect::unchanged::<Shop>(key, shop.version));
        if cursor.finished_at.is_some() {
            commit = commit.audit(
                env.audit(self.access.actor(), "shop.sync", self.access.purpose())?
                    .tenant(self.access.tenant())
                    .target("tiktok_sync_cursor", &cursor.cursor_id),
            );
        }
        commit.changes = page.changes;
        let commit = commit.change(match stored {
            Some(found) => Write::Update { record: cursor, read: found.version },
            None => Write::Insert(cursor),
        });
        match commit_shop_data(self.tiktok.shop_data(), commit).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_conflict() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

fn refuses_token(error: &Error) -> bool {
    matches!(
        error.class(),
        Some(RefusalClass::Parameters | RefusalClass::Malformed | RefusalClass::Other)
    )
}
