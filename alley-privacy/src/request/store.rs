//! The port of data subjects' requests.

use alley_core::{
    Commit, Committed, Field as _, Key, Page, PageRequest, Query, Record, RecordStore,
    RecordStoreExt as _, StoreError, Versioned, changes,
};
use async_trait::async_trait;

use super::{PrivacyRequest, RequestId, RequestStatus};

changes! {
    /// What can be written through [`RequestStore`].
    pub enum RequestChange {
        /// A request.
        Request(PrivacyRequest),
    }
}

pub(crate) static REQUESTS_IN_STATE: Query =
    Query::new("privacy_requests_in_state", PrivacyRequest::TYPE)
        .equals(&["state"])
        .order_by("received_at");

/// Keeps requests of data subjects and organizations.
///
/// # Contract
/// `commit` keeps the contract of [`Commit`]; a read sees every commit that returned before it.
#[async_trait]
pub trait RequestStore: std::fmt::Debug + Send + Sync + 'static {
    /// A request.
    async fn request(&self, id: RequestId)
    -> Result<Option<Versioned<PrivacyRequest>>, StoreError>;

    /// Requests in a state, the oldest first.
    async fn requests_in_state(
        &self,
        state: RequestStatus,
        page: PageRequest,
    ) -> Result<Page<Versioned<PrivacyRequest>>, StoreError>;

    /// Applies all of a commit, or nothing of it.
    async fn commit(&self, commit: Commit<RequestChange>) -> Result<Committed, StoreError>;
}

#[async_trait]
impl<S: RecordStore + ?Sized> RequestStore for S {
    async fn request(
        &self,
        id: RequestId,
    ) -> Result<Option<Versioned<PrivacyRequest>>, StoreError> {
        self.record(&Key::global(&id)).await
    }

    async fn requests_in_state(
        &self,
        state: RequestStatus,
        page: PageRequest,
    ) -> Result<Page<Versioned<PrivacyRequest>>, StoreError> {
        self.records(&REQUESTS_IN_STATE, &[state.to_value()], page).await
    }

    async fn commit(&self, commit: Commit<RequestChange>) -> Result<Committed, StoreError> {
        RecordStore::commit(self, commit.lower()).await
    }
}
