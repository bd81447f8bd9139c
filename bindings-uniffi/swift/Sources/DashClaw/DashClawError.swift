import DashClawNative
import Foundation

/// What went wrong, with everything a caller needs to decide what to do next. Its text never holds an API key or a
/// token.
///
/// A call whose task was cancelled throws Swift's `CancellationError`, unless the cancellation left open whether a
/// write happened: then it is an error of kind ``Kind/outcomeUnknown``.
public struct DashClawError: Error, Sendable, Hashable {
    /// What kind of error it is.
    public var kind: Kind
    /// One sentence for people.
    public var message: String
    /// The server's own code, such as `SIGNATURE_REQUIRED`; otherwise the kind's.
    public var code: String
    /// The HTTP status, when the server answered.
    public var status: Int?
    /// Whether the same call may succeed later.
    public var isRetryable = false
    /// How many seconds the server asks to wait.
    public var retryAfter: TimeInterval?
    /// The key that the request carried: send the same one to ask or repeat safely.
    public var idempotencyKey: String?
    /// What the record's state is, for ``Kind/conflict``.
    public var currentStatus: String?
    /// The argument or option at fault, snake_case.
    public var argument: String?
    /// The server's details: a list of messages, or a text.
    public var details: JSONValue?
    /// The whole JSON body of a refusal.
    public var body: JSONValue?
    /// The server's id for the request.
    public var requestId: String?
    /// The operation, snake_case.
    public var operation: String?
    /// The action that this is about.
    public var actionId: String?
    /// The verdict behind ``Kind/guardBlocked``, or the status behind ``Kind/approvalDenied``.
    public var decision: JSONValue?

    /// An error of a kind, such as a program's own tests need.
    public init(kind: Kind, message: String) {
        self.kind = kind
        self.message = message
        code = kind.rawValue
    }

    /// The verdict of the guard that blocked the action.
    public var verdict: GuardDecision? { decision.flatMap(GuardDecision.init(jsonValue:)) }
}

extension DashClawError {
    init(_ native: NativeError) {
        self.init(kind: Kind(rawValue: native.kind()) ?? .internal, message: native.message())
        code = native.code()
        status = native.status().map(Int.init)
        isRetryable = native.retryable()
        retryAfter = native.retryAfter()
        idempotencyKey = native.idempotencyKey()
        currentStatus = native.currentStatus()
        argument = native.argument()
        details = Self.json(native.details())
        body = Self.json(native.body())
        requestId = native.requestId()
        operation = native.operation()
        actionId = native.actionId()
        decision = Self.json(native.decision())
    }

    init(argument: String, _ problem: String) {
        self.init(kind: .invalidArgument, message: "`\(argument)` \(problem)")
        self.argument = argument
    }

    private static func json(_ text: String?) -> JSONValue? {
        text.flatMap { try? JSONValue(parsing: $0) }
    }
}

extension DashClawError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { message }
    public var description: String { message }
}
