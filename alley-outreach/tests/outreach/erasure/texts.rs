//! Texts, notes and hashes of an erased creator, and work on the drafts that stay.

use alley_core::{Applied, Value};
use alley_outreach::{
    Confirmation, ContactDetails, DraftState, Error, ExportFilter, ExportFormat, RECORDS,
};

use super::{erase, everything, open, page, read, rows};
use crate::world::creator;

#[tokio::test]
async fn nothing_that_names_an_erased_creator_is_left_and_the_trail_of_states_is() {
    let world = open().await;
    let (template, campaign) = (world.template().await, world.campaign(1).await);
    let draft = world.draft(&campaign, template, 1).await.draft_id;
    let (outreach, author) = (&world.outreach, &world.author);
    let mut contact = ContactDetails::new(world.shop.clone(), creator(1));
    contact.handle = Some("@ada.writes".to_owned());
    outreach.put_contacts(author, vec![contact]).await.unwrap();
    outreach.submit_draft(author, draft).await.unwrap();
    let note = Some("do not call Ada a friend");
    outreach.request_changes(&world.reviewer, draft, 1, "tone", note).await.unwrap();
    outreach.edit_draft(author, draft, 1, "Good day Ada").await.unwrap();
    world.queue(draft).await;
    let ticket = world.take("r1").await;
    let said = Confirmation::sent_edited("c1", world.now(), "Dear Ada");
    let _ = outreach.confirm(author, &ticket.token, &said).await.unwrap();
    let before = everything(&world).await;
    for name in ["Ada", "@ada.writes", "creator-0001", "a friend"] {
        assert!(before.contains(name), "{name}");
    }
    let reviews = outreach.store().reviews(world.tenant, draft).await.unwrap();
    let notes = outreach.store().review_notes(world.tenant, draft).await.unwrap();
    assert_eq!((reviews.len(), notes.len()), (2, 1));
    assert_eq!(notes.first().map(|note| note.record.note.as_str()), note);

    let steps = erase(&world, &creator(1)).await;
    assert!(steps.iter().all(|(_, applied)| *applied == Applied::Done));
    let after = everything(&world).await;
    for name in ["Ada", "@ada.writes", "creator-0001", "a friend"] {
        assert!(!after.contains(name), "{name}");
    }
    let kept = read(&world, draft).await;
    assert_eq!((kept.state, kept.current_revision), (DraftState::Delivered, 3));
    let reviews_after = outreach.store().reviews(world.tenant, draft).await.unwrap();
    assert_eq!(reviews_after, reviews);
    let chain = outreach.check_deliveries(author, &world.shop).await.unwrap().unwrap();
    assert_eq!((chain.records, chain.missing), (1, 0));
}

#[tokio::test]
async fn what_makes_hashes_of_texts_checkable_goes_with_the_texts() {
    let world = open().await;
    let draft = world.queued(1).await.remove(0);
    let revision = world.outreach.store().revision(world.tenant, draft.draft_id, 1).await;
    let salt = revision.unwrap().unwrap().record.salt;
    assert_eq!(salt.len(), 16);
    let holds_salt = |rows: &[Vec<Value>]| {
        rows.iter().flatten().any(|value| *value == Value::bytes(salt.clone()))
    };
    erase(&world, &creator(1)).await;
    for record in RECORDS {
        assert!(!holds_salt(&rows(&world, record).await), "{}", record.name);
    }
    assert_eq!(read(&world, draft.draft_id).await.current_hash, draft.current_hash);
}

#[tokio::test]
async fn an_erased_draft_takes_no_edit_submission_approval_or_place_in_the_queue() {
    let world = open().await;
    let (template, campaign) = (world.template().await, world.campaign(1).await);
    let (outreach, author) = (&world.outreach, &world.author);
    let mut drafts = Vec::new();
    for number in 1..=3 {
        drafts.push(world.draft(&campaign, template, number).await.draft_id);
    }
    let (editing, in_review, approved) = (drafts[0], drafts[1], drafts[2]);
    outreach.submit_draft(author, in_review).await.unwrap();
    outreach.submit_draft(author, approved).await.unwrap();
    outreach.approve_draft(&world.reviewer, approved, 1).await.unwrap();
    for number in 1..=3 {
        erase(&world, &creator(number)).await;
    }
    let answers = [
        ("edit", outreach.edit_draft(author, editing, 1, "Hello again").await),
        ("submit", outreach.submit_draft(author, editing).await),
        ("approve", outreach.approve_draft(&world.reviewer, in_review, 1).await),
        ("reject", outreach.reject_draft(&world.reviewer, in_review, 1, "tone", None).await),
        ("enqueue", outreach.enqueue_draft(author, approved, None).await),
        ("edit when approved", outreach.edit_draft(author, approved, 1, "Hello").await),
    ];
    for (what, answer) in answers {
        assert!(matches!(answer, Err(Error::Erased)), "{what}: {answer:?}");
    }
    for draft in drafts {
        let given_up = outreach.cancel_draft(author, draft, "gone").await.unwrap();
        assert_eq!(given_up.state, DraftState::Cancelled);
    }
}

#[tokio::test]
async fn an_export_shows_an_empty_body_for_an_erased_text() {
    let world = open().await;
    world.queued(2).await;
    erase(&world, &creator(1)).await;
    let filter = ExportFilter::default();
    let rows = world.outreach.export_rows(&world.author, filter, page()).await.unwrap().items;
    let bodies: Vec<_> =
        rows.iter().map(|row| (row.body.is_empty(), row.creator_key.as_str())).collect();
    assert_eq!(bodies, [(true, "erased-0a1b2c"), (false, "creator-0002")]);
    let mut bytes = Vec::new();
    let format = ExportFormat::JsonLines;
    let report = world.outreach.export(&world.author, filter, format, &mut bytes).await.unwrap();
    assert_eq!(report.rows, 2);
}
