import DashClawNative
import Foundation

/// A client of one DashClaw server, for one agent or one operator. Tasks share it freely; cancelling one stops its call at
/// once.
///
/// Every operation of the API is a method. Times are seconds.
///
/// ```swift
/// let client = try DashClaw(baseUrl: "https://dashclaw.example.com", apiKey: key, agentId: "deployer")
/// let run = try await client.runGoverned(CreateAction(actionType: "deploy", declaredGoal: "Ship 1.4")) { actionId in
///     try await deploy()
/// }
/// ```
public final class DashClaw: Sendable {
    let native: NativeClient
    private let owned: Instance?

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - options: Where the server is and how it is spoken to.
    ///   - instance: An embedded instance to reach instead of a server.
    ///   - role: What the client may do there.
    /// - Throws: A ``DashClawError`` of kind `configuration`: an option is missing or unusable.
    public convenience init(
        _ options: ClientOptions = ClientOptions(), instance: Instance? = nil, role: Instance.Role = .member
    ) throws {
        try self.init(options, instance: instance, role: role, owned: nil)
    }

    /// Makes a client of a server.
    ///
    /// - Parameters:
    ///   - baseUrl: Where the server is; otherwise the variable `DASHCLAW_BASE_URL`.
    ///   - apiKey: Otherwise `DASHCLAW_API_KEY`.
    ///   - agentId: Which agent acts; otherwise `DASHCLAW_AGENT_ID`.
    /// - Throws: A ``DashClawError`` of kind `configuration`: an option is missing or unusable.
    public convenience init(baseUrl: String?, apiKey: String? = nil, agentId: String? = nil) throws {
        try self.init(ClientOptions(baseUrl: baseUrl, apiKey: apiKey, agentId: agentId))
    }

    private init(_ options: ClientOptions, instance: Instance?, role: Instance.Role, owned: Instance?) throws {
        self.owned = owned
        native = try crossing {
            try NativeClient(
                options: options.json, hooks: Hooks(options), instance: instance?.native, role: role.rawValue)
        }
        if let warning = native.clearTextWarning() {
            tell("[DashClaw] Warning: \(warning)", toStandardError: true)
        }
    }

    /// A client with an ``Instance`` of its own, which closes with it. It is an agent's, and does not approve: where a human
    /// does, take two clients of one ``Instance``.
    ///
    /// - Parameters:
    ///   - path: As ``Instance/init(path:policies:)`` takes it.
    ///   - policies: As ``Instance/init(path:policies:)`` takes it.
    ///   - agentId: Which agent acts.
    ///   - options: Other options of the client.
    /// - Throws: A ``DashClawError``, as ``Instance/init(path:policies:)`` throws it.
    public static func embedded(
        path: String? = nil, policies: String? = nil, agentId: String? = nil, options: ClientOptions = ClientOptions()
    ) throws -> DashClaw {
        var options = options
        options.agentId = agentId ?? options.agentId
        let instance = try Instance(path: path, policies: policies)
        do {
            return try DashClaw(options, instance: instance, role: .member, owned: instance)
        } catch {
            instance.close()
            throw error
        }
    }

    /// Where the server is.
    public var baseUrl: String { native.baseUrl() }

    /// Which agent acts.
    public var agentId: String { native.agentId() }

    /// The agent's name for people.
    public var agentName: String? { native.agentName() }

    /// Whether the client was closed.
    public var isClosed: Bool { native.isShutDown() }

    /// Stops calls under way and refuses later ones. After this no request leaves.
    public func close() {
        native.shutDown()
        owned?.close()
    }

    /// Calls an operation by its name, for what this version has no method for.
    ///
    /// - Parameters:
    ///   - operation: Its name, such as `create_action`.
    ///   - arguments: Its arguments by name, snake_case.
    ///   - options: What differs for this call.
    /// - Throws: A ``DashClawError``.
    public func call(
        _ operation: String, arguments: [String: JSONValue] = [:], options: CallOptions = CallOptions()
    ) async throws -> JSONValue {
        try JSONValue(answer: await call(operation, arguments: JSONValue.object(arguments).data, options: options))
    }

    /// Calls an operation with the text of a JSON object, and returns the text of the answer, byte for byte as it came.
    public func call(
        _ operation: String, arguments: Data, options: CallOptions = CallOptions()
    ) async throws -> Data {
        let (native, options) = (native, options.json)
        return try await stoppable { stop in
            try await native.call(operation: operation, arguments: arguments, options: options, stop: stop)
        }
    }

    /// Waits until a human has decided about an action, and returns it as ``getAction(actionId:options:)`` does.
    ///
    /// - Parameters:
    ///   - actionId: The action, as ``createAction(_:options:)`` returned it.
    ///   - timeout: How many seconds to wait in all.
    ///   - interval: How often, in seconds, the action is read beside the event stream.
    /// - Throws: A ``DashClawError`` of kind `approvalDenied`: a human said no. `approvalExpired`: the request expired
    ///   on the server. `approvalTimeout`: nobody decided in time; the request stands.
    public func waitForApproval(
        actionId: String, timeout: TimeInterval = 300, interval: TimeInterval = 5
    ) async throws -> ActionDetail {
        let native = native
        let answer = try await stoppable { stop in
            try await native.waitForApproval(actionId: actionId, timeout: timeout, interval: interval, stop: stop)
        }
        return try ActionDetail(answer: answer)
    }
}

extension DashClaw: CustomStringConvertible {
    /// Shows no secret.
    public var description: String { "DashClaw(\(baseUrl), agentId: \(agentId)\(isClosed ? ", closed" : ""))" }
}
