use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, Result};

/// Called with the whole state after each change, before the caller gets its answer.
pub(crate) type OnChange = Box<dyn Fn(&Value) + Send + Sync>;

/// State that survives the process: it knows whether it was changed.
pub(crate) trait State: Serialize + DeserializeOwned + Send + 'static {
    /// Name in errors.
    const DOUBLE: &'static str;

    /// Whether something changed since the last call.
    fn take_changed(&mut self) -> bool;
}

/// A state under a lock, with its listener.
pub(crate) struct Kept<S> {
    state: Mutex<S>,
    on_change: Mutex<Option<OnChange>>,
}

impl<S: State> Kept<S> {
    pub(crate) fn new(state: S) -> Self {
        Self { state: Mutex::new(state), on_change: Mutex::new(None) }
    }

    /// Works on the state; on a change the listener runs before this returns and still under the
    /// lock, so that what it is shown is in order and is saved before it is answered.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut S) -> R) -> R {
        let mut state = lock(&self.state);
        let result = work(&mut state);
        if state.take_changed()
            && let Some(on_change) = lock(&self.on_change).as_ref()
            && let Ok(value) = serde_json::to_value(&*state)
        {
            on_change(&value);
        }
        result
    }

    pub(crate) fn listen(&self, on_change: OnChange) {
        *lock(&self.on_change) = Some(on_change);
    }

    pub(crate) fn snapshot(&self) -> Value {
        // A state holds text keys and plain values only, which always have a JSON form.
        serde_json::to_value(&*lock(&self.state)).unwrap_or(Value::Null)
    }

    pub(crate) fn restore(&self, value: &Value) -> Result<()> {
        let state = S::deserialize(value)
            .map_err(|source| Error::Snapshot { double: S::DOUBLE, source })?;
        *lock(&self.state) = state;
        Ok(())
    }
}

impl<S> fmt::Debug for Kept<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The state plays the remote side and holds its tokens.
        formatter.debug_struct("Kept").finish_non_exhaustive()
    }
}

/// A lock that a panicking test thread does not take away from the others.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
