import DashClawNative

/// What the native library calls while a call is under way.
final class Hooks: NativeHooks {
    private let guarded: (@Sendable (GuardDecision) -> Void)?
    private let recommended: (@Sendable (JSONValue) -> Void)?

    init(_ options: ClientOptions) {
        guarded = options.onGuard
        recommended = options.onRecommendation
    }

    func print(toStderr: Bool, text: String) {
        tell(text, toStandardError: toStderr)
    }

    func listens() -> Bool {
        guarded != nil || recommended != nil
    }

    func onGuard(decision: String) {
        guard let guarded, let members = try? JSONValue(parsing: decision).object else { return }
        guarded(GuardDecision(json: members))
    }

    func onRecommendation(recommendation: String) {
        guard let recommended, let value = try? JSONValue(parsing: recommendation) else { return }
        recommended(value)
    }
}
