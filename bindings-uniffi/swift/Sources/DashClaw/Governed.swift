import DashClawNative
import Foundation

/// How ``DashClaw/runGoverned(_:timeout:interval:rerun:idempotency:isolation:work:)`` ended.
public struct Run<Value: Sendable>: Sendable {
    /// The action it ran under.
    public let actionId: String
    /// Whether the work ran now; otherwise an earlier run of the same intent had completed it.
    public let ran: Bool
    /// What the work returned now.
    public let value: Value?
    /// The recorded outcome of the earlier run.
    public let outcome: Outcome?
    /// Why the outcome of this run could not be reported. The work is done nevertheless.
    public let reportError: DashClawError?
}

extension DashClaw {
    /// Records the action, which guard judges, waits for approval, runs `work` with the action's id and reports its outcome.
    ///
    /// - Parameters:
    ///   - action: The arguments of ``createAction(_:options:)``.
    ///   - timeout: How many seconds to wait for an approval.
    ///   - interval: How often, in seconds, the action is read beside the event stream.
    ///   - rerun: Runs an intent again whose earlier run failed, was lost, or is in doubt.
    ///   - idempotency: `call` makes every call an intent of its own.
    ///   - isolation: Where `work` runs: the caller's actor.
    ///   - work: What it throws is reported and thrown again.
    /// - Throws: A ``DashClawError`` of kind `guardBlocked`, one of ``waitForApproval(actionId:timeout:interval:)``,
    ///   `conflict` when an earlier run failed, or `inDoubt` when one began, gives no sign of life, and has not reported:
    ///   then `work` has not run.
    public func runGoverned<Value: Sendable>(
        _ action: CreateAction, timeout: TimeInterval = 300, interval: TimeInterval = 5, rerun: Bool = false,
        idempotency: CallOptions.Idempotency = .intent, isolation: isolated (any Actor)? = #isolation,
        work: (_ actionId: String) async throws -> Value
    ) async throws -> Run<Value> {
        let begun = try await begin(
            action, timeout: timeout, interval: interval, rerun: rerun, options: CallOptions(idempotency: idempotency))
        guard begun.run else {
            let outcome = try begun.outcome.map(Outcome.init(answer:))
            return Run(actionId: begun.actionId, ran: false, value: nil, outcome: outcome, reportError: nil)
        }
        let start = Date()
        do {
            let value = try await work(begun.actionId)
            let problem = await report(begun.actionId, failure: nil, since: start)
            return Run(actionId: begun.actionId, ran: true, value: value, outcome: nil, reportError: problem)
        } catch {
            _ = await report(begun.actionId, failure: Self.text(of: error), since: start)
            throw error
        }
    }

    private func begin(
        _ action: CreateAction, timeout: TimeInterval, interval: TimeInterval, rerun: Bool, options: CallOptions
    ) async throws -> NativeBegun {
        let (native, options, action) = (native, options.json, action.jsonValue.data)
        return try await stoppable { stop in
            try await native.beginGoverned(
                action: action, timeout: timeout, interval: interval, rerun: rerun, options: options, stop: stop)
        }
    }

    /// Reports how the work ended. A failure of the report must hide neither the work's result nor its error.
    private func report(_ actionId: String, failure: String?, since start: Date) async -> DashClawError? {
        do {
            let took = max(0, Date().timeIntervalSince(start))
            try await native.finishGoverned(actionId: actionId, failure: failure, took: took)
            return nil
        } catch {
            let problem = (error as? NativeError).map(DashClawError.init)
                ?? DashClawError(kind: .internal, message: "\(error)")
            tell("[DashClaw] Failed to report the outcome of action \(actionId): \(problem)", toStandardError: true)
            return problem
        }
    }

    static func text(of error: any Error) -> String {
        (error as? any LocalizedError)?.errorDescription ?? String(describing: error)
    }
}
