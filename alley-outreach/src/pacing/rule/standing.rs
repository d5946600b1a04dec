//! Rules over what stands: open hand-outs, unanswered messages, one-time packs.

use chrono::{DateTime, Utc};

use super::{Frees, RuleKind, View};

pub(super) fn max_open(view: &View<'_>, at: DateTime<Utc>, limit: u32) -> Frees {
    let mut ends: Vec<DateTime<Utc>> =
        view.spends().filter_map(|entry| entry.open_until).filter(|until| *until > at).collect();
    ends.sort_unstable_by(|a, b| b.cmp(a));
    let Some(place) = usize::try_from(limit).ok().and_then(|limit| limit.checked_sub(1)) else {
        return Frees::Never;
    };
    // Once the limit-th latest lease has ended, fewer than the limit are left.
    ends.get(place).map_or(Frees::Now, |end| Frees::At(*end))
}

/// Counts messages of the shop to the creator, also those that were given back to other limits:
/// a seller's word that nothing was sent must not open the way to a sixth message.
pub(super) fn max_unanswered(view: &View<'_>, limit: u32) -> Frees {
    let situation = view.situation;
    let unanswered = situation
        .ledger
        .iter()
        .filter(|entry| entry.recipient.shares(&situation.recipient, super::Scope::Creator))
        .filter(|entry| situation.last_reply.is_none_or(|reply| entry.at > reply))
        .count();
    if unanswered < usize::try_from(limit).unwrap_or(usize::MAX) {
        Frees::Now
    } else {
        Frees::Never
    }
}

pub(super) fn total(view: &View<'_>) -> Frees {
    let RuleKind::Total { limit, since, count, only } = &view.rule.kind else {
        return Frees::Now;
    };
    let counted = view.spends().filter(|entry| entry.at >= *since);
    if view.has_room(counted, *limit, *count, *only) { Frees::Now } else { Frees::Never }
}
