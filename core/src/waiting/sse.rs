//! A parser for event streams (WHATWG HTML, "Server-sent events") with limits, fed with bytes as they arrive.
//!
//! It is our own because the usual one panics on a byte-order mark and needs quadratic time for a long line.

use std::fmt;
use std::time::Duration;

/// The most bytes one line may have.
pub const MAX_LINE: usize = 4 * 1024 * 1024;
/// The most bytes the data of one event may have.
pub const MAX_EVENT: usize = 16 * 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// The last event id of the stream at this point; empty when there was none.
    pub id: String,
    /// Whether the event brought this id. Otherwise it is that of an earlier one.
    pub is_named: bool,
    /// What happened; `message` when the stream does not say.
    pub event: String,
    /// Its data, lines joined by line feeds.
    pub data: String,
}

/// A line or an event exceeds its limit; the stream cannot be read any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the event stream has a line or an event that is too long")
    }
}

impl std::error::Error for TooLong {}

/// The state of a stream between two pieces of it.
#[derive(Debug)]
pub struct Parser {
    line: Vec<u8>,
    /// A carriage return ended the last line, so a line feed right behind it belongs to that end.
    after_carriage_return: bool,
    at_start: bool,
    event: String,
    data: String,
    last_id: String,
    is_named: bool,
    retry: Option<Duration>,
    max_line: usize,
    max_event: usize,
}

impl Default for Parser {
    fn default() -> Self {
        Self::with_limits(MAX_LINE, MAX_EVENT)
    }
}

impl Parser {
    /// A parser with other limits, in bytes.
    pub fn with_limits(max_line: usize, max_event: usize) -> Self {
        Self {
            line: Vec::new(),
            after_carriage_return: false,
            at_start: true,
            event: String::new(),
            data: String::new(),
            last_id: String::new(),
            is_named: false,
            retry: None,
            max_line,
            max_event,
        }
    }

    /// A parser for a stream that goes on behind the event `last_id`.
    #[must_use]
    pub fn resuming(mut self, last_id: &str) -> Self {
        last_id.clone_into(&mut self.last_id);
        self
    }

    /// The id to resume behind.
    pub fn last_id(&self) -> &str {
        &self.last_id
    }

