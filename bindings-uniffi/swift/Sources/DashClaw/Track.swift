import DashClawNative
import Foundation

extension DashClaw {
    /// Records `action`, runs `work` with its id, and closes it: completed, or failed when `work` throws. Each call is work
    /// of its own.
    ///
    /// - Parameters:
    ///   - action: The arguments of ``createAction(_:options:)``.
    ///   - options: What differs for recording the action.
    ///   - isolation: Where `work` runs: the caller's actor.
    ///   - work: What it throws is recorded and thrown again.
    /// - Throws: A ``DashClawError`` of kind `approvalTimeout` or `conflict`: `work` has not run.
    public func track<Value: Sendable>(
        _ action: CreateAction, options: CallOptions = CallOptions(), isolation: isolated (any Actor)? = #isolation,
        work: (_ actionId: String) async throws -> Value
    ) async throws -> Value {
        let start = Date()
        let actionId = try await beginTrack(action.jsonValue.data, options.json)
        let value: Value
        do {
            value = try await work(actionId)
        } catch {
            // What the caller must see is why the work failed.
            do {
                try await finishTrack(actionId, failure: Self.text(of: error), since: start)
            } catch {
                tell("[DashClaw] Failed to close action \(actionId): \(error)", toStandardError: true)
            }
            throw error
        }
        try await finishTrack(actionId, failure: nil, since: start)
        return value
    }

    private func beginTrack(_ action: Data, _ options: String?) async throws -> String {
        let native = native
        return try await stoppable { stop in
            try await native.beginTrack(action: action, options: options, stop: stop)
        }
    }

    private func finishTrack(_ actionId: String, failure: String?, since start: Date) async throws {
        do {
            let took = max(0, Date().timeIntervalSince(start))
            try await native.finishTrack(actionId: actionId, failure: failure, took: took)
        } catch let error as NativeError {
            throw DashClawError(error)
        }
    }

    /// Requests about one action, whose id then need not be repeated. Nothing is sent.
    public func actionContext(actionId: String) -> ActionContext { ActionContext(client: self, actionId: actionId) }
}

/// Requests about one action, without repeating its id: see ``DashClaw/actionContext(actionId:)``.
public struct ActionContext: Sendable {
    let client: DashClaw
    /// The action.
    public let actionId: String

    /// Sends a message about this action.
    @discardableResult
    public func sendMessage(
        _ message: SendMessage, options: CallOptions = CallOptions()
    ) async throws -> SentMessage {
        try await client.sendMessage(tagged(message), options: options)
    }

    /// Records what the agent takes for granted in this action, and what speaks for it.
    @discardableResult
    public func recordAssumption(
        _ assumption: String, basis: String? = nil, options: CallOptions = CallOptions()
    ) async throws -> CreatedAssumption {
        let request = RecordAssumption(actionId: actionId, assumption: assumption, basis: basis)
        return try await client.recordAssumption(request, options: options)
    }

    /// Ends this action, or adds facts to it; the id in `outcome` does not count.
    @discardableResult
    public func updateOutcome(
        _ outcome: UpdateOutcome, options: CallOptions = CallOptions()
    ) async throws -> UpdatedAction {
        try await client.updateOutcome(tagged(outcome), options: options)
    }

    private func tagged<Request: JSONRecord>(_ request: Request) -> Request {
        var request = request
        request["action_id"] = .string(actionId)
        return request
    }
}
