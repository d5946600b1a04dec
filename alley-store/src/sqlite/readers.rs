//! The threads that read.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossbeam_channel::{Receiver, Sender, unbounded};
use rusqlite::Connection;

use super::writer::{Ended, Work};

type Read = Box<dyn Work>;

/// Gives work to as few threads as can do it at once.
///
/// One of those with nothing to do is next; the others sleep until somebody comes while nobody is next.
/// So whoever asks one thing after the other meets the thread that answered last, which is still awake
/// and has the statement at hand. On one channel for all each call would wake another one.
pub(super) struct Readers {
    state: Arc<Mutex<State>>,
    /// To whoever is next.
    next: Sender<Read>,
    /// To each thread, by its place.
    own: Vec<Sender<Read>>,
}

#[derive(Default)]
struct State {
    /// Whether a thread is next to whom no work was sent yet.
    next: bool,
    /// Pieces of work sent when nobody was next and nobody slept.
    waiting: usize,
    /// The places of those who sleep, the last one at the end. Nobody does while something waits.
    asleep: Vec<usize>,
}

/// One thread's side.
pub(super) struct Reader {
    state: Arc<Mutex<State>>,
    next: Receiver<Read>,
    place: usize,
    own: Receiver<Read>,
}

impl Readers {
    /// So many threads' sides, each to be [run](Reader::run) on a thread of its own.
    pub(super) fn new(count: usize) -> (Self, Vec<Reader>) {
        let state = Arc::<Mutex<State>>::default();
        let (next, receiver) = unbounded();
        let reader = |place| {
            let (state, next) = (Arc::clone(&state), receiver.clone());
            let (sender, own) = unbounded();
            (sender, Reader { state, next, place, own })
        };
        let (own, readers) = (0..count).map(reader).unzip();
        (Self { state, next, own }, readers)
    }

    /// Has the work done by whoever can do it first. Should every thread have ended, the work is
    /// dropped, which whoever waits for it notices.
    pub(super) fn send(&self, work: Read) {
        let to = {
            let mut state = locked(&self.state);
            if state.next {
                state.next = false;
                &self.next
            } else if let Some(place) = state.asleep.pop() {
                self.own.get(place).unwrap_or(&self.next)
            } else {
                state.waiting = state.waiting.saturating_add(1);
                &self.next
            }
        };
        drop(to.send(work));
    }
}

impl Reader {
    /// Does work until the [`Readers`] are gone and nothing waits.
    pub(super) fn run(self, connection: &Connection) {
        let mut turn = self.turn();
        while let Ok(mut work) = turn.recv() {
            if !work.is_canceled() {
                work.run(connection);
            }
            // Before the answer: whoever gets it may ask again at once.
            turn = self.turn();
            // A waker of the caller's that panics must not take along the thread that is expected.
            drop(catch_unwind(AssertUnwindSafe(|| work.answer(&Ended::Committed))));
        }
    }

    /// Where the work comes from that this thread does next.
    fn turn(&self) -> &Receiver<Read> {
        let mut state = locked(&self.state);
        if let Some(rest) = state.waiting.checked_sub(1) {
            state.waiting = rest;
            &self.next
        } else if state.next {
            state.asleep.push(self.place);
            &self.own
        } else {
            state.next = true;
            &self.next
        }
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread::{self, ThreadId};
    use std::time::Duration;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    /// Work that tells which thread does it, waits until it may end, and tells that it was answered.
    struct Slow {
        begun: mpsc::Sender<ThreadId>,
        may_end: mpsc::Receiver<()>,
        answered: mpsc::Sender<()>,
    }

    impl Work for Slow {
        fn is_canceled(&self) -> bool {
            false
        }

        fn run(&mut self, _connection: &Connection) -> bool {
            self.begun.send(thread::current().id()).unwrap();
            self.may_end.recv().unwrap_err();
            true
        }

        fn answer(self: Box<Self>, _ended: &Ended) {
            self.answered.send(()).unwrap();
        }
    }

    struct Trial {
        readers: Readers,
        threads: Vec<thread::JoinHandle<()>>,
        begun: mpsc::Receiver<ThreadId>,
        answered: mpsc::Receiver<()>,
        tell: (mpsc::Sender<ThreadId>, mpsc::Sender<()>),
    }

    impl Trial {
        /// So many threads, each of which has taken its turn.
        fn of(count: usize) -> Self {
            let (readers, sides) = Readers::new(count);
            let start = |side: Reader| {
                thread::spawn(move || side.run(&Connection::open_in_memory().unwrap()))
            };
            let threads = sides.into_iter().map(start).collect();
            while locked(&readers.state).asleep.len() + 1 < count {
                thread::yield_now();
            }
            let ((begun, threads_of), (answered, answers)) = (mpsc::channel(), mpsc::channel());
            let tell = (begun, answered);
            Self { readers, threads, begun: threads_of, answered: answers, tell }
        }

        /// Sends a piece of work, which ends when what this answers is dropped.
        fn send(&self) -> mpsc::Sender<()> {
            let (end, may_end) = mpsc::channel();
            let (begun, answered) = self.tell.clone();
            self.readers.send(Box::new(Slow { begun, may_end, answered }));
            end
        }

        fn begun(&self) -> ThreadId {
            self.begun.recv_timeout(PATIENCE).unwrap()
        }

        fn end(self) {
            drop(self.readers);
            self.threads.into_iter().for_each(|thread| thread.join().unwrap());
        }
    }

    #[test]
    fn who_asks_one_thing_after_the_other_meets_the_same_thread() {
        let trial = Trial::of(3);
        let mut threads = Vec::new();
        for _ in 0..200 {
            drop(trial.send());
            threads.push(trial.begun());
            trial.answered.recv_timeout(PATIENCE).unwrap();
        }
        threads.dedup();
        assert_eq!(threads.len(), 1);
        trial.end();
    }

    #[test]
    fn those_who_ask_at_once_meet_different_threads_again_and_again() {
        let trial = Trial::of(3);
        for _ in 0..50 {
            let ends = [0; 3].map(|_| trial.send());
            let mut threads = [0; 3].map(|_| trial.begun()).to_vec();
            threads.sort_by_key(|thread| format!("{thread:?}"));
            threads.dedup();
            assert_eq!(threads.len(), 3);
            drop(ends);
            (0..3).for_each(|_| trial.answered.recv_timeout(PATIENCE).unwrap());
        }
        trial.end();
    }

    #[test]
    fn what_nobody_has_time_for_is_done_later_even_after_the_end() {
        let trial = Trial::of(2);
        let ends = [0; 5].map(|_| trial.send());
        let _two = [trial.begun(), trial.begun()];
        assert!(trial.begun.try_recv().is_err(), "three pieces wait");
        assert_eq!(locked(&trial.readers.state).waiting, 3);
        let Trial { readers, threads, begun, answered, tell } = trial;
        drop((readers, tell));
        drop(ends);
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!((begun.iter().count(), answered.iter().count()), (3, 5));
    }
}
