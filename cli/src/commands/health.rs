//! `dashclaw health`: whether a server on this machine can do its work. For images without a shell and other programs.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use clap::Args;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::handshake;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpStream;

use crate::failure::Ended;
use crate::output::Output;

/// How long an answer may take; the server itself looks for two seconds.
const PATIENCE: Duration = Duration::from_secs(4);
/// How much of a refusal is shown, in bytes.
const SHOWN: usize = 1000;

const EXAMPLES: &str = "\
Examples:
  dashclaw health
  dashclaw health --port 9000

It asks GET /readyz. The exit code is 0 when the server can store, else 1.";

/// Asks a server on this machine whether it can do its work.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Health {
    /// The port it listens on
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// The address it listens on
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "ADDRESS")]
    host: IpAddr,
}

impl Health {
    /// Asks.
    pub(crate) fn run(self, output: Output) -> Ended {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| format!("cannot start: {error}"))?;
        let address = SocketAddr::new(self.host, self.port);
        let asked = runtime.block_on(async { tokio::time::timeout(PATIENCE, ask(address)).await });
        let (status, text) = asked
            .map_err(|_| format!("{address} does not answer within {PATIENCE:?}"))?
            .map_err(|error| format!("{address} does not answer: {error}"))?;
        if status != StatusCode::OK {
            return Err(format!("{address} is not ready: {} {text}", status.as_u16()).into());
        }
        output.answer(&json!({ "ready": true, "address": address }), || format!("{address} is ready"))?;
        Ok(0)
    }
}

/// The status and the text of the answer. No proxy is asked, whatever the environment says.
async fn ask(address: SocketAddr) -> Result<(StatusCode, String), Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    let request = Request::get("/readyz").header("host", "localhost").body(Empty::<Bytes>::new())?;
    let answer = async {
        let response = sender.send_request(request).await?;
        let status = response.status();
        let body = Limited::new(response.into_body(), SHOWN).collect().await?.to_bytes();
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    };
    tokio::pin!(connection, answer);
    tokio::select! {
        answer = &mut answer => answer,
        ended = &mut connection => {
            ended?;
            // It has ended with the answer, which lies here whole.
            answer.await
        }
    }
}