    /// How long the server asks to wait before reconnecting.
    pub fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Takes the next piece of the stream and returns the events it completes.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<Vec<Event>, TooLong> {
        let mut events = Vec::new();
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_carriage_return) && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.extend_line(bytes)?;
                break;
            };
            self.extend_line(&bytes[..end])?;
            self.after_carriage_return = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            events.extend(self.end_line()?);
        }
        Ok(events)
    }

    fn extend_line(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        if self.line.len() + bytes.len() > self.max_line {
            return Err(TooLong);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self) -> Result<Option<Event>, TooLong> {
        let line = std::mem::take(&mut self.line);
        let first = std::mem::take(&mut self.at_start);
        let bytes = if first { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&line) } else { &line };
        if bytes.is_empty() {
            return Ok(self.dispatch());
        }
        let text = String::from_utf8_lossy(bytes);
        let (field, value) = text.split_once(':').unwrap_or((&text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event),
            "data" => {
                if self.data.len() + value.len() >= self.max_event {
                    return Err(TooLong);
                }
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => {
                value.clone_into(&mut self.last_id);
                self.is_named = true;
            }
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().map(Duration::from_millis);
            }
            // Comments (an empty field name) and unknown fields.
            _ => {}
        }
        Ok(None)
    }

    fn dispatch(&mut self) -> Option<Event> {
        let event = std::mem::take(&mut self.event);
        let is_named = std::mem::take(&mut self.is_named);
        let mut data = std::mem::take(&mut self.data);
        // Every data line ended with a line feed; the last one is not part of the data.
        data.pop()?;
        let event = if event.is_empty() { "message".to_owned() } else { event };
        Some(Event { id: self.last_id.clone(), is_named, event, data })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(stream: &[u8]) -> Vec<(String, String, String)> {
        let events = Parser::default().push(stream).unwrap();
        events.into_iter().map(|event| (event.id, event.event, event.data)).collect()
    }

    fn event(id: &str, event: &str, data: &str) -> (String, String, String) {
        (id.to_owned(), event.to_owned(), data.to_owned())
    }

    #[test]
    fn the_three_line_ends_are_equal() {
        for end in ["\n", "\r", "\r\n"] {
            let stream = ["id: 7", "event: a", "data: x", "data:y", "", ""].join(end);
            assert_eq!(parse(stream.as_bytes()), [event("7", "a", "x\ny")], "{end:?}");
        }
    }

    #[test]
    fn only_the_first_byte_order_mark_is_skipped() {
        assert_eq!(parse(b"\xEF\xBB\xBFdata: 1\n\n"), [event("", "message", "1")]);
        assert_eq!(parse(b"\n\xEF\xBB\xBFdata: 1\n\n"), []);
    }

    #[test]
    fn ids_stay_until_they_are_replaced_and_never_hold_a_nul() {
        let stream = b"id: 1\ndata: a\n\ndata: b\n\nid: x\0y\ndata: c\n\nid\ndata: d\n\n";
        let expected = ["1", "1", "1", ""].into_iter().zip(["a", "b", "c", "d"]);
        assert_eq!(parse(stream), expected.map(|(id, data)| event(id, "message", data)).collect::<Vec<_>>());
    }

    #[test]
    fn an_unfinished_event_is_no_event_and_neither_is_one_without_data() {
        assert_eq!(parse(b"event: a\n\n: heartbeat\n\nid: 1\n\ndata: lost\n"), []);
        assert_eq!(
            parse(b"data\n\ndata:\ndata:\n\n"),
            [event("", "message", ""), event("", "message", "\n")]
        );
    }

    #[test]
    fn broken_utf8_becomes_the_replacement_character() {
        assert_eq!(parse(b"data: a\xFFb\n\n"), [event("", "message", "a\u{FFFD}b")]);
    }

    #[test]
    fn a_reconnection_time_is_digits_only() {
        let mut parser = Parser::default();
        parser.push(b"retry: 1500\nretry: soon\nretry: -1\n").unwrap();
        assert_eq!(parser.retry(), Some(Duration::from_millis(1500)));
    }

    #[test]
    fn limits_hold_for_lines_and_for_events() {
        let mut parser = Parser::with_limits(16, 32);
        assert_eq!(parser.push(&[b'x'; 17]), Err(TooLong));
        let mut parser = Parser::with_limits(16, 32);
        assert_eq!(parser.push("data: 12345678\n".repeat(5).as_bytes()), Err(TooLong));
    }

    #[test]
    fn a_resumed_stream_keeps_the_id_it_resumes_behind() {
        let mut parser = Parser::default().resuming("mem-7");
        assert_eq!(parser.push(b"data: a\n\n").unwrap()[0].id, "mem-7");
    }

    proptest! {
        #[test]
        fn any_cutting_gives_the_same_events(
            lines in prop::collection::vec("(data|id|event|retry|)(: ?|)[a-zé\u{1F680}\u{FEFF}]{0,6}|", 0..40),
            ends in prop::collection::vec(prop::sample::select(vec!["\n", "\r", "\r\n"]), 40),
            cuts in prop::collection::vec(1_usize..5, 0..200),
        ) {
            let stream: String = lines.iter().zip(&ends).flat_map(|(line, end)| [line.as_str(), end]).collect();
            let whole = Parser::default().push(stream.as_bytes()).unwrap();
            let mut parser = Parser::default();
            let (mut rest, mut pieces) = (stream.as_bytes(), Vec::new());
            for cut in cuts {
                let (piece, behind) = rest.split_at(cut.min(rest.len()));
                pieces.extend(parser.push(piece).unwrap());
                rest = behind;
            }
            pieces.extend(parser.push(rest).unwrap());
            prop_assert_eq!(whole, pieces);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Parser::with_limits(64, 128).push(&bytes);
        }
    }
}
