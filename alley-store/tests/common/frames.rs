//! Where the messages of PostgreSQL's wire protocol end in a stream of bytes.
//!
//! Source: PostgreSQL 15 documentation, "Frontend/Backend Protocol", sections 55.2 and 55.7.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// What both directions of one connection must know of each other.
#[derive(Debug, Default)]
pub(crate) struct Encryption {
    /// Requests for encryption that the server has not answered. The answer is one byte.
    asked: AtomicU32,
    /// The server agreed: nothing more can be read.
    agreed: AtomicBool,
}

/// Something in the client's bytes that a relay cares about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Sent {
    /// The server answers what was sent so far: a simple query, or `Sync`.
    Burst,
    /// The same: a simple query whose last statement is COMMIT.
    Commit,
}

/// Reads the client's side, in pieces of any size.
#[derive(Debug, Default)]
pub(crate) struct ClientFrames {
    started: bool,
    frame: Frame,
}

impl ClientFrames {
    /// Reads the next bytes: behind which of them which event is complete.
    pub(crate) fn read(&mut self, bytes: &[u8], encryption: &Encryption) -> Vec<(usize, Sent)> {
        let mut events = Vec::new();
        for (place, byte) in bytes.iter().enumerate() {
            if encryption.agreed.load(Ordering::SeqCst) {
                break;
            }
            if !self.frame.push(*byte, self.started) {
                continue;
            }
            if let Some(event) = self.complete(encryption) {
                events.push((place + 1, event));
            }
            self.frame = Frame::default();
        }
        events
    }

    fn complete(&mut self, encryption: &Encryption) -> Option<Sent> {
        let body = self.frame.body();
        if !self.started {
            // What asks for encryption is no start: another message without a type follows.
            match body.first_chunk::<4>().map(|code| u32::from_be_bytes(*code)) {
                Some(SSL_REQUEST | GSS_REQUEST) => {
                    encryption.asked.fetch_add(1, Ordering::SeqCst);
                }
                _ => self.started = true,
            }
            return None;
        }
        match self.frame.kind() {
            Some(b'Q') if is_commit(body) => Some(Sent::Commit),
            Some(b'Q' | b'S') => Some(Sent::Burst),
            _ => None,
        }
    }
}

/// Reads the server's side, in pieces of any size.
#[derive(Debug, Default)]
pub(crate) struct ServerFrames {
    frame: Frame,
}

impl ServerFrames {
    /// Reads the next bytes: behind which of them the server is ready for the next query.
    pub(crate) fn read(&mut self, bytes: &[u8], encryption: &Encryption) -> Vec<usize> {
        let mut ready = Vec::new();
        for (place, byte) in bytes.iter().enumerate() {
            if encryption.agreed.load(Ordering::SeqCst) {
                break;
            }
            if self.frame.is_empty() && encryption.asked.load(Ordering::SeqCst) > 0 {
                encryption.asked.fetch_sub(1, Ordering::SeqCst);
                encryption.agreed.store(matches!(byte, b'S' | b'G'), Ordering::SeqCst);
                continue;
            }
            if self.frame.push(*byte, true) {
                if self.frame.kind() == Some(b'Z') {
                    ready.push(place + 1);
                }
                self.frame = Frame::default();
            }
        }
        ready
    }
}

/// One message, as far as it was read.
#[derive(Debug, Default)]
struct Frame {
    bytes: Vec<u8>,
    typed: bool,
}

impl Frame {
    /// Adds a byte; whether the message is complete.
    fn push(&mut self, byte: u8, typed: bool) -> bool {
        self.typed = typed;
        self.bytes.push(byte);
        let start = usize::from(typed);
        let Some(length) = self.bytes.get(start..).and_then(<[u8]>::first_chunk::<4>) else {
            return false;
        };
        // The length counts itself, not the type.
        self.bytes.len() >= start + usize::try_from(u32::from_be_bytes(*length)).unwrap().max(4)
    }

    fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    fn kind(&self) -> Option<u8> {
        self.bytes.first().copied()
    }

    fn body(&self) -> &[u8] {
        self.bytes.get(usize::from(self.typed) + 4..).unwrap_or_default()
    }
}

const SSL_REQUEST: u32 = 80_877_103;
const GSS_REQUEST: u32 = 80_877_104;

/// Whether the last statement of a text ends a transaction for good.
fn is_commit(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let text = text.trim_end_matches(|c: char| c == '\0' || c == ';' || c.is_whitespace());
    let last = text.rsplit(';').next().unwrap_or_default();
    last.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("commit"))
}
