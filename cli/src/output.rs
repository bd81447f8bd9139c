//! What the command prints: the one place that may.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command talks to its terminal")]

use std::net::SocketAddr;

use dashclaw::terminal::printable;
use secrecy::{ExposeSecret, SecretString};

/// Says where the instance listens, and shows the key that was made for it, this once.
pub(crate) fn listening(address: SocketAddr, data: &std::path::Path, key: Option<&SecretString>) {
    println!("DashClaw listens on http://{address}");
    println!("Data: {}", data.display());
    if let Some(key) = key {
        println!("API key (role admin, shown only now): {}", key.expose_secret());
    }
    println!("Stop with Ctrl-C.");
}

/// Says that it has ended as it should.
pub(crate) fn stopped() {
    println!("DashClaw has stopped.");
}

/// Says in one line what went wrong.
pub(crate) fn problem(problem: &str) {
    eprintln!("dashclaw: {}", printable(&problem.replace('\n', " ")));
}
