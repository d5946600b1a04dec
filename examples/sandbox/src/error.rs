use std::io;

/// What can go wrong outside of a request: serving on a socket and restoring a saved state.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another program listens on that port.
    #[error(
        "cannot serve a double on {address}: the port is in use; choose another or port 0 for any"
    )]
    PortInUse {
        /// The address that was asked for.
        address: String,
    },
    /// The address is no loopback address. The doubles hold no real data but answer anybody.
    #[error(
        "cannot serve a double on {address}: only loopback addresses such as 127.0.0.1:0 are allowed"
    )]
    NotLoopback {
        /// The address that was asked for.
        address: String,
    },
    /// The listener or its thread could not be started.
    #[error("cannot serve a double on {address}")]
    Serve {
        /// The address that was asked for.
        address: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A saved state was made by another version or is damaged.
    #[error(
        "cannot restore the state of the {double} double: it is not a snapshot of this version"
    )]
    Snapshot {
        /// `tiktok` or `stripe`.
        double: &'static str,
        /// Where the text departs from the expected shape.
        #[source]
        source: serde_json::Error,
    },
    /// A play was asked for on something that does not exist or is in the wrong state.
    #[error("cannot play {play}: {reason}")]
    Play {
        /// The method that was called.
        play: &'static str,
        /// What is missing, and what would be right.
        reason: &'static str,
    },
}

/// The result of this crate's calls.
pub type Result<T, E = Error> = std::result::Result<T, E>;
