//! Affiliate: the creator marketplace and the outreach quota, both reads. Operations that write to
//! a creator are not here: people write.

mod outreach_quota;
mod search_creators;

pub use outreach_quota::{GetOutreachQuota, OutreachQuota, QuotaAnswer, QuotaDetail};
pub use search_creators::{Avatar, CreatorPage, CreatorProfile, SearchCreators, WireCreator};
