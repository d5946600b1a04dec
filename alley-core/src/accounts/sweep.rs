//! Deletes what has expired. Nothing depends on it but disk space: what has expired is refused
//! whether its row is still there or not.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;

use super::work::delete;
use crate::attempt::{self, Applied};
use crate::commit::Commit;
use crate::env::Env;
use crate::error::Error;
use crate::identity::{Change, IdentityStore};
use crate::job::{Job, JobError, JobReport};
use crate::page::PageRequest;

/// Deletes expired one-time tokens and sessions in batches.
#[derive(Debug)]
pub(super) struct SweepIdentity {
    env: Env,
    identity: Arc<dyn IdentityStore>,
}

impl SweepIdentity {
    pub(super) const fn new(env: Env, identity: Arc<dyn IdentityStore>) -> Self {
        Self { env, identity }
    }

    /// Deletes these rows together; row by row if one of them has changed meanwhile.
    async fn sweep(&self, rows: Vec<Change>) -> Result<u64, Error> {
        let mut commit: Commit<Change> = self.env.commit()?;
        commit.changes.clone_from(&rows);
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        if rows.is_empty() || self.apply(commit).await? == Applied::Done {
            return Ok(count);
        }
        let mut done = 0;
        for row in rows {
            let commit: Commit<Change> = self.env.commit()?;
            if self.apply(commit.change(row)).await? == Applied::Done {
                done += 1;
            }
        }
        Ok(done)
    }

    async fn apply(&self, commit: Commit<Change>) -> Result<Applied, Error> {
        attempt::apply(commit, |commit| self.identity.commit(commit)).await
    }
}

#[async_trait]
impl Job for SweepIdentity {
    fn name(&self) -> &'static str {
        "sweep-identity"
    }

    fn every(&self) -> TimeDelta {
        TimeDelta::hours(1)
    }

    async fn run_once(&self, limit: u32) -> Result<JobReport, JobError> {
        let now = self.env.now();
        let tokens = self.identity.expired_tokens(now, PageRequest::first(limit)).await?;
        let sessions = self.identity.expired_sessions(now, PageRequest::first(limit)).await?;
        let more = tokens.next.is_some() || sessions.next.is_some();
        let mut done = self.sweep(tokens.items.iter().map(delete).collect()).await?;
        done += self.sweep(sessions.items.iter().map(delete).collect()).await?;
        Ok(JobReport::new(done, more))
    }
}
