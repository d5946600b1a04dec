//! The relay that other tests trust: by itself with raw messages, and between sqlx and a server.
#![expect(clippy::unwrap_used, reason = "test code")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

#[path = "common/frames.rs"]
mod frames;
#[path = "common/relay.rs"]
mod relay;
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "common/server.rs"]
mod server;

use frames::{ClientFrames, Encryption, Sent, ServerFrames};
use relay::{CommitCut, Direction, Relay};
use server::{Schema, Server};

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    let kind = (kind != UNTYPED).then_some(kind);
    kind.into_iter().chain(length.to_be_bytes()).chain(body.iter().copied()).collect()
}

const UNTYPED: u8 = 0;

fn start() -> Vec<u8> {
    message(UNTYPED, b"\x00\x03\x00\x00user\0me\0\0")
}

fn query(text: &str) -> Vec<u8> {
    message(b'Q', format!("{text}\0").as_bytes())
}

fn ready() -> Vec<u8> {
    message(b'Z', b"I")
}

/// What the client's bytes mean, read in pieces of `size` bytes: where each event is complete.
fn sent(bytes: &[u8], size: usize) -> Vec<(usize, Sent)> {
    let (mut frames, encryption) = (ClientFrames::default(), Encryption::default());
    let pieces = bytes.chunks(size).enumerate().flat_map(|(nth, piece)| {
        let events = frames.read(piece, &encryption);
        events.into_iter().map(move |(end, event)| (nth * size + end, event)).collect::<Vec<_>>()
    });
    pieces.collect()
}

#[test]
fn messages_are_found_however_they_are_split() {
    let extended = [
        message(b'P', b"\0SELECT 1\0\0\0"),
        message(b'B', b"\0\0\0\0\0\0\0\0"),
        message(b'E', b"\0\0\0\0\0"),
        message(b'S', b""),
    ];
    let asks = message(UNTYPED, &80_877_103_u32.to_be_bytes());
    let mut bytes = [asks, start(), query("SELECT 'COMMIT'")].concat();
    let mut wanted = vec![(bytes.len(), Sent::Burst)];
    bytes.extend(extended.concat());
    wanted.push((bytes.len(), Sent::Burst));
    bytes.extend(query("COMMIT"));
    wanted.push((bytes.len(), Sent::Commit));
    for size in 1..=bytes.len() {
        assert_eq!(sent(&bytes, size), wanted, "pieces of {size}");
    }
}

#[test]
fn a_commit_is_told_from_what_looks_like_one() {
    let commits = ["COMMIT", "commit", " Commit ; ", "INSERT INTO note VALUES (1); COMMIT"];
    let others = ["SELECT 'COMMIT'", "COMMITTED", "BEGIN", "ROLLBACK", "COMMIT; SELECT 1", ""];
    for (texts, event) in [(&commits[..], Sent::Commit), (&others[..], Sent::Burst)] {
        for text in texts {
            let bytes = [start(), query(text)].concat();
            assert_eq!(sent(&bytes, 7), [(bytes.len(), event)], "{text:?}");
        }
    }
}

#[test]
fn a_request_for_encryption_is_answered_with_one_byte() {
    let asks = message(UNTYPED, &80_877_103_u32.to_be_bytes());
    // `S` says yes, and what looks like messages afterwards is none; `N` says no.
    for (answer, found) in [(b"N", 1), (b"S", 0)] {
        let (mut client, mut server) = (ClientFrames::default(), ServerFrames::default());
        let encryption = Encryption::default();
        assert_eq!(client.read(&asks, &encryption), []);
        let bytes = [answer.to_vec(), message(b'R', &[0; 4]), ready()].concat();
        assert_eq!(server.read(&bytes, &encryption).len(), found);
        let bytes = [start(), query("SELECT 1")].concat();
        assert_eq!(client.read(&bytes, &encryption).len(), found);
    }
}

/// A server that accepts one client.
struct Double {
    listener: TcpListener,
    relay: Relay,
}

impl Double {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let relay = Relay::to(listener.local_addr().unwrap()).await;
        Self { listener, relay }
    }

    /// A client, and the server's end of its connection, both past the start.
    async fn connect(&self) -> (TcpStream, TcpStream) {
        let mut client = TcpStream::connect(self.relay.address()).await.unwrap();
        client.write_all(&start()).await.unwrap();
        let (mut server, _) = self.listener.accept().await.unwrap();
        assert_eq!(exactly(&mut server, start().len()).await, start());
        server.write_all(&ready()).await.unwrap();
        assert_eq!(exactly(&mut client, ready().len()).await, ready());
        (client, server)
    }
}

async fn exactly(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await.unwrap();
    bytes
}

/// All that still comes before the connection ends.
async fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A reset is an end too.
    drop(stream.read_to_end(&mut bytes).await);
    bytes
}

#[tokio::test]
async fn bytes_pass_both_ways_and_questions_are_counted() {
    let double = Double::start().await;
    let (mut client, mut server) = double.connect().await;
    assert_eq!(double.relay.round_trips(), 0);
    let bytes = [query("BEGIN"), query("COMMIT"), message(b'S', b"")].concat();
    for byte in &bytes {
        client.write_all(&[*byte]).await.unwrap();
    }
    assert_eq!(exactly(&mut server, bytes.len()).await, bytes);
    assert_eq!((double.relay.round_trips(), double.relay.connections()), (3, 1));
    drop(client);
    assert_eq!(rest(server).await, b"");
}

