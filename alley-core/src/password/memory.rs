//! The working memory of Argon2, which is large, used again, and wiped after each use.

use std::sync::{Mutex, PoisonError};

use argon2::Block;
use zeroize::Zeroize as _;

/// Buffers that wait for their next use; all of them zero.
#[derive(Default)]
pub(super) struct Pool {
    idle: Mutex<Vec<Vec<Block>>>,
}

impl Pool {
    /// Most buffers that are kept; more only exist while more hashes run at once.
    const MOST_IDLE: usize = 4;

    /// Memory of at least `blocks` KiB, all zero; none if the system has no more.
    pub(super) fn take(&self, blocks: usize) -> Option<Memory<'_>> {
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut buffer = kept.unwrap_or_default();
        if let Some(missing) = blocks.checked_sub(buffer.len()) {
            buffer.try_reserve_exact(missing).ok()?;
            buffer.resize(blocks, Block::new());
        }
        Some(Memory { pool: self, buffer, used: blocks })
    }

    #[cfg(test)]
    pub(super) fn idle_words(&self) -> Vec<u64> {
        let idle = self.idle.lock().unwrap();
        idle.iter().flatten().flat_map(|block| block.as_ref().iter().copied()).collect()
    }
}

/// Borrowed memory; wiped and given back when dropped, also on a panic.
pub(super) struct Memory<'a> {
    pool: &'a Pool,
    buffer: Vec<Block>,
    used: usize,
}

impl Memory<'_> {
    pub(super) fn blocks(&mut self) -> &mut [Block] {
        self.buffer.get_mut(..self.used).unwrap_or_default()
    }
}

impl Drop for Memory<'_> {
    fn drop(&mut self) {
        for block in self.blocks() {
            block.zeroize();
        }
        let mut idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < Pool::MOST_IDLE {
            idle.push(std::mem::take(&mut self.buffer));
        }
    }
}
