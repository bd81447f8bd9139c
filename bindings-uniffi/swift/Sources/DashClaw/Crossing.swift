import DashClawNative
import Foundation

/// Runs what the native library fails with a ``DashClawError``.
func crossing<Value>(_ work: () throws -> Value) throws -> Value {
    do {
        return try work()
    } catch let error as NativeError {
        throw DashClawError(error)
    }
}

/// Runs a native call that stops when its task is cancelled: UniFFI does not carry cancellation by itself.
func stoppable<Value: Sendable>(_ call: @Sendable (Stop) async throws -> Value) async throws -> Value {
    let stop = Stop()
    do {
        return try await withTaskCancellationHandler {
            try await call(stop)
        } onCancel: {
            stop.cancel()
        }
    } catch let native as NativeError {
        let error = DashClawError(native)
        if error.kind == .cancelled && Task.isCancelled { throw CancellationError() }
        throw error
    }
}

extension JSONValue {
    /// What the native library says, which is always JSON.
    init(answer: Data) throws {
        do {
            try self.init(valid: answer, isStrict: false)
        } catch {
            throw DashClawError(kind: .malformedResponse, message: "the answer is not JSON")
        }
    }
}

extension JSONRecord {
    init(answer: Data) throws {
        guard let members = try JSONValue(answer: answer).object else {
            throw DashClawError(kind: .malformedResponse, message: "the answer is no object")
        }
        self.init(json: members)
    }
}

/// Prints a line for people. It goes out at once, as other output of the program may be a protocol.
func tell(_ text: String, toStandardError: Bool) {
    let file = toStandardError ? FileHandle.standardError : FileHandle.standardOutput
    // A closed terminal is no reason to stop.
    try? file.write(contentsOf: Data((text + "\n").utf8))
}

extension DashClaw {
    /// Calls an operation with those arguments that are given.
    func send<Answer: JSONConvertible>(
        _ operation: String, _ arguments: [String: JSONValue?], _ options: CallOptions
    ) async throws -> Answer {
        try await send(operation, arguments.compactMapValues { $0 }, options)
    }

    func send<Answer: JSONConvertible>(
        _ operation: String, _ arguments: [String: JSONValue], _ options: CallOptions
    ) async throws -> Answer {
        let answer = try await call(operation, arguments: arguments, options: options)
        guard let answer = Answer(jsonValue: answer) else {
            throw DashClawError(kind: .malformedResponse, message: "the answer is no object")
        }
        return answer
    }
}
