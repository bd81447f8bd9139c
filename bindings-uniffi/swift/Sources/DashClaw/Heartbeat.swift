import DashClawNative
import Foundation

extension DashClaw {
    /// Sends a heartbeat now and then every `interval`, until ``stopHeartbeat()`` or ``close()``. While it runs, another start
    /// does nothing.
    ///
    /// - Parameters:
    ///   - interval: Seconds between two heartbeats.
    ///   - status: What the agent is doing; `online` unless given.
    ///   - currentTaskId: What it works on.
    ///   - metadata: More about it.
    /// - Throws: A ``DashClawError`` of kind `invalidArgument` or `closed`.
    public func startHeartbeat(
        interval: TimeInterval = 60, status: AgentStatus? = nil, currentTaskId: String? = nil,
        metadata: [String: JSONValue]? = nil
    ) throws {
        let given: [String: JSONValue?] = [
            "status": status?.jsonValue, "current_task_id": currentTaskId?.jsonValue, "metadata": metadata?.jsonValue,
        ]
        let arguments = JSONValue.object(given.compactMapValues { $0 }).data
        try crossing { try native.startHeartbeat(arguments: arguments, interval: interval) }
    }

    /// Stops what ``startHeartbeat(interval:status:currentTaskId:metadata:)`` started; does nothing when nothing runs.
    public func stopHeartbeat() {
        native.stopHeartbeat()
    }

    /// Where ``getAttachment(attachmentId:options:)`` downloads from. Nothing is sent; whoever opens it needs the API key.
    public func getAttachmentUrl(attachmentId: String) -> String {
        native.attachmentUrl(attachmentId: attachmentId)
    }
}
