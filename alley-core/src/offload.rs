//! Work that keeps a processor busy for long, such as password hashing, away from the threads
//! that serve requests.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures_channel::oneshot;

/// Runs work that blocks. A port, so that no library chooses the host's runtime; a host on tokio
/// may put a semaphore and `spawn_blocking` behind it.
///
/// # Contract
/// - The future completes after the work has run to its end, or with [`Overloaded`] if it was
///   never begun. Work is never run twice.
/// - How much runs at once is bounded by the implementation, and the bound counts running work,
///   not waiting callers: dropping the future does not stop work that has begun, nor lets other
///   work begin in its place. Work that has not begun may then be left out.
#[async_trait]
pub trait Offload: std::fmt::Debug + Send + Sync + 'static {
    /// Runs `work` elsewhere and waits for its end.
    ///
    /// # Errors
    /// When there is no room; the work was dropped without being run.
    async fn run(&self, work: Box<dyn FnOnce() + Send>) -> Result<(), Overloaded>;
}

/// There is no room for more work now; nothing was done. Worth another try in seconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("too much work is waiting already: try again later")]
#[non_exhaustive]
pub struct Overloaded;

impl Overloaded {
    /// For implementers of [`Offload`].
    pub const fn new() -> Self {
        Self
    }
}

impl Default for Overloaded {
    fn default() -> Self {
        Self::new()
    }
}

/// Runs `work` through the port and gives back what it returns. A panic of the work continues
/// in the caller.
///
/// # Errors
/// When there is no room; the work was not run.
///
/// # Cancel safety
/// Dropping the future drops the outcome; the work runs to its end once it has begun.
///
/// ```
/// use alley_core::offload::{self, InlineOffload};
///
/// let sum = pollster::block_on(offload::call(&InlineOffload::new(), || 1 + 1));
/// assert_eq!(sum, Ok(2));
/// ```
pub async fn call<T: Send + 'static>(
    offload: &dyn Offload,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Overloaded> {
    let (sender, receiver) = oneshot::channel();
    let boxed = Box::new(move || {
        // Nobody listens when the caller has gone.
        let _unheard = sender.send(catch_unwind(AssertUnwindSafe(work)));
    });
    offload.run(boxed).await?;
    match receiver.await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(panic)) => resume_unwind(panic),
        Err(oneshot::Canceled) => Err(Overloaded),
    }
}

/// Runs the work on the calling thread, at once. For tests, scripts and examples: a server that
/// uses it stops serving while a password is hashed.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct InlineOffload;

impl InlineOffload {
    /// Runs work on the calling thread.
    pub const fn new() -> Self {
        Self
    }
}

#[async_trait]
impl Offload for InlineOffload {
    async fn run(&self, work: Box<dyn FnOnce() + Send>) -> Result<(), Overloaded> {
        work();
        Ok(())
    }
}

/// A fixed number of threads with a bounded queue before them. Needs no runtime.
///
/// Dropping it lets running work end, drops waiting work (its callers get [`Overloaded`]) and
/// joins the threads.
pub struct ThreadOffload {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    longest_queue: usize,
    longest_wait: Duration,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Task>,
    idle_threads: usize,
    closed: bool,
}

struct Task {
    work: Box<dyn FnOnce() + Send>,
    since: Instant,
    done: oneshot::Sender<()>,
}

impl ThreadOffload {
    /// For password hashing: a thread for each processor that the process may use, four at most, and 64
    /// callers who wait. Each thread takes the memory of one hash, 19 MiB with the default parameters.
    ///
    /// # Errors
    /// When the system refuses a thread; those already started end.
    pub fn for_hashing() -> std::io::Result<Self> {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::new(processors.min(4), 64)
    }

    /// Starts `threads` threads (at least one). `queue` is how much work may wait beyond what
    /// runs, zero for none. Work that has waited for two seconds when its turn comes is refused.
    ///
    /// # Errors
    /// When the system refuses a thread; those already started end.
    pub fn new(threads: usize, queue: usize) -> std::io::Result<Self> {
        Self::with_longest_wait(threads, queue, Duration::from_secs(2))
    }

    /// As [`new`](Self::new), with another bound on the time that work may wait for its turn.
    ///
    /// # Errors
    /// When the system refuses a thread; those already started end.
    pub fn with_longest_wait(
        threads: usize,
        queue: usize,
        longest_wait: Duration,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            changed: Condvar::new(),
            longest_queue: queue,
            longest_wait,
        });
        let mut offload = Self { shared, threads: Vec::new() };
        // Counted before they start, so that the first work finds room at once.
        offload.shared.lock().idle_threads = threads.max(1);
        for number in 0..threads.max(1) {
            let shared = Arc::clone(&offload.shared);
            let builder = std::thread::Builder::new().name(format!("alley-offload-{number}"));
            offload.threads.push(builder.spawn(move || shared.work())?);
        }
        Ok(offload)
    }
}

#[async_trait]
impl Offload for ThreadOffload {
    async fn run(&self, work: Box<dyn FnOnce() + Send>) -> Result<(), Overloaded> {
        let receiver = self.shared.enqueue(work)?;
        receiver.await.map_err(|oneshot::Canceled| Overloaded)
    }
}

impl Drop for ThreadOffload {
    fn drop(&mut self) {
        let dropped = {
            let mut queue = self.shared.lock();
            queue.closed = true;
            std::mem::take(&mut queue.waiting)
        };
        drop(dropped);
        self.shared.changed.notify_all();
        let here = std::thread::current().id();
        for thread in self.threads.drain(..) {
            // The last owner may be the work itself; a thread cannot wait for its own end.
            if thread.thread().id() != here {
                let _panicked = thread.join();
            }
        }
    }
}

impl std::fmt::Debug for ThreadOffload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ThreadOffload")
            .field("threads", &self.threads.len())
            .field("longest_queue", &self.shared.longest_queue)
            .finish_non_exhaustive()
    }
}

impl Shared {
    fn enqueue(&self, work: Box<dyn FnOnce() + Send>) -> Result<oneshot::Receiver<()>, Overloaded> {
        let mut queue = self.lock();
        // Work for which a thread is free counts as running, even before the thread woke up.
        let room = self.longest_queue.saturating_add(queue.idle_threads);
        if queue.closed || queue.waiting.len() >= room {
            return Err(Overloaded);
        }
        let (done, receiver) = oneshot::channel();
        queue.waiting.push_back(Task { work, since: Instant::now(), done });
        drop(queue);
        self.changed.notify_one();
        Ok(receiver)
    }

    fn work(&self) {
        let mut queue = self.lock();
        loop {
            if let Some(task) = queue.waiting.pop_front() {
                queue.idle_threads = queue.idle_threads.saturating_sub(1);
                drop(queue);
                let done = self.perform(task);
                queue = self.lock();
                queue.idle_threads += 1;
                if let Some(done) = done {
                    // Told only now, so that whoever hears of it finds this thread free.
                    drop(queue);
                    let _unheard = done.send(());
                    queue = self.lock();
                }
            } else if queue.closed {
                return;
            } else {
                queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn perform(&self, task: Task) -> Option<oneshot::Sender<()>> {
        if task.done.is_canceled() || task.since.elapsed() > self.longest_wait {
            return None;
        }
        // A panic must not take the thread with it; `call` carries it to the caller.
        let _panicked = catch_unwind(AssertUnwindSafe(task.work));
        Some(task.done)
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
