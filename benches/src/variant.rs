//! One way of doing the work, and how long its slices took.

use std::time::Instant;

use crate::{Failure, machine};

/// What a variant is compared for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Role {
    /// What is measured.
    Ours,
    /// What the figure names.
    Peer,
    /// Printed for whoever wants to know; no figure is about it.
    Aside,
}

impl Role {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Peer => "peer",
            Self::Aside => "aside",
        }
    }
}

type Slice<'a> = Box<dyn FnMut(u32) -> Result<Spent, Failure> + 'a>;

/// One way of doing the work.
pub struct Variant<'a> {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    slice: Slice<'a>,
    pub(crate) spent: Vec<Spent>,
}

/// What a unit of work cost, in nanoseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    pub(crate) wall: u128,
    pub(crate) cpu: u128,
}

impl std::fmt::Debug for Variant<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Variant").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'a> Variant<'a> {
    /// Names a way of doing the work. `prepare` makes what one unit of it works on and is not timed;
    /// `work` is.
    pub fn new<I>(
        name: &'static str,
        role: Role,
        mut prepare: impl FnMut() -> I + 'a,
        mut work: impl FnMut(I) -> Result<(), Failure> + 'a,
    ) -> Self {
        let slice = move |iterations: u32| {
            let inputs: Vec<I> = (0..iterations).map(|_| prepare()).collect();
            let (cpu, start) = (machine::cpu_nanos(), Instant::now());
            for input in inputs {
                work(input)?;
            }
            let (wall, cpu) =
                (start.elapsed().as_nanos(), machine::cpu_nanos().saturating_sub(cpu));
            let each = |total: u128| total / u128::from(iterations.max(1));
            Ok(Spent { wall: each(wall), cpu: each(cpu) })
        };
        Self { name, role, slice: Box::new(slice), spent: Vec::new() }
    }

    pub(crate) fn run(&mut self, iterations: u32) -> Result<Spent, Failure> {
        (self.slice)(iterations)
    }
}
