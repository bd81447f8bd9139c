import DashClaw
import Foundation
import XCTest

/// The rules that the tests' instances have.
let policies = """
    policies:
      - name: Never drop tables
        type: block_action_type
        rules: {action_types: [drop_table]}
      - name: A human approves deploys
        type: require_approval
        rules: {action_types: [deploy]}
      - name: State only known facts
        type: non_fabrication
        rules: {action_types: [message], on_violation: block}
    """

/// An instance with ``policies``, its agent and its operator.
final class Desk: Sendable {
    let instance: Instance
    let agent: DashClaw
    let operator_: DashClaw
    private let file: URL

    init(options: ClientOptions = ClientOptions()) throws {
        file = FileManager.default.temporaryDirectory.appendingPathComponent("policies-\(UUID()).yaml")
        try Data(policies.utf8).write(to: file)
        instance = try Instance(policies: file.path)
        var options = options
        options.approvalBanner = options.approvalBanner ?? .off
        agent = try instance.client(agentId: "agent-1", options: options)
        operator_ = try instance.client(agentId: "operator", role: .admin)
    }

    deinit {
        agent.close()
        operator_.close()
        instance.close()
        try? FileManager.default.removeItem(at: file)
    }

    /// Answers the next action that waits.
    func decide(_ decision: ApprovalDecision, _ reason: String) -> Task<Action, any Error> {
        Task {
            for try await waiting in operator_.pendingApprovals() {
                guard let action = waiting.first else { continue }
                try await operator_.approveAction(actionId: action.actionId, decision: decision, reasoning: reason)
                return action
            }
            throw CancellationError()
        }
    }
}

/// What the tests' agents do.
let deploy = CreateAction(actionType: "deploy", declaredGoal: "Ship")
let look = CreateAction(actionType: "monitor", declaredGoal: "Look")

/// What this process holds.
struct Holdings: Equatable {
    let threads: Int
    let descriptors: Int

    static func now() throws -> Holdings {
        let count = { try FileManager.default.contentsOfDirectory(atPath: $0).count }
        return Holdings(threads: try count("/proc/self/task"), descriptors: try count("/proc/self/fd"))
    }
}

/// The error that `work` throws.
func failure(
    _ work: () async throws -> some Any, file: StaticString = #filePath, line: UInt = #line
) async -> DashClawError {
    do {
        let value = try await work()
        XCTFail("no error but \(value)", file: file, line: line)
    } catch let error as DashClawError {
        return error
    } catch {
        XCTFail("\(error) is no DashClawError", file: file, line: line)
    }
    return DashClawError(kind: .internal, message: "")
}

/// What this process prints on a descriptor while `work` runs.
func printed(on descriptor: Int32, during work: () async throws -> Void) async throws -> String {
    let capture = try Capture(descriptor)
    try await work()
    return capture.end()
}

func printed(on descriptor: Int32, during work: () throws -> Void) throws -> String {
    let capture = try Capture(descriptor)
    try work()
    return capture.end()
}

private struct Capture {
    private let descriptor: Int32
    private let kept: Int32
    private let file: URL

    init(_ descriptor: Int32) throws {
        self.descriptor = descriptor
        file = FileManager.default.temporaryDirectory.appendingPathComponent("printed-\(UUID())")
        try Data().write(to: file)
        kept = dup(descriptor)
        let opened = open(file.path, O_WRONLY | O_APPEND)
        dup2(opened, descriptor)
        close(opened)
    }

    func end() -> String {
        dup2(kept, descriptor)
        close(kept)
        defer { try? FileManager.default.removeItem(at: file) }
        return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }
}
