//! What the command prints: the one door to its terminal.

mod colour;
mod escape;
mod pager;
mod table;

use std::io::{self, Write};

pub(crate) use colour::Colour;
use dashclaw::terminal::printable;
use escape::escaped;
use serde::Serialize;
pub(crate) use table::Table;

use crate::failure::Failure;
use crate::settings;

/// Foreign text as a terminal may show it, on one line.
pub(crate) fn shown(text: &str) -> String {
    printable(text)
}

/// The same of what may be missing.
pub(crate) fn shown_or_dash(text: Option<&str>) -> String {
    text.filter(|text| !text.is_empty()).map_or_else(|| "-".to_owned(), shown)
}

/// Standard output and standard error, and in which form the command speaks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
    colour: bool,
}

impl Output {
    /// `json` is what `--json` asks for.
    pub(crate) fn new(json: bool) -> Self {
        let colour = !json && settings::is_full_terminal(&io::stdout()) && !settings::is_without_colour();
        Self { json, colour }
    }

    /// Whether programs read along.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// `text` in a colour, where there are colours. It has been [`shown`] before.
    pub(crate) fn paint(self, colour: Colour, text: &str) -> String {
        if self.colour { colour.paint(text) } else { text.to_owned() }
    }

    /// Says something, one or more whole lines.
    #[expect(clippy::unused_self, reason = "whoever says something was given the door")]
    pub(crate) fn say(self, text: &str) -> Result<(), Failure> {
        // In one piece: a reader that goes away behind the first line has been given the others, too.
        let whole = [text, "\n"].concat();
        let mut out = io::stdout().lock();
        out.write_all(whole.as_bytes())?;
        Ok(out.flush()?)
    }

    /// Says what a person reads at leisure: on a terminal that it does not fit on, through a pager.
    pub(crate) fn long(self, text: &str) -> Result<(), Failure> {
        if pager::show(text) { Ok(()) } else { self.say(text.trim_end_matches('\n')) }
    }

    /// Answers a program, and people who asked for it.
    pub(crate) fn json(self, value: &impl Serialize) -> Result<(), Failure> {
        self.say(&escaped(&serde_json::to_string_pretty(value).map_err(unwritable)?))
    }

    /// The same on one line, one of many.
    pub(crate) fn json_line(self, value: &impl Serialize) -> Result<(), Failure> {
        self.say(&escaped(&serde_json::to_string(value).map_err(unwritable)?))
    }

    /// Answers with the one or the other.
    pub(crate) fn answer(self, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<(), Failure> {
        if self.json { self.json(value) } else { self.say(&text()) }
    }

    /// Says something beside the answer, on standard error. Nobody has to be reading.
    #[expect(clippy::unused_self, reason = "whoever says something was given the door")]
    pub(crate) fn aside(self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "dashclaw: {}", printable(text));
    }

    /// Says how far long work is, on a terminal, in place of what it said before.
    #[expect(clippy::unused_self, reason = "whoever says something was given the door")]
    pub(crate) fn progress(self, text: &str) {
        if settings::is_full_terminal(&io::stderr()) {
            let _ = write!(io::stderr().lock(), "\r\u{1b}[K{}", printable(text));
        }
    }

    /// Says in one line what went wrong.
    pub(crate) fn problem(self, failure: &Failure) {
        if self.json {
            let text = serde_json::to_string_pretty(&failure.to_json()).unwrap_or_default();
            let _ = writeln!(io::stderr().lock(), "{}", escaped(&text));
        } else {
            self.aside(&failure.to_string().replace('\n', " "));
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
fn unwritable(error: serde_json::Error) -> Failure {
    Failure::new(format!("the answer cannot be written as JSON: {error}"))
}
