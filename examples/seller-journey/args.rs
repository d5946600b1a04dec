//! What can be said on the command line.

use std::path::PathBuf;

use clap::Parser;

/// One seller's first month on Alley: accounts, billing, a TikTok shop, outreach and erasure.
///
/// Everything runs on this machine: an SQLite file (or a database that
/// you name), and doubles of TikTok Shop and Stripe that
/// answer over HTTP on loopback ports. Time is virtual, so that a month takes seconds. Stop it at
/// any point (Ctrl-C, kill) and start it again: it goes on from what is stored. Once it is
/// complete, a further start shows the closing table again.
#[derive(Debug, Parser)]
#[command(name = "seller-journey", version)]
pub(crate) struct Args {
    /// Forget what is stored and begin afresh.
    #[arg(long)]
    pub(crate) fresh: bool,

    /// Folder for the database, the journal and the results.
    #[arg(long, value_name = "FOLDER", default_value = "target/journey")]
    pub(crate) folder: PathBuf,

    /// Store on a PostgreSQL server instead, `postgres://user:password@host:port/database`, in a
    /// schema named `alley_journey`. `--fresh` drops that schema.
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,

    /// Loopback port of the TikTok double; the Stripe double takes the next one. Any free ports if 0.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) port: u16,

    /// Sealing key: 32 bytes in base64, as `openssl rand -base64 32` prints them. A fixed key of the
    /// journey if not given; never seal real data with that one.
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,

    /// How many orders the double holds.
    #[arg(long, value_name = "COUNT", default_value_t = 5_000)]
    pub(crate) orders: u32,
}
