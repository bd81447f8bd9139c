//! How each language reads a stream of events: its method is written by hand.

use dashclaw::catalogue::Expect;

use crate::model::Operation;

/// The method `events`, by the language's title.
const EVENTS: [(&str, &str); 5] = [
    ("Python", "def events(self, last_event_id: str | None = None) -> EventStream"),
    ("Node", "events(options?: { lastEventId?: string; signal?: AbortSignal }): EventStream"),
    (
        "Swift",
        "public func events(lastEventId: String? = nil) -> AsyncThrowingStream<ServerEvent, any Error>",
    ),
    ("Kotlin", "fun events(lastEventId: String? = null): Flow<ServerEvent>"),
    ("Rust", "let mut events: EventStream = dashclaw.events(EventOptions::default());"),
];

/// How the stream is read in the language; nothing for what is a call.
pub(super) fn signature(operation: &Operation, language: &str) -> Option<&'static str> {
    if operation.rules.expect != Expect::Events {
        return None;
    }
    EVENTS.iter().find(|(title, _)| *title == language).map(|(_, signature)| *signature)
}
