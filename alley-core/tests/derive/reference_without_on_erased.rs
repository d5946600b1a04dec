use alley_core::{AccountId, Record, own_id};

own_id! {
    /// Identifies a note.
    NoteId, NoteKind, "not"
}

#[derive(Clone, Debug, Record)]
#[record(name = "note", domain = "host", id = note_id)]
#[record(references(account = author))]
struct Note {
    #[record(technical)]
    note_id: NoteId,
    #[record(element = alley_core::elements::ACCOUNT_IDENTITY)]
    author: AccountId,
}

fn main() {}
