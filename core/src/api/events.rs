//! The event stream: what happens on the server, as it happens.

use crate::catalogue::Expect;
use crate::{ServerEvent, operations};

operations! { "events":
    /// Reads what happens on the server, as it happens: a stream of server-sent events.
    ///
    /// The method of this name reconnects by itself, behind the last event that it has returned. All that a client reads and
    /// waits for shares one stream, unless it starts behind an earlier event.
    ///
    /// On the wire the stream begins with what was missed, then comes `connected`, whose `replayed` says how much that was, and
    /// whose `replayError` says why it may not be all: `replay_incomplete` where the events behind the cursor are no longer kept,
    /// `unknown_cursor` where the server never gave it out. A comment comes every 15 seconds, and the server closes the stream
    /// after 30 minutes. A key that is revoked ends its streams.
    events by hand = Get "/api/stream" => ServerEvent [expect(Expect::Events), positional(&["last_event_id"])]
    ReadEvents {
        /// Starts behind this event instead of now. The SDK sends it as the header `Last-Event-ID`, which servers read first.
        last_event_id: Option<String> [wire("lastEventId")],
    }
}
