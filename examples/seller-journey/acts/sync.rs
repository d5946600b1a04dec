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
    for (kind, name) in KINDS {
        sync(stage, &access, &shop, kind, name).await?;
    }
    meet_fault(stage)?;
    stage.shop.faults().clear();
    Ok(())
}

/// What the double is told to do to the sync, one after the other: refuse twice for too many
/// calls, break the connection before the call arrives, break it before the answer.
pub(super) const FAULTS: [Fault; 3] = [Fault::RateLimit, Fault::DropBefore, Fault::DropAfter];

/// Takes note of a fault that fired, and arms the next one. What an earlier start has met is not
/// armed again.
fn meet_fault(stage: &Stage) -> Result<(), Failure> {
    let (faults, memory) = (stage.shop.faults(), stage.journal.read());
    if faults.armed() > 0 {
        return Ok(());
    }
    let mut met = memory.figures.get("faults met").copied().unwrap_or(0);
    if memory.figures.get("faults armed").is_some_and(|armed| *armed > met) {
        met += 1;
        stage.journal.figure("faults met", met)?;
    }
    if let Some(fault) = FAULTS.get(usize::try_from(met)?) {
        let times = if *fault == Fault::RateLimit { 2 } else { 1 };
        faults.arm(*fault, On::any().times(times));
        stage.journal.figure("faults armed", met + 1)?;
    }
    Ok(())
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
        meet_fault(stage)?;
        let progress = sync.next_page().await?;
        bar.at(progress.done, progress.total);
        if progress.finished {
            bar.end(&format!("{}: {name}", progress.done));
            return stage.journal.figure(name, i64::try_from(progress.done)?);
        }
    }
}
