import DashClaw
import Foundation

/// What a request is answered with.
enum Answer {
    case ok(JSONValue)
    case error(JSONValue)

    init(_ error: any Error) {
        switch error {
        case let error as DashClawError: self = .error(Self.fields(of: error))
        case is CancellationError: self = .error(["kind": "cancelled", "message": "the task was cancelled"])
        default: self = .error(["kind": "testee", "code": .string("\(type(of: error))"), "message": .string("\(error)")])
        }
    }

    private static func fields(of error: DashClawError) -> JSONValue {
        let fields: [String: JSONValue?] = [
            "kind": error.kind.rawValue.jsonValue, "code": error.code.jsonValue, "message": error.message.jsonValue,
            "status": error.status?.jsonValue, "retryable": error.isRetryable.jsonValue,
            "retry_after": error.retryAfter?.jsonValue, "idempotency_key": error.idempotencyKey?.jsonValue,
            "current_status": error.currentStatus?.jsonValue, "argument": error.argument?.jsonValue,
            "details": error.details, "request_id": error.requestId?.jsonValue, "operation": error.operation?.jsonValue,
            "action_id": error.actionId?.jsonValue, "decision": error.decision.map { $0["decision"] ?? $0 },
        ]
        return .object(fields.compactMapValues { $0 })
    }
}

/// Writes answers, each line as a whole.
final class Writer: Sendable {
    private let lock = NSLock()

    func reply(_ id: Int, _ answer: Answer) {
        let member = switch answer {
        case .ok(let value): "\"ok\":\(value.text)"
        case .error(let value): "\"error\":\(value.text)"
        }
        lock.withLock { FileHandle.standardOutput.write(Data("{\"id\":\(id),\(member)}\n".utf8)) }
    }
}
