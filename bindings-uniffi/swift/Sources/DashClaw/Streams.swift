import DashClawNative
import Foundation

/// What happened on the server.
public struct ServerEvent: Sendable, Hashable {
    /// The cursor to resume behind; empty for events that cannot be resumed behind.
    public let id: String
    /// What happened: `action.updated`, `guard.decision.created`, …
    public let event: String
    /// The record it happened to.
    public let data: JSONValue
    /// The same as the server wrote it.
    public let text: Data
}

extension DashClaw {
    /// What happens on the server, as it happens. The stream ends with the task that reads it, or when nobody holds it any
    /// more.
    ///
    /// - Parameter lastEventId: Starts behind this event instead of now; the server keeps 10 minutes.
    public func events(lastEventId: String? = nil) -> AsyncThrowingStream<ServerEvent, any Error> {
        let native = native.events(lastEventId: lastEventId)
        return AsyncThrowingStream {
            guard let event = try await stoppable({ try await native.next(stop: $0) }) else { return nil }
            let data = try JSONValue(answer: event.data)
            return ServerEvent(id: event.id, event: event.event, data: data, text: event.data)
        }
    }

    /// What waits for a human, newest first: at once, and again whenever it changes. The stream ends with the task that
    /// reads it, or when nobody holds it any more. It needs a key that may approve.
    public func pendingApprovals() -> AsyncThrowingStream<[Action], any Error> {
        let native = native.pendingApprovals()
        return AsyncThrowingStream {
            guard let answer = try await stoppable({ try await native.next(stop: $0) }) else { return nil }
            return try ActionList(answer: answer).actions
        }
    }
}
