//! How a memory store can be broken on purpose, to prove that a suite notices.

/// A promise that a deliberately broken store breaks.
#[cfg_attr(not(feature = "conformance"), expect(unreachable_pub, reason = "made by suites alone"))]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// Updates and deletes do not look at the version.
    IgnoresVersions,
    /// Expectations are not checked.
    IgnoresExpects,
    /// The last fact of a commit is dropped.
    LosesFact,
    /// A refused commit keeps what it applied before the refusal.
    AppliesHalf,
    /// A repeated commit id is applied again.
    ForgetsCommitIds,
    /// A look-up finds the row of any tenant.
    SeesOtherTenants,
    /// A page passes over the row behind its cursor.
    SkipsAtPageBorder,
    /// A cursor of another query starts at the beginning.
    TakesAnyCursor,
    /// A commit checks first and applies later, and others come in between.
    RacesItself,
    /// A fact whose delivery was postponed is due at once.
    ForgetsPostponement,
    /// A name that is held is granted again.
    GrantsHeldLeases,
    /// A lease that is lost is renewed.
    RenewsLostLeases,
    /// A request with another fingerprint is taken for the same.
    IgnoresFingerprints,
    /// A result comes late and is kept all the same.
    TakesLateResults,
    /// Of many callers that begin a request, each is told to work.
    BeginsAgain,
    /// A row under a hold is erased.
    IgnoresHolds,
}

impl Fault {
    /// The faults of `commit`, which the suite of every port that commits notices.
    #[cfg(feature = "conformance")]
    pub const OF_COMMIT: &'static [Self] = &[
        Self::IgnoresVersions,
        Self::IgnoresExpects,
        Self::LosesFact,
        Self::AppliesHalf,
        Self::ForgetsCommitIds,
    ];
}
