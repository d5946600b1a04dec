use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;

use crate::delivery::Delivery;
use crate::kept::lock;

/// Something that goes wrong on the remote side or on the way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// 429 in the service's own words; the request is not processed.
    RateLimit,
    /// An internal error in the service's own words; the request is not processed.
    ServerError,
    /// 503 from a proxy in front of the service, with a body that is no JSON; not processed.
    Unavailable,
    /// The request is processed at once and answered after that time.
    Slow(Duration),
    /// The connection breaks; the request is not processed.
    DropBefore,
    /// The request is processed, then the connection breaks without an answer.
    DropAfter,
    /// The request is processed and the connection breaks in the middle of the answer's body.
    CutAnswer,
    /// The call is answered as if its access token (TikTok) or key (Stripe) had run out.
    ExpiredToken,
    /// A matching webhook is delivered twice in a row.
    DuplicateWebhook,
    /// The webhooks of one occasion are delivered in reverse order.
    ReorderedWebhooks,
}

/// Which calls a fault hits: by default the next one, whatever it is.
#[derive(Clone, Debug)]
#[must_use]
pub struct On {
    prefix: String,
    method: Option<Method>,
    skip: u64,
    times: Option<u64>,
}

impl On {
    /// The next call of any path; for webhooks the next delivery of any kind.
    pub fn any() -> Self {
        Self { prefix: String::new(), method: None, skip: 0, times: Some(1) }
    }

    /// The next call whose path starts like this; for webhooks, whose kind starts like this.
    pub fn path(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), ..Self::any() }
    }

    /// Only calls by that method. Webhook faults ignore it.
    pub fn method(self, method: Method) -> Self {
        Self { method: Some(method), ..self }
    }

    /// Begins with the `nth` matching call from now on, counted from 1.
    pub fn nth(self, nth: u64) -> Self {
        Self { skip: nth.saturating_sub(1), ..self }
    }

    /// Hits that many matching calls in a row.
    pub fn times(self, times: u64) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Hits every matching call until [`Faults::clear`].
    pub fn always(self) -> Self {
        Self { times: None, ..self }
    }

    fn hits(&mut self, method: Option<&Method>, name: &str) -> bool {
        let by_method = match (&self.method, method) {
            (Some(wanted), Some(sent)) => wanted == sent,
            _ => true,
        };
        if !by_method || !name.starts_with(&self.prefix) || self.times == Some(0) {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if let Some(times) = &mut self.times {
            *times -= 1;
        }
        true
    }
}

/// The switchboard of faults of one double; clones share it, and it works while requests run.
///
/// Faults are not part of a snapshot: a restarted process begins without any.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Vec<(Fault, On)>>>);

impl Faults {
    /// Arms a fault. Several may be armed; the earliest that hits a call is played, the others wait.
    pub fn arm(&self, fault: Fault, on: On) {
        lock(&self.0).push((fault, on));
    }

    /// Disarms everything.
    pub fn clear(&self) {
        lock(&self.0).clear();
    }

    /// How many armed faults have not been used up.
    pub fn armed(&self) -> usize {
        lock(&self.0).len()
    }

    /// Applies armed webhook faults to the deliveries of one occasion.
    ///
    /// The doubles call it on every list that they return; call it for lists made by hand.
    pub fn distort(&self, deliveries: Vec<Delivery>) -> Vec<Delivery> {
        let mut out = Vec::with_capacity(deliveries.len());
        let mut reverse = false;
        for delivery in deliveries {
            let twice = self.take(None, delivery.kind(), |fault| fault == Fault::DuplicateWebhook);
            let back = self.take(None, delivery.kind(), |fault| fault == Fault::ReorderedWebhooks);
            reverse |= back.is_some();
            if twice.is_some() {
                out.push(delivery.clone());
            }
            out.push(delivery);
        }
        if reverse {
            out.reverse();
        }
        out
    }

    pub(crate) fn take_call(&self, method: &Method, path: &str) -> Option<Fault> {
        self.take(Some(method), path, |fault| {
            !matches!(fault, Fault::DuplicateWebhook | Fault::ReorderedWebhooks)
        })
    }

    fn take(
        &self,
        method: Option<&Method>,
        name: &str,
        wanted: impl Fn(Fault) -> bool,
    ) -> Option<Fault> {
        let mut armed = lock(&self.0);
        let found = armed
            .iter_mut()
            .filter(|(fault, _)| wanted(*fault))
            .find_map(|(fault, on)| on.hits(method, name).then_some(*fault));
        armed.retain(|(_, on)| on.times != Some(0));
        found
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::{Fault, Faults, On};

    #[test]
    fn fault_hits_the_nth_matching_call_and_then_stops() {
        let faults = Faults::default();
        faults.arm(Fault::RateLimit, On::path("/order/").nth(2).times(2));
        let played: Vec<bool> = ["/order/a", "/product/a", "/order/a", "/order/b", "/order/a"]
            .iter()
            .map(|path| faults.take_call(&Method::GET, path).is_some())
            .collect();
        assert_eq!(played, [false, false, true, true, false]);
        assert_eq!(faults.armed(), 0);
    }

    #[test]
    fn method_restricts_a_fault() {
        let faults = Faults::default();
        faults.arm(Fault::DropAfter, On::any().method(Method::POST));
        assert_eq!(faults.take_call(&Method::GET, "/x"), None);
        assert_eq!(faults.take_call(&Method::POST, "/x"), Some(Fault::DropAfter));
    }

    #[test]
    fn fault_armed_for_always_stays_until_cleared() {
        let faults = Faults::default();
        faults.arm(Fault::ServerError, On::any().always());
        for _ in 0..3 {
            assert!(faults.take_call(&Method::GET, "/x").is_some());
        }
        faults.clear();
        assert!(faults.take_call(&Method::GET, "/x").is_none());
    }
}
