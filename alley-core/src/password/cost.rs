//! What a hash costs, with bounds on both sides.

/// What one Argon2 computation costs: any values, for reading what others stored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "RFC 9106 has exactly these three")]
pub struct Cost {
    /// Memory in KiB (m).
    pub memory_kib: u32,
    /// Passes over the memory (t).
    pub passes: u32,
    /// Lanes (p).
    pub lanes: u32,
}

/// A cost that is strong enough for new hashes: at least as much memory and as many passes as
/// one of the OWASP Password Storage Cheat Sheet's five settings.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HashParams(Cost);

impl HashParams {
    /// 19 MiB, 2 passes: the default.
    pub const M19456_T2_P1: Self = Self::listed(19_456, 2);
    /// 46 MiB, 1 pass.
    pub const M47104_T1_P1: Self = Self::listed(47_104, 1);
    /// 12 MiB, 3 passes.
    pub const M12288_T3_P1: Self = Self::listed(12_288, 3);

    const LISTED: [Self; 5] = [
        Self::M47104_T1_P1,
        Self::M19456_T2_P1,
        Self::M12288_T3_P1,
        Self::listed(9_216, 4),
        Self::listed(7_168, 5),
    ];

    /// Takes a cost of one's own choice.
    ///
    /// # Errors
    /// When it is weaker than each of the listed settings, or beyond [`HashBounds::default`].
    pub fn new(cost: Cost) -> Result<Self, WeakParams> {
        let reaches = |Self(listed): &Self| {
            cost.memory_kib >= listed.memory_kib && cost.passes >= listed.passes && cost.lanes >= 1
        };
        if Self::LISTED.iter().any(reaches) && HashBounds::default().admits(cost) {
            return Ok(Self(cost));
        }
        Err(WeakParams { cost })
    }

    /// The cost.
    pub const fn cost(self) -> Cost {
        self.0
    }

    const fn listed(memory_kib: u32, passes: u32) -> Self {
        Self(Cost { memory_kib, passes, lanes: 1 })
    }
}

impl Default for HashParams {
    fn default() -> Self {
        Self::M19456_T2_P1
    }
}

/// A cost was refused for new hashes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "argon2id with m={} t={} p={} is refused: use at least m=47104 t=1, m=19456 t=2, m=12288 t=3, \
     m=9216 t=4 or m=7168 t=5, and at most m=262144 t=16 p=8",
    .cost.memory_kib, .cost.passes, .cost.lanes
)]
pub struct WeakParams {
    cost: Cost,
}

/// The most that a stored hash may ask for. Beyond it nothing is computed and no memory taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HashBounds(Cost);

impl HashBounds {
    /// Bounds of one's own choice, for hosts that read hashes of greater cost.
    pub const fn new(most: Cost) -> Self {
        Self(most)
    }

    pub(super) fn admits(self, cost: Cost) -> bool {
        cost.memory_kib <= self.0.memory_kib
            && cost.passes <= self.0.passes
            && cost.lanes <= self.0.lanes
    }
}

impl Default for HashBounds {
    /// 256 MiB, 16 passes, 8 lanes.
    fn default() -> Self {
        Self(Cost { memory_kib: 262_144, passes: 16, lanes: 8 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pw_08_weak_or_excessive_parameters_are_refused() {
        let new = |memory_kib, passes, lanes| HashParams::new(Cost { memory_kib, passes, lanes });
        for listed in HashParams::LISTED {
            let Cost { memory_kib, passes, lanes } = listed.cost();
            assert!(new(memory_kib, passes, lanes).is_ok());
            assert!(new(memory_kib - 1, passes, lanes).is_err());
            assert!(new(memory_kib, passes - 1, lanes).is_err() || passes == 1);
        }
        assert!(new(47_104, 0, 1).is_err());
        assert!(new(47_104, 1, 0).is_err());
        assert!(new(262_145, 1, 1).is_err());
        assert!(new(262_144, 16, 8).is_ok());
    }
}
