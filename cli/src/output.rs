//! What the command prints: the one place that may.
#![expect(clippy::print_stderr, reason = "a command talks to its terminal")]

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;

use dashclaw::terminal::printable;
use dashclaw_server::PublicUrl;
use secrecy::{ExposeSecret, SecretString};

/// Shows the keys that were made at the first start, this once, each with what it is for.
///
/// # Errors
/// They could not be written: nobody has seen them.
pub(crate) fn keys(operator: &SecretString, agent: &SecretString) -> std::io::Result<()> {
    // The operator's comes first: with it alone, others can be made.
    let text = format!(
        "Operator's key (role admin; approves, makes keys and policies; shown only now): {}\n\
         Agent's key (role member; asks, acts and reports; shown only now): {}\n",
        operator.expose_secret(),
        agent.expose_secret(),
    );
    write(&text)
}

/// Says where the instance listens. With a `token` a link to the page signs in; where keys would go over the network in clear
/// there is none.
pub(crate) fn listening(
    address: SocketAddr,
    public_url: Option<&PublicUrl>,
    data: &str,
    token: Option<&SecretString>,
) {
    let reached = public_url.map_or(String::new(), |url| format!("Reached at {}\n", url.as_str()));
    let page = public_url.map_or_else(|| format!("http://{address}"), |url| url.as_str().to_owned());
    let link = token.map_or_else(
        || format!("Approve, see and prove (sign in with the operator's key): {page}/\n"),
        |token| {
            let token = token.expose_secret();
            format!(
                "Approve, see and prove (this link signs in once, for 2 minutes): {page}/#token={token}\n"
            )
        },
    );
    say(&format!("DashClaw listens on http://{address}\n{reached}Data: {data}\n{link}Stop with Ctrl-C.\n"));
}

/// Says what was backed up.
pub(crate) fn backed_up(file: &Path, bytes: u64) {
    say(&format!("Backed up {bytes} bytes to {}\n", printable(&file.display().to_string())));
}

/// Says that a server can do its work.
pub(crate) fn ready(address: SocketAddr) {
    say(&format!("{address} is ready\n"));
}

/// Says that it has ended as it should.
pub(crate) fn stopped() {
    say("DashClaw has stopped.\n");
}

/// A server does not stop because nobody reads what it says any more.
fn say(text: &str) {
    let _ = write(text);
}

fn write(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Says in one line what went wrong.
pub(crate) fn problem(problem: &str) {
    eprintln!("dashclaw: {}", printable(&problem.replace('\n', " ")));
}
