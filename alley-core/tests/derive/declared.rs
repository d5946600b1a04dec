use alley_core::{Digest32, EdgeKind, Record, TenantId, elements, own_id};

own_id! {
    /// Identifies a note.
    NoteId, NoteKind, "not"
}

#[derive(Clone, Debug, Record)]
#[record(name = "note", domain = "host", id = note_id, tenant = tenant_id)]
#[record(owned_by(tenant = tenant_id), unique(by_hash(tenant_id, hash)))]
struct Note {
    #[record(technical)]
    tenant_id: TenantId,
    #[record(technical)]
    note_id: NoteId,
    #[record(element = elements::CONTENT_TEMPLATE)]
    text: Option<String>,
    #[record(technical)]
    hash: Digest32,
}

fn main() {
    let note = Note {
        tenant_id: TenantId::from_uuid(uuid::Uuid::from_u128(1)),
        note_id: NoteId::from_uuid(uuid::Uuid::from_u128(2)),
        text: Some("hello".to_owned()),
        hash: Digest32::new([0; 32]),
    };
    let again = Note::from_row(note.to_row()).unwrap();
    assert_eq!(again.text.as_deref(), Some("hello"));
    assert_eq!(note.key(), again.key());
    assert_eq!(note.to_row(), note.into_row());
    assert_eq!(Note::TYPE.edges[0].kind, EdgeKind::OwnedBy);
}
