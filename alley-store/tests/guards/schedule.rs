//! When who reads and commits.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Barrier, mpsc, oneshot};
use tokio::task::JoinHandle;

/// What a writer does.
pub(crate) type Work = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// How those who have read are let on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Release {
    /// All at once, so that the engine meets them together.
    Together,
    /// Each when the one before has ended.
    OneByOne,
}

/// What a writer waits at, once, after it has read and before it commits.
#[derive(Debug)]
pub(crate) struct Gate {
    arrived: mpsc::UnboundedSender<()>,
    open: Mutex<Option<oneshot::Receiver<()>>>,
}

impl Gate {
    /// Waits the first time, and never again.
    pub(crate) async fn pass(&self) {
        let open = self.open.lock().unwrap().take();
        if let Some(open) = open {
            // Where the gate was open from the beginning nobody looks.
            let _ = self.arrived.send(());
            open.await.unwrap();
        }
    }
}

/// The other side of a gate.
pub(crate) struct Gatekeeper {
    arrived: mpsc::UnboundedReceiver<()>,
    open: oneshot::Sender<()>,
}

impl Gatekeeper {
    /// Lets the writer on, whether it is there or not.
    pub(crate) fn open(self) {
        self.open.send(()).unwrap();
    }
}

pub(crate) fn gate() -> (Arc<Gate>, Gatekeeper) {
    let (arrived, wait) = mpsc::unbounded_channel();
    let (open, opened) = oneshot::channel();
    let gate = Gate { arrived, open: Mutex::new(Some(opened)) };
    (Arc::new(gate), Gatekeeper { arrived: wait, open })
}

/// The worst schedule: each begins when the one before stands at its gate, and none goes on before all
/// stand there.
pub(crate) async fn all_read_before_one_commits(
    writers: Vec<(Gatekeeper, Work)>,
    release: Release,
) {
    let mut waiting: Vec<(oneshot::Sender<()>, JoinHandle<()>)> = Vec::new();
    for (mut keeper, work) in writers {
        let mut task = tokio::spawn(work);
        tokio::select! {
            Some(()) = keeper.arrived.recv() => {}
            ended = &mut task => {
                ended.unwrap();
                unreachable!("a writer ended before all had read");
            }
        }
        waiting.push((keeper.open, task));
    }
    let mut let_on = Vec::new();
    for (open, task) in waiting {
        open.send(()).unwrap();
        match release {
            Release::Together => let_on.push(task),
            Release::OneByOne => ended(task).await,
        }
    }
    for task in let_on {
        ended(task).await;
    }
}

/// Each writer begins and waits at its gate or ends; then `meanwhile` happens; then they go on, one by
/// one. Answers how many waited.
pub(crate) async fn overtaken(writers: Vec<(Gatekeeper, Work)>, meanwhile: Work) -> usize {
    let mut waiting = Vec::new();
    for (mut keeper, work) in writers {
        let mut task = tokio::spawn(work);
        tokio::select! {
            Some(()) = keeper.arrived.recv() => waiting.push((keeper.open, task)),
            ended = &mut task => ended.unwrap(),
        }
    }
    ended(tokio::spawn(meanwhile)).await;
    let waited = waiting.len();
    for (open, task) in waiting {
        open.send(()).unwrap();
        ended(task).await;
    }
    waited
}

/// All at once, as it comes.
pub(crate) async fn race(writers: Vec<Work>) {
    let start = Arc::new(Barrier::new(writers.len()));
    let run = |work: Work| {
        let start = Arc::clone(&start);
        tokio::spawn(async move {
            start.wait().await;
            work.await;
        })
    };
    let tasks: Vec<_> = writers.into_iter().map(run).collect();
    for task in tasks {
        ended(task).await;
    }
}

async fn ended(task: JoinHandle<()>) {
    tokio::time::timeout(Duration::from_mins(1), task).await.unwrap().unwrap();
}
