//! A relay on loopback between a client and a PostgreSQL server: slow, deaf, or cut where it hurts.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use crate::frames::{ClientFrames, Encryption, Sent, ServerFrames};

/// Where a connection is cut that carries a COMMIT.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum CommitCut {
    /// The server never gets the COMMIT: nothing is applied.
    Withheld,
    /// As soon as the COMMIT was forwarded: nobody can know.
    Sent,
    /// When the server has answered, and instead of the answer: all is applied.
    Answered,
}

/// Which way bytes go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Direction {
    ToServer,
    ToClient,
}

/// Relays until it is dropped, which cuts every connection.
#[derive(Debug)]
pub(crate) struct Relay {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    to_server: AtomicU64,
    to_client: AtomicU64,
    refusing: AtomicBool,
    commit_cut: Mutex<Option<CommitCut>>,
    /// Changes when every connection is to end.
    cuts: watch::Sender<u64>,
    connections: AtomicU64,
    bursts: AtomicU64,
}

impl Relay {
    /// Listens on a free port of loopback.
    pub(crate) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            server,
            to_server: AtomicU64::new(0),
            to_client: AtomicU64::new(0),
            refusing: AtomicBool::new(false),
            commit_cut: Mutex::new(None),
            cuts: watch::Sender::new(0),
            connections: AtomicU64::new(0),
            bursts: AtomicU64::new(0),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, accepting }
    }

    /// Where clients connect to.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Holds back what is read from now on for so long, in whole microseconds. What follows it
    /// closely does not wait longer.
    pub(crate) fn delay(&self, direction: Direction, by: Duration) {
        let by = u64::try_from(by.as_micros()).unwrap();
        self.shared.delay(direction).store(by, Ordering::SeqCst);
    }

    /// Whether new connections are closed at once. Those that are open stay.
    pub(crate) fn refuse(&self, refusing: bool) {
        self.shared.refusing.store(refusing, Ordering::SeqCst);
    }

    /// Ends every connection that is open.
    pub(crate) fn cut_all(&self) {
        self.shared.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Cuts the connection that carries the next COMMIT, and no other.
    pub(crate) fn cut_next_commit(&self, cut: CommitCut) {
        *self.shared.commit_cut.lock().unwrap() = Some(cut);
    }

    /// Whether the COMMIT to be cut has not come yet.
    pub(crate) fn awaits_commit(&self) -> bool {
        self.shared.commit_cut.lock().unwrap().is_some()
    }

    /// How many connections were opened so far, those that were refused left out.
    pub(crate) fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// How often a client asked for an answer so far: simple queries and `Sync` messages. The
    /// exchange that opens a connection is not counted.
    pub(crate) fn round_trips(&self) -> u64 {
        self.shared.bursts.load(Ordering::SeqCst)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Shared {
    fn delay(&self, direction: Direction) -> &AtomicU64 {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
    }

    fn due(&self, direction: Direction) -> Instant {
        Instant::now() + Duration::from_micros(self.delay(direction).load(Ordering::SeqCst))
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Ends its tasks with this one.
    let mut links = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        if shared.refusing.load(Ordering::SeqCst) {
            continue;
        }
        shared.connections.fetch_add(1, Ordering::SeqCst);
        let mut cuts = shared.cuts.subscribe();
        let shared = Arc::clone(&shared);
        links.spawn(async move {
            tokio::select! {
                () = relay(client, &shared) => {}
                _ = cuts.changed() => {}
            }
        });
        while links.try_join_next().is_some() {}
    }
}

async fn relay(client: TcpStream, shared: &Shared) {
    let Ok(server) = TcpStream::connect(shared.server).await else { return };
    for stream in [&client, &server] {
        stream.set_nodelay(true).unwrap();
    }
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let link = Link { shared, encryption: Encryption::default(), swallowed: AtomicU64::new(0) };
    let (requests, to_send) = mpsc::channel(64);
    let (answers, to_answer) = mpsc::channel(64);
    // Whoever has delivered its last piece ends the connection; who only has no more to read lets
    // the other deliver.
    tokio::select! {
        () = deliver(to_send, to_server) => {}
        () = deliver(to_answer, to_client) => {}
        () = async {
            tokio::join!(link.requests(from_client, requests), link.answers(from_server, answers));
            std::future::pending::<()>().await;
        } => {}
    }
}

/// Bytes under way.
struct Piece {
    bytes: Vec<u8>,
    due: Instant,
    /// The connection is cut behind it.
    last: bool,
}

async fn deliver(mut pieces: mpsc::Receiver<Piece>, mut to: OwnedWriteHalf) {
    while let Some(piece) = pieces.recv().await {
        tokio::time::sleep_until(piece.due).await;
        if to.write_all(&piece.bytes).await.is_err() || piece.last {
            return;
        }
    }
}

/// One client and its connection to the server.
struct Link<'a> {
    shared: &'a Shared,
    encryption: Encryption,
    /// Which answer of the server is kept from the client, counted from 1; 0 for none.
    swallowed: AtomicU64,
}

impl Link<'_> {
    async fn requests(&self, mut from: OwnedReadHalf, queue: mpsc::Sender<Piece>) {
        let mut frames = ClientFrames::default();
        // The first thing that is answered is the start of the connection.
        let mut asked = 1;
        let mut buffer = vec![0; BUFFER_BYTES];
        while let Some(bytes) = read(&mut from, &mut buffer).await {
            let due = self.shared.due(Direction::ToServer);
            let mut cut = None;
            for (end, sent) in frames.read(bytes, &self.encryption) {
                asked += 1;
                self.shared.bursts.fetch_add(1, Ordering::SeqCst);
                if sent == Sent::Burst {
                    continue;
                }
                match self.shared.commit_cut.lock().unwrap().take() {
                    // A message that lacks its last byte is never acted on.
                    Some(CommitCut::Withheld) => cut = Some(end - 1),
                    Some(CommitCut::Sent) => cut = Some(end),
                    Some(CommitCut::Answered) => self.swallowed.store(asked, Ordering::SeqCst),
                    None => {}
                }
                if cut.is_some() {
                    break;
                }
            }
            let mut piece = Piece { bytes: bytes.to_vec(), due, last: cut.is_some() };
            piece.bytes.truncate(cut.unwrap_or(bytes.len()));
            if queue.send(piece).await.is_err() || cut.is_some() {
                return;
            }
        }
    }

    async fn answers(&self, mut from: OwnedReadHalf, queue: mpsc::Sender<Piece>) {
        let mut frames = ServerFrames::default();
        let mut answered = 0;
        let mut buffer = vec![0; BUFFER_BYTES];
        while let Some(bytes) = read(&mut from, &mut buffer).await {
            let due = self.shared.due(Direction::ToClient);
            let ready = frames.read(bytes, &self.encryption);
            let mut piece = Piece { bytes: bytes.to_vec(), due, last: false };
            // Set before the server could begin to answer.
            let swallowed = self.swallowed.load(Ordering::SeqCst);
            if swallowed > 0 {
                let before = usize::try_from(swallowed - 1 - answered).unwrap();
                let kept = match before {
                    0 => 0,
                    _ => ready.get(before - 1).copied().unwrap_or(bytes.len()),
                };
                piece.bytes.truncate(kept);
                piece.last = ready.len() > before;
            }
            answered += u64::try_from(ready.len()).unwrap();
            let last = piece.last;
            if queue.send(piece).await.is_err() || last {
                return;
            }
        }
    }
}

/// The next bytes; `None` when there are no more.
async fn read<'b>(from: &mut OwnedReadHalf, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    match from.read(buffer).await {
        Ok(0) | Err(_) => None,
        Ok(read) => buffer.get(..read),
    }
}

const BUFFER_BYTES: usize = 64 * 1024;
