//! Act 4: orders, products, a statement, performance and creators come in, over pages.

use alley_core::{Access, Purpose, ShopRef};
use alley_sandbox::{Fault, On};
use alley_tiktok::SyncKind;

use crate::failure::Failure;
use crate::seller::Seller;
use crate::stage::Stage;

const KINDS: [(SyncKind, &str); 5] = [
    (SyncKind::Orders, "orders"),
    (SyncKind::Products, "products"),
    (SyncKind::Statements, "statements"),
    (SyncKind::ShopPerformance, "days of performance"),
    (SyncKind::Creators, "creators"),
];

pub(super) async fn play(stage: &Stage) -> Result<(), Failure> {
    let seller = Seller::of(stage);
    let session = seller.session().await?;
    let access = seller.access(&session, Purpose::ConnectedServices).await?;
    let shop = stage.journal.note("shop").ok_or_else(|| Failure::new("no shop is connected"))?;
    let shop = ShopRef::new(shop)?;
    let faults = stage.shop.faults();
    faults.arm(Fault::RateLimit, On::path("/order/").nth(4).times(2));
    faults.arm(Fault::DropBefore, On::path("/order/").nth(9));
    faults.arm(Fault::DropAfter, On::path("/affiliate_seller/").nth(3));
    for (kind, name) in KINDS {
        sync(stage, &access, &shop, kind, name).await?;
    }
    let fired = 4_usize.saturating_sub(faults.armed());
    faults.clear();
    stage.journal.saw("faults in the sync", format!("{fired} kinds met and outlived"))
}

async fn sync(
    stage: &Stage,
    access: &Access,
    shop: &ShopRef,
    kind: SyncKind,
    name: &'static str,
) -> Result<(), Failure> {
    let tiktok = stage.alley.tiktok()?;
    let finished = tiktok.sync_progress(access, shop, kind).await?;
    if let Some(progress) = finished.filter(|progress| progress.finished) {
        return stage.journal.figure(name, i64::try_from(progress.done)?);
    }
    let mut sync = tiktok.sync(access, shop, kind).await?;
    let mut bar = stage.screen.bar(name);
    loop {
        let progress = sync.next_page().await?;
        bar.at(progress.done, progress.total);
        if progress.finished {
            bar.end(&format!("{}: {name}", progress.done));
            return stage.journal.figure(name, i64::try_from(progress.done)?);
        }
    }
}
