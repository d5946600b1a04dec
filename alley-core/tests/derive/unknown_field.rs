use alley_core::{Record, own_id};

own_id! {
    /// Identifies a note.
    NoteId, NoteKind, "not"
}

#[derive(Clone, Debug, Record)]
#[record(name = "note", domain = "host", id = note_id, subject = author)]
struct Note {
    #[record(technical)]
    note_id: NoteId,
}

fn main() {}
