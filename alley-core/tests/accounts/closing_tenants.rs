//! An owner who is removed while they close the tenant does not close it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use alley_core::conformance::{Hook, Hooked};
use alley_core::rate_limit::MemoryLimiter;
use alley_core::{
    Access, AccountId, MemberChange, Outbox as _, Stores, Tenancy, TenantChange, TenantRole,
    TenantStatus,
};
use async_trait::async_trait;

use crate::tenants::{access, create};
use crate::world::World;

/// Lets another owner remove a member right after so many reads.
#[derive(Debug)]
struct Interrupted {
    reads: AtomicUsize,
    after: usize,
    tenancy: Tenancy,
    owner: Access,
    member: AccountId,
}

#[async_trait]
impl Hook for Interrupted {
    async fn after_read(&self) {
        if self.reads.fetch_add(1, Ordering::SeqCst) + 1 == self.after {
            let removed = self.tenancy.remove_member(&self.owner, self.member).await.unwrap();
            assert_eq!(removed, MemberChange::Done);
        }
    }
}

#[tokio::test]
async fn an_owner_removed_between_the_reads_of_closing_does_not_close() {
    // After the first read, and after the second, which is the last before the commit.
    for after in [1, 2] {
        let world = World::new();
        let ann = world.signed_in("ann@example.test").await;
        let bob = world.signed_in("bob@example.test").await;
        let tenant = create(&world, &ann).await;
        let anns = access(&world, &ann, tenant).await;
        let (member, owner) = (ann.session.account(), bob.session.account());
        let added = world.tenancy.add_member(&anns, owner, TenantRole::Owner).await.unwrap();
        assert_eq!(added, MemberChange::Done);
        let interrupted = Interrupted {
            reads: AtomicUsize::new(0),
            after,
            tenancy: world.tenancy.clone(),
            owner: access(&world, &bob, tenant).await,
            member,
        };
        let store = Arc::new(Hooked::new(Arc::clone(&world.store), interrupted));
        let limiter = Arc::new(MemoryLimiter::new(world.env.clock.clone()));
        let tenancy = Tenancy::new(&world.env, Stores::new(Arc::clone(&store), limiter));
        let closed = tenancy.close(&anns).await.unwrap();
        assert!(store.hook().reads.load(Ordering::SeqCst) >= after, "it was interrupted");
        assert_eq!(closed, TenantChange::NotAllowed, "after read {after}");
        let row = world.stores.tenancy.tenant(tenant).await.unwrap().unwrap();
        assert_eq!(row.record.status, TenantStatus::Active);
        assert!(world.store.store().due(world.env.now(), 10).await.unwrap().is_empty());
    }
}
