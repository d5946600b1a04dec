//! The acts of the journey, in order. Each can be played again after a stop in its middle: it looks
//! at what is stored and does what is missing.

use std::future::Future;
use std::pin::Pin;

use crate::failure::Failure;
use crate::stage::Stage;

mod account;
mod closing;
mod erasure;
mod fortnight;
mod outreach;
mod package;
mod picture;
mod shop;
mod sync;
mod tenant;

type Play<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>;

/// A name for the journal, a title for the screen, and what is played.
type Act = (&'static str, &'static str, fn(&Stage) -> Play<'_>);

/// Plays every act that is not done yet, then the closing one; answers how many checks failed.
pub(crate) async fn play(stage: &Stage) -> Result<usize, Failure> {
    let acts: [Act; 8] = [
        ("account", "A seller registers", |stage| Box::pin(account::play(stage))),
        ("tenant", "The seller subscribes", |stage| Box::pin(tenant::play(stage))),
        ("shop", "A shop is connected", |stage| Box::pin(shop::play(stage))),
        ("sync", "Shop data comes in", |stage| Box::pin(sync::play(stage))),
        ("outreach", "Drafts are written and reviewed", |stage| Box::pin(outreach::play(stage))),
        ("fortnight", "A fortnight of outreach", |stage| Box::pin(fortnight::play(stage))),
        ("package", "A creator asks what is kept", |stage| Box::pin(package::play(stage))),
        ("erasure", "The creator is erased, under a hold", |stage| Box::pin(erasure::play(stage))),
    ];
    for (index, (name, title, act)) in acts.into_iter().enumerate() {
        if stage.journal.read().done.iter().any(|done| done == name) {
            continue;
        }
        stage.screen.act(index + 1, title);
        act(stage).await?;
        let now = stage.now();
        stage.journal.change(|memory| {
            memory.now = Some(now);
            memory.done.push(name.to_owned());
        })?;
    }
    closing::play(stage).await
}
