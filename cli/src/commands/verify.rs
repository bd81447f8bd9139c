//! `dashclaw verify`: whether a receipt is what it says, without any server.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use dashclaw::DashClaw;
use dashclaw::receipt::{Jwks, Reason, Verification, verify_content, verify_receipt};

use crate::failure::{Ended, FAILED, Failure, NO_ANSWER};
use crate::output::{Colour, Output, shown};
use crate::session::Session;

/// Where an instance publishes its keys.
const KEY_PATHS: [&str; 2] = ["/api/integrity/jwks", "/.well-known/jwks.json"];

const EXAMPLES: &str = "\
Examples:
  dashclaw verify receipt.json --jwks keys.json                        # without any network
  dashclaw verify receipt.json --jwks https://dashclaw.example.com     # an instance, or the address of its keys
  dashclaw verify receipt.json --jwks keys.json --content mail.txt     # and that it is about this text
  jq .receipt answer.json | dashclaw verify -

Without --jwks the keys are those of the server that is configured. Exit codes: 0 valid; 1 not valid; 2 it cannot be said, because a
file or the keys cannot be read. A work-order receipt is not signed: valid means that nobody has altered it since.";

/// Says whether a receipt is what it says.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    /// The receipt, JSON; `-` is standard input
    receipt: PathBuf,
    /// The published keys: a file, or the address of an instance
    #[arg(long, value_name = "FILE|URL")]
    jwks: Option<String>,
    /// The text that the receipt is to be about
    #[arg(long, value_name = "FILE")]
    content: Option<PathBuf>,
}

impl Verify {
    pub(crate) fn run(self, output: Output) -> Ended {
        let answer = self.check().map_err(|problem| problem.with_code(NO_ANSWER))?;
        output.answer(&answer, || told(&answer, self.content.is_some(), output))?;
        Ok(if answer.valid { 0 } else { FAILED })
    }

    fn check(&self) -> Result<Verification, Failure> {
        let receipt = bytes(&self.receipt)?;
        let content = self.content.as_deref().map(content).transpose()?;
        let verify = |keys: &Jwks| match &content {
            Some(content) => verify_content(&receipt, keys, content, None),
            None => verify_receipt(&receipt, keys),
        };
        // What is no receipt, and what is not signed, needs no keys.
        let without = verify(&Jwks::default());
        if without.reason != Some(Reason::NoKeys) {
            return Ok(without);
        }
        Ok(verify(&self.keys()?))
    }

    fn keys(&self) -> Result<Jwks, Failure> {
        match self.jwks.as_deref() {
            Some(url) if url.starts_with("http://") || url.starts_with("https://") => {
                let url = url.trim_end_matches('/');
                let base = KEY_PATHS.iter().find_map(|path| url.strip_suffix(path)).unwrap_or(url);
                // Keys are public. No key of ours goes to an address that stands in an argument.
                let client = DashClaw::builder().base_url(base).api_key("none").agent_id("none").build()?;
                fetched(&Session::with(client)?)
            }
            Some(file) => Jwks::parse(&bytes(Path::new(file))?)
                .map_err(|error| Failure::new(format!("`{file}` is no key set: {error}"))),
            None => match Session::known()? {
                Some(session) => fetched(&session),
                None => Err("no keys are known: give --jwks a file or the address of an instance".into()),
            },
        }
    }
}

fn fetched(session: &Session) -> Result<Jwks, Failure> {
    Ok((*session.run(session.client().jwks())?).clone())
}

fn bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    let read = if file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    read.map_err(|error| Failure::new(format!("`{}` cannot be read: {error}", file.display())))
}

fn content(file: &Path) -> Result<String, Failure> {
    String::from_utf8(bytes(file)?).map_err(|_| Failure::new(format!("`{}` is not UTF-8", file.display())))
}

fn told(answer: &Verification, with_content: bool, output: Output) -> String {
    let kind = answer.kind.and_then(|kind| serde_json::to_value(kind).ok());
    let kind = kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or("receipt").replace('_', " ");
    let Some(reason) = answer.reason else {
        let by =
            answer.kid.as_ref().map_or(String::new(), |kid| format!(", signed by the key {}", shown(kid)));
        let about = if with_content { ", about this text" } else { "" };
        return format!("{} {kind}{by}{about}", output.paint(Colour::Green, "Valid:"));
    };
    format!("{} {kind}: {reason}", output.paint(Colour::Red, "Not valid:"))
}
