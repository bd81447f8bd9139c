//! Logs on their way into a language: the `tracing` subscriber of a native module.
//!
//! It hears what the SDK and an embedded instance say, and nothing of any other crate. A program in Rust brings a subscriber
//! of its own; this one is for the modules of other languages, which share none with anybody.

mod filter;
mod record;

use std::io::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use filter::{Filter, LEVELS};
pub use record::Record;
use tracing::callsite::rebuild_interest_cache;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record as Values};
use tracing::subscriber::{Interest, Subscriber, set_global_default};
use tracing::{Event, Metadata};

use crate::client::options::variable;

/// Says on standard error what the SDK does.
const VARIABLE: &str = "DASHCLAW_LOG";
/// How it says that: `text`, or `json` for one object a line.
const FORMAT: &str = "DASHCLAW_LOG_FORMAT";

/// What is given each record, on the thread on which it came up.
pub type Sink = fn(&Record);

/// How much the sink wants to hear: an index into `LEVELS`.
static WANTED: AtomicU8 = AtomicU8::new(0);

/// Hears from now on, once for the whole process: what the variable `DASHCLAW_LOG` asks for (`off`, `error`, `warn`, `info`,
/// `debug`, `trace`, and such a level for a part: `warn,dashclaw.server=info`) goes to standard error, what [`want`] asks for to
/// `sink`.
pub fn start(sink: Option<Sink>) {
    start_with(sink, LevelFilter::OFF);
}

/// The same for a command, which says on standard error what goes wrong unless the variable asks for something else.
pub fn start_for_command() {
    start_with(None, LevelFilter::WARN);
}

fn start_with(sink: Option<Sink>, unless_said: LevelFilter) {
    static STARTED: OnceLock<()> = OnceLock::new();
    STARTED.get_or_init(|| {
        let terminal = asked_for(variable(VARIABLE).as_deref(), unless_said);
        let json = is_json(variable(FORMAT).as_deref());
        // Fails where the module is part of a program that hears already.
        let _ = set_global_default(Ear { terminal, json, sink });
    });
}

/// From now on the sink is given records up to this level, named as in `DASHCLAW_LOG`; of an unknown one it is given none.
pub fn want(level: &str) {
    let wanted = LEVELS.iter().position(|(name, _)| *name == level).unwrap_or_default();
    let wanted = u8::try_from(wanted).unwrap_or_default();
    if WANTED.swap(wanted, Ordering::AcqRel) != wanted {
        rebuild_interest_cache();
    }
}

/// Whether the sink is given anything.
pub fn is_wanted() -> bool {
    wanted() != LevelFilter::OFF
}

/// Whether the sink is given what is said of a single call, all of which is `info` or less.
pub fn hears_calls() -> bool {
    wanted() >= LevelFilter::INFO
}

fn wanted() -> LevelFilter {
    LEVELS.get(usize::from(WANTED.load(Ordering::Acquire))).map_or(LevelFilter::OFF, |(_, level)| *level)
}

/// A word that is no level must not keep a program from running; nor may it go unnoticed.
fn asked_for(text: Option<&str>, unless_said: LevelFilter) -> Filter {
    let Some(text) = text else { return Filter::of(unless_said) };
    Filter::parse(text).unwrap_or_else(|| {
        let names = LEVELS.map(|(name, _)| name).join(", ");
        say(&format!("dashclaw: {VARIABLE} is none of {names}; nothing is logged\n"));
        Filter::of(LevelFilter::OFF)
    })
}

fn is_json(format: Option<&str>) -> bool {
    match format.map(str::trim) {
        None | Some("text") => false,
        Some("json") => true,
        Some(_) => {
            say(&format!("dashclaw: {FORMAT} is neither text nor json; it is text\n"));
            false
        }
    }
}

/// Writes at once, so that lines of several threads do not mix. A terminal that is gone stops nothing.
fn say(line: &str) {
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}

struct Ear {
    terminal: Filter,
    json: bool,
    sink: Option<Sink>,
}

impl Ear {
    fn heard(&self, metadata: &Metadata<'_>) -> LevelFilter {
        self.terminal.level(record::target(metadata.target()))
    }
}

impl Subscriber for Ear {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        // Of others, and of spans, nothing is ever of interest.
        if !metadata.is_span() && record::is_ours(metadata.target()) {
            Interest::sometimes()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        record::is_ours(metadata.target()) && *metadata.level() <= self.heard(metadata).max(wanted())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.terminal.most().max(wanted()))
    }

    fn event(&self, event: &Event<'_>) {
        let record = Record::of(event);
        let level = *event.metadata().level();
        if level <= self.heard(event.metadata()) {
            say(&if self.json { record.json_line() } else { record.line() });
        }
        if let Some(sink) = self.sink.filter(|_| level <= wanted()) {
            sink(&record);
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Values<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_none_is_said_and_nothing_is_logged() {
        let heard = [None, Some("debug"), Some("verbose")].map(|text| asked_for(text, LevelFilter::WARN));
        assert_eq!(heard, [LevelFilter::WARN, LevelFilter::DEBUG, LevelFilter::OFF].map(Filter::of));
        assert_eq!([None, Some("json"), Some("text"), Some("xml")].map(is_json), [false, true, false, false]);
    }
}