#[tokio::test]
async fn a_commit_is_cut_before_at_and_after_the_server() {
    for (cut, seen) in [(CommitCut::Withheld, 11), (CommitCut::Sent, 12)] {
        let double = Double::start().await;
        let (mut client, server) = double.connect().await;
        let (mut other, mut of_other) = double.connect().await;
        double.relay.cut_next_commit(cut);
        assert!(double.relay.awaits_commit());
        client.write_all(&[query("SELECT 1"), query("COMMIT")].concat()).await.unwrap();
        let first = query("SELECT 1").len();
        assert_eq!(query("COMMIT").len(), 12);
        assert_eq!(rest(server).await.len(), first + seen, "{cut:?}");
        assert_eq!(rest(client).await, b"", "{cut:?}");
        assert!(!double.relay.awaits_commit());
        // Nobody else notices.
        other.write_all(&query("COMMIT")).await.unwrap();
        assert_eq!(exactly(&mut of_other, 12).await, query("COMMIT"), "{cut:?}");
    }
}

#[tokio::test]
async fn the_answer_to_a_commit_is_swallowed_and_no_other() {
    let double = Double::start().await;
    let (mut client, mut server) = double.connect().await;
    double.relay.cut_next_commit(CommitCut::Answered);
    let questions = [query("SELECT 1"), query("COMMIT")].concat();
    client.write_all(&questions).await.unwrap();
    assert_eq!(exactly(&mut server, questions.len()).await, questions);
    let first = [message(b'C', b"SELECT 1\0"), ready()].concat();
    let second = [message(b'C', b"COMMIT\0"), ready()].concat();
    for byte in first.iter().chain(&second) {
        server.write_all(&[*byte]).await.unwrap();
    }
    assert_eq!(rest(client).await, first);
    assert_eq!(rest(server).await, b"");
}

#[tokio::test]
async fn connections_are_refused_and_cut_on_request() {
    let double = Double::start().await;
    let (mut open, mut server) = double.connect().await;
    double.relay.refuse(true);
    assert_eq!(rest(TcpStream::connect(double.relay.address()).await.unwrap()).await, b"");
    open.write_all(&query("SELECT 1")).await.unwrap();
    assert_eq!(exactly(&mut server, query("SELECT 1").len()).await, query("SELECT 1"));
    double.relay.refuse(false);
    let (second, _server) = double.connect().await;
    double.relay.cut_all();
    assert_eq!((rest(open).await, rest(second).await), (Vec::new(), Vec::new()));
    double.connect().await;
    assert_eq!(double.relay.connections(), 3);
}

#[tokio::test]
async fn each_direction_is_as_slow_as_it_is_told() {
    let double = Double::start().await;
    let (mut client, mut server) = double.connect().await;
    let pause = Duration::from_millis(40);
    for direction in [Direction::ToServer, Direction::ToClient] {
        double.relay.delay(direction, pause);
        let (from, to) = match direction {
            Direction::ToServer => (&mut client, &mut server),
            Direction::ToClient => (&mut server, &mut client),
        };
        let began = Instant::now();
        from.write_all(&ready()).await.unwrap();
        exactly(to, ready().len()).await;
        assert!(began.elapsed() >= pause, "{direction:?} took {:?}", began.elapsed());
        double.relay.delay(direction, Duration::ZERO);
    }
}

async fn connect(server: &Server, relay: SocketAddr) -> PgConnection {
    let options: PgConnectOptions = server.url_through(relay).parse().unwrap();
    options.connect().await.unwrap()
}

/// A schema with one table.
fn notes(server: &Server) -> Schema {
    let schema = server.fresh_schema();
    let name = schema.name();
    server.number(&format!("CREATE SCHEMA {name}; CREATE TABLE {name}.note (id bigint)")).unwrap();
    schema
}

/// One row in a transaction of its own; what the client hears of the COMMIT.
async fn write(client: &mut PgConnection, schema: &Schema) -> Result<(), sqlx::Error> {
    let mut transaction = client.begin().await.unwrap();
    let insert = format!("INSERT INTO {}.note VALUES (1)", schema.name());
    transaction.execute(AssertSqlSafe(insert)).await.unwrap();
    transaction.commit().await
}

#[tokio::test]
async fn a_client_that_loses_its_commit_hears_of_it() {
    let Some(server) = server::postgres() else { return };
    let schema = notes(&server);
    let relay = Relay::to(server.address()).await;
    for (cut, rows) in [(CommitCut::Withheld, 0), (CommitCut::Answered, 1)] {
        relay.cut_next_commit(cut);
        let mut client = connect(&server, relay.address()).await;
        let error = write(&mut client, &schema).await.unwrap_err();
        assert!(matches!(error, sqlx::Error::Io(_)), "{cut:?}: {error}");
        let count = format!("SELECT count(*) FROM {}.note", schema.name());
        assert_eq!(server.number(&count).unwrap(), Some(rows), "{cut:?}");
    }
    relay.cut_next_commit(CommitCut::Sent);
    let mut client = connect(&server, relay.address()).await;
    write(&mut client, &schema).await.unwrap_err();
    write(&mut connect(&server, relay.address()).await, &schema).await.unwrap();
}

#[tokio::test]
async fn round_trips_of_a_real_client_are_counted() {
    let servers = [server::postgres(), server::pgbouncer()];
    for server in servers.into_iter().flatten() {
        let schema = notes(&server);
        let relay = Relay::to(server.address()).await;
        let mut client = connect(&server, relay.address()).await;
        let before = relay.round_trips();
        write(&mut client, &schema).await.unwrap();
        // BEGIN, the row, COMMIT.
        assert_eq!(relay.round_trips() - before, 3, "{server:?}");
        client.close().await.unwrap();
    }
}
