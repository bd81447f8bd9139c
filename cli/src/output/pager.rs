//! A pager for what does not fit on the screen.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::{Command, Stdio};

use ratatui::crossterm::terminal::size;

use crate::settings;

/// Shows `text` in the pager that `PAGER` names, or in `less`; an empty `PAGER` and `cat` mean none. False where there is no
/// need or no pager, and nothing was shown.
pub(super) fn show(text: &str) -> bool {
    let fits = size().is_ok_and(|(_, rows)| text.lines().count() < usize::from(rows));
    if fits || !io::stdin().is_terminal() || !settings::is_full_terminal(&io::stdout()) {
        return false;
    }
    let named = settings::raw_variable("PAGER");
    let named = named.as_deref().unwrap_or("less");
    let mut words = named.split_whitespace();
    let Some(program) = words.next().filter(|program| *program != "cat") else { return false };
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped());
    if settings::raw_variable("LESS").is_none() {
        // As git does: ends on a screen that holds it all, passes colours, leaves the text there.
        command.env("LESS", "FRX");
    }
    let Ok(mut pager) = command.spawn() else { return false };
    if let Some(mut input) = pager.stdin.take() {
        // A reader who has seen enough goes away.
        let _ = input.write_all(text.as_bytes());
    }
    let _ = pager.wait();
    true
}
