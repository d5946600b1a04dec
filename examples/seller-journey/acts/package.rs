//! Act 6, first part: the data map is validated, and one creator's data is exported.

use std::fs::File;
use std::io::BufWriter;

use alley_core::{Access, CreatorRef, Purpose};
use alley_privacy::{ExportOf, Profile};

use super::outreach::drafts;
use crate::failure::Failure;
use crate::seller::Seller;
use crate::stage::Stage;

pub(super) async fn play(stage: &Stage) -> Result<(), Failure> {
    let seller = Seller::of(stage);
    let session = seller.session().await?;
    let access = seller.access(&session, Purpose::SecurityLegal).await?;
    let privacy = stage.alley.privacy();
    // The assembly refused to start on an error; what is left are values that a host confirms.
    let warnings = privacy.warnings().len();
    let production = privacy.map().validate(Profile::Production, stage.declarations());
    let open = production.iter().filter(|fault| fault.is_error()).count();
    stage.screen.line(&format!(
        "data map valid; {warnings} values to confirm, {open} open points before production"
    ));
    stage.journal.saw("data map", "valid as a draft")?;

    // The creator of the first draft asks; the seller has written to them.
    let first = drafts(stage, &access, None).await?.into_iter().next();
    let creator = match stage.journal.note("creator") {
        Some(creator) => creator,
        None => match first {
            Some(draft) => draft.creator_ref.as_str().to_owned(),
            None => return Err(Failure::new("there is no draft for any creator")),
        },
    };
    stage.journal.keep("creator", &creator)?;
    traces(stage, &access, &creator).await?;
    let path = stage.folder.join("subject-package.json");
    let half = path.with_extension("half");
    let file = File::create(&half).map_err(|error| Failure::io("create", &half, &error))?;
    let mut file = BufWriter::new(file);
    let of = ExportOf::Person {
        tenant: access.tenant(),
        kind: "creator".to_owned(),
        reference: creator,
    };
    let summary = privacy.export().write(&of, &mut file).await?;
    let file = file.into_inner().map_err(|error| Failure::new(error.to_string()))?;
    file.sync_all()
        .and_then(|()| std::fs::rename(&half, &path))
        .map_err(|error| Failure::io("write", &path, &error))?;
    let counts: Vec<_> = summary.counts.iter().map(|count| (count.record, count.rows)).collect();
    stage.journal.keep("package", &serde_json::to_string(&counts)?)?;
    let rows: u64 = summary.counts.iter().map(|count| count.rows).sum();
    stage.screen.line(&format!("{rows} records about the creator, in subject-package.json"));
    stage.journal.figure("records in the subject package", i64::try_from(rows)?)
}

/// Keeps what else names the creator, so that the closing table can look for it after the erasure.
async fn traces(stage: &Stage, access: &Access, creator: &str) -> Result<(), Failure> {
    if stage.journal.note("creator's text").is_some() {
        return Ok(());
    }
    let creator = CreatorRef::new(creator)?;
    let tenant = access.tenant();
    let store = stage.alley.outreach().store();
    let draft = store.drafts_of_creator(tenant, &creator).await?.into_iter().next();
    let Some(draft) = draft.map(|draft| draft.record) else {
        return Err(Failure::new("the creator who asks has no draft"));
    };
    let contact = store.contact(tenant, &draft.shop_ref, &creator).await?;
    let handle = contact.and_then(|contact| contact.record.handle);
    let text = store.revision(tenant, draft.draft_id, 1).await?;
    let (Some(handle), Some(text)) = (handle, text) else {
        return Err(Failure::new("the creator who asks has no handle or no text"));
    };
    stage.journal.keep("creator's handle", &handle)?;
    // A part that fits on one page of the database, with the name in it.
    let text: String = text.record.text.as_str().chars().take(60).collect();
    stage.journal.keep("creator's text", &text)
}
