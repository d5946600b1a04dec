//! How long a handed-out text may be used.

use chrono::{DateTime, TimeDelta, Utc};

use super::decision::Situation;
use super::policy::{Policy, Zones};

/// End of a lease that begins at `at`: after the policy's span, or earlier at the next instant that a
/// rule about the wall clock forbids, the end of the campaign, or the expiry of the draft. A text
/// handed out five minutes before quiet hours must be sent within five minutes.
pub fn lease_until(situation: &Situation<'_>, at: DateTime<Utc>) -> DateTime<Utc> {
    let ttl = TimeDelta::seconds(i64::from(situation.policy.lease_ttl_s));
    let ends = [situation.campaign.ends_at, situation.expires_at];
    let mut until = ends.into_iter().flatten().fold(at + ttl, DateTime::min);
    for rule in &situation.policy.rules {
        if let Some(forbidden) = rule.kind.next_forbidden(&situation.zones, at, until) {
            until = until.min(forbidden);
        }
    }
    until
}

/// Whether an instant lies in quiet hours of the policy.
pub fn is_quiet(policy: &Policy, zones: &Zones, at: DateTime<Utc>) -> bool {
    policy.rules.iter().any(|rule| rule.kind.is_quiet(zones, at))
}
