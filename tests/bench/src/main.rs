//! Measures the SDK beside its controls. `scripts/bench` builds this, runs it and sets the figures beside the goals.
//!
//! Every measuring subcommand prints one JSON line: `name`, `calls`, `seconds`, `calls_per_second`, `p50_us`, `p99_us`,
//! `cpu_us_per_call`. CPU is user and system time of the measuring process alone.
#![forbid(unsafe_code)]

mod approval;
mod bare;
mod certificate;
mod fanout;
mod load;
mod meter;
mod payload;
mod rows;
mod sdk;
mod serve;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use meter::Bounds;

/// What can go wrong while measuring: it is shown and ends the run.
pub(crate) type Problem = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(about = "Measures the SDK beside its controls.")]
struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Answers `POST /api/guard` with one fixed verdict until standard input closes.
    Serve {
        /// Speak HTTPS with a certificate made now.
        #[arg(long, requires = "ca")]
        tls: bool,
        /// Where the certificate authority is written, in PEM form.
        #[arg(long)]
        ca: Option<PathBuf>,
        /// Stop after so many seconds at the latest.
        #[arg(long, default_value_t = 300)]
        seconds: u64,
    },
    /// Guard calls by a bare `hyper` client, one kept connection per caller.
    Hyper {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        bounds: Bounds,
        /// Share a pool of `hyper-util` instead of a connection of its own per caller.
        #[arg(long)]
        pool: bool,
    },
    /// Guard calls by a bare `reqwest` client that the callers share.
    Reqwest {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        bounds: Bounds,
    },
    /// Guard calls by the typed method of the crate `dashclaw`.
    Rust {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        bounds: Bounds,
    },
    /// Guard calls to a real instance by bare connections; every answer must name a new decision.
    Load {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        bounds: Bounds,
    },
    /// Bare rows in an SQLite file, one commit each.
    Rows {
        /// The file.
        #[arg(long)]
        file: PathBuf,
        /// How many connections store side by side.
        #[arg(long, default_value_t = 16)]
        connections: usize,
        /// How long a row's text is.
        #[arg(long)]
        bytes: usize,
        /// For how long.
        #[arg(long, default_value_t = 1.0)]
        seconds: f64,
    },
    /// How long an event takes to reach every reader of the stream.
    Fanout {
        #[command(flatten)]
        target: Target,
        /// The keys that the readers share; the server limits how many streams one may have.
        #[arg(long, value_delimiter = ',', required = true)]
        keys: Vec<String>,
        /// How many read.
        #[arg(long, default_value_t = 1000)]
        readers: usize,
        /// How many events.
        #[arg(long, default_value_t = 20)]
        trials: usize,
    },
    /// Hands what is posted to every reader, and does nothing else.
    FanoutControl {
        /// Stop after so many seconds at the latest.
        #[arg(long, default_value_t = 300)]
        seconds: u64,
    },
    /// How long after its approval a waiting agent returns.
    Approval {
        #[command(flatten)]
        target: Target,
        /// How many approvals.
        #[arg(long, default_value_t = 200)]
        trials: usize,
    },
}

/// Who is called.
#[derive(clap::Args)]
pub(crate) struct Target {
    /// The server.
    #[arg(long)]
    pub(crate) url: String,
    /// The API key.
    #[arg(long, default_value = "oc_live_bench")]
    pub(crate) key: String,
    /// The certificate authority of an HTTPS server, for the bare clients. The SDK reads `SSL_CERT_FILE`.
    #[arg(long)]
    pub(crate) ca: Option<PathBuf>,
}

fn main() -> Result<(), Problem> {
    // One thread for every client: what is compared is the work per call, not how it is spread.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let end = runtime.block_on(run(Options::parse().what));
    // Reading standard input cannot be stopped; nothing else is left.
    runtime.shutdown_background();
    end
}

async fn run(what: What) -> Result<(), Problem> {
    match what {
        What::Serve { tls, ca, seconds } => serve::run(ca.filter(|_| tls), seconds).await,
        What::Hyper { target, bounds, pool: false } => bare::connections(&target, &bounds).await,
        What::Hyper { target, bounds, pool: true } => bare::pooled(&target, &bounds).await,
        What::Reqwest { target, bounds } => bare::by_reqwest(&target, &bounds).await,
        What::Rust { target, bounds } => sdk::run(&target, &bounds).await,
        What::Load { target, bounds } => load::run(&target, &bounds).await,
        What::Rows { file, connections, bytes, seconds } => rows::run(&file, connections, bytes, seconds),
        What::Fanout { target, keys, readers, trials } => fanout::run(&target, &keys, readers, trials).await,
        What::FanoutControl { seconds } => fanout::control(seconds).await,
        What::Approval { target, trials } => approval::run(&target, trials).await,
    }
}
