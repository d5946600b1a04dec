use std::fmt;
use std::sync::Arc;

/// The clock of a double, in whole Unix seconds.
///
/// Everything that a double checks or writes about time (signature windows, expiry, `created`) is
/// read from here, so a test or a journey on a virtual clock moves the remote side along with its own.
#[derive(Clone)]
pub struct Now(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Now {
    /// A clock that asks `read` each time; it is called under the double's lock and must not call
    /// the double.
    pub fn new(read: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// A clock that stands still at `unix_seconds`.
    pub fn fixed(unix_seconds: i64) -> Self {
        Self::new(move || unix_seconds)
    }

    /// The present instant in Unix seconds.
    pub fn unix_seconds(&self) -> i64 {
        (self.0)()
    }
}

impl fmt::Debug for Now {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Now").field(&self.unix_seconds()).finish()
    }
}
