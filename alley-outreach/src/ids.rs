//! Identifiers of the records of this crate.

use alley_core::own_id;

own_id! {
    /// Identifies a campaign.
    CampaignId, CampaignKind, "cmp"
}
own_id! {
    /// Identifies a confirmed delivery.
    DeliveryId, DeliveryKind, "dlv"
}
own_id! {
    /// Identifies a draft.
    DraftId, DraftKind, "drf"
}
own_id! {
    /// Identifies a hand-out.
    HandOutId, HandOutKind, "hnd"
}
own_id! {
    /// Identifies a review.
    ReviewId, ReviewKind, "rvw"
}
own_id! {
    /// Identifies one revision of a draft's text.
    RevisionId, RevisionKind, "rev"
}
own_id! {
    /// Identifies a row of the ledger.
    SpendId, SpendIdKind, "spd"
}
own_id! {
    /// Identifies a template.
    TemplateId, TemplateKind, "tpl"
}
own_id! {
    /// Identifies one version of a template.
    TemplateVersionId, TemplateVersionKind, "tpv"
}
