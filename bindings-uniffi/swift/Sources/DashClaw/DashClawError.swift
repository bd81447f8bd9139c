import DashClawNative
import Foundation

extension DashClawError {
    /// The verdict of the guard that blocked the action.
    public var verdict: GuardDecision? { decision.flatMap(GuardDecision.init(jsonValue:)) }

    init(_ native: NativeError) {
        self.init(fields: (try? JSONValue(valid: Data(native.fields().utf8), isStrict: false)) ?? .null)
    }

    init(argument: String, _ problem: String) {
        self.init(kind: .invalidArgument, message: "`\(argument)` \(problem)")
        self.argument = argument
    }
}

extension DashClawError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { message }
    public var description: String { message }
}
