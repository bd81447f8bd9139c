import Foundation

/// The options of a client. What is not set comes from the environment where a variable is named, or has its default.
public struct ClientOptions: Sendable {
    /// Where the server is; otherwise the variable `DASHCLAW_BASE_URL`.
    public var baseUrl: String?
    /// The API key; otherwise `DASHCLAW_API_KEY`.
    public var apiKey: String?
    /// Which agent acts; otherwise `DASHCLAW_AGENT_ID`.
    public var agentId: String?
    /// The agent's name for people.
    public var agentName: String?
    /// Asks guard before an action is created: `warn` tells, `enforce` throws.
    public var guardMode: Mode?
    /// Is given every decision that ``guardMode`` asks for.
    public var onGuard: (@Sendable (GuardDecision) -> Void)?
    /// Reads what was learned before an action is created: `warn` tells, `enforce` adapts the action.
    public var autoRecommend: Mode?
    /// The least confidence, 0 to 100, of a recommendation that is applied; 70 unless set.
    public var recommendationConfidenceMin: Double?
    /// Is given every recommendation that ``autoRecommend`` reads.
    public var onRecommendation: (@Sendable (JSONValue) -> Void)?
    /// `wait` lets `createAction` wait for the approval of an action that needs one.
    public var hitlMode: HitlMode?
    /// Signs actions: an RSA private key as PEM or JWK.
    public var signingKey: String?
    /// A JWT of your identity provider that proves which agent acts.
    public var authToken: String?
    /// How many seconds one call may take in all; 30 unless set.
    public var timeout: TimeInterval?
    /// How often a request that is safe to repeat is repeated; 2 unless set.
    public var maxRetries: Int?
    /// How many bytes of an answer are read; 16 MiB unless set.
    public var maxResponseBytes: Int?
    /// The URL of an HTTP proxy; otherwise the usual variables.
    public var proxy: String?
    /// More certificate authorities: PEM text, or the path of a PEM file.
    public var caBundle: String?
    /// Your product, put before the SDK's own name.
    public var userAgent: String?
    /// Where a pending approval is announced; otherwise `DASHCLAW_APPROVAL_BANNER`, or else standard output.
    public var approvalBanner: ApprovalBanner?
    /// Options by their names, such as `guard_mode`: from a configuration file, or newer than this version.
    public var more: [String: JSONValue] = [:]

    /// What the client does by itself around an action.
    public enum Mode: String, Sendable {
        case off, warn, enforce
    }

    /// What `createAction` does with an action that needs approval.
    public enum HitlMode: String, Sendable {
        case off, wait
    }

    /// Where the announcement of a pending approval is printed.
    public enum ApprovalBanner: String, Sendable {
        case stdout, stderr, off
    }

    public init(baseUrl: String? = nil, apiKey: String? = nil, agentId: String? = nil) {
        self.baseUrl = baseUrl
        self.apiKey = apiKey
        self.agentId = agentId
    }

    /// The names of the options that are set.
    public var names: Set<String> { Set(members.keys) }

    var json: String { JSONValue.object(members).text }

    private var members: [String: JSONValue] {
        let texts: [String: String?] = [
            "base_url": baseUrl, "api_key": apiKey, "agent_id": agentId, "agent_name": agentName,
            "guard_mode": guardMode?.rawValue, "auto_recommend": autoRecommend?.rawValue,
            "hitl_mode": hitlMode?.rawValue,
            "signing_key": signingKey, "auth_token": authToken, "proxy": proxy, "ca_bundle": caBundle,
            "user_agent": userAgent, "approval_banner": approvalBanner?.rawValue,
        ]
        var members = texts.compactMapValues { $0.map(JSONValue.string) }
        members["recommendation_confidence_min"] = recommendationConfidenceMin?.jsonValue
        members["timeout"] = timeout.map(Self.seconds)
        members["max_retries"] = maxRetries?.jsonValue
        members["max_response_bytes"] = maxResponseBytes?.jsonValue
        return members.merging(more) { set, _ in set }
    }

    /// What is no number of seconds must not read as "not given": the engine refuses it in its own words.
    static func seconds(_ value: TimeInterval) -> JSONValue {
        JSONNumber(value).map(JSONValue.number) ?? .string("\(value)")
    }
}

/// Shows no secret.
extension ClientOptions: CustomStringConvertible, CustomReflectable {
    public var description: String { "ClientOptions(baseUrl: \(baseUrl ?? "nil"), agentId: \(agentId ?? "nil"))" }
    public var customMirror: Mirror { Mirror(self, children: ["baseUrl": baseUrl as Any, "agentId": agentId as Any]) }
}

/// What may differ from call to call.
public struct CallOptions: Sendable, Hashable {
    /// How many seconds the call may take in all, retries included.
    public var timeout: TimeInterval?
    /// How often a request that is safe to repeat is repeated.
    public var maxRetries: Int?
    /// The key that the request carries, where the operation takes one.
    public var idempotencyKey: String?
    /// Where the key comes from when none is given.
    public var idempotency: Idempotency?
    /// What becomes of an action that was created before with the same key; it is judged unless given.
    public var onReplay: OnReplay?
    /// Options by their names, such as `max_retries`: newer than this version.
    public var more: [String: JSONValue] = [:]

    /// Where the idempotency key of a created record comes from.
    public enum Idempotency: String, Sendable {
        /// From the whole intent and the current hour: the same intent is the same record.
        case intent
        /// A fresh one per call: every call makes a new record.
        case call
    }

    /// What becomes of an action that was created before with the same key.
    public enum OnReplay: String, Sendable {
        /// It is an error unless the action is running or waits for approval.
        case judge
        /// The record is returned whatever its state. It is no permission.
        case `return`
    }

    public init(
        timeout: TimeInterval? = nil, maxRetries: Int? = nil, idempotencyKey: String? = nil,
        idempotency: Idempotency? = nil, onReplay: OnReplay? = nil
    ) {
        self.timeout = timeout
        self.maxRetries = maxRetries
        self.idempotencyKey = idempotencyKey
        self.idempotency = idempotency
        self.onReplay = onReplay
    }

    /// The names of the options that are set.
    public var names: Set<String> { Set(members.keys) }

    /// Nothing when all is as usual.
    var json: String? { members.isEmpty ? nil : JSONValue.object(members).text }

    private var members: [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        members["timeout"] = timeout.map(ClientOptions.seconds)
        members["max_retries"] = maxRetries?.jsonValue
        members["idempotency_key"] = idempotencyKey?.jsonValue
        members["idempotency"] = idempotency?.rawValue.jsonValue
        members["on_replay"] = onReplay?.rawValue.jsonValue
        return members.merging(more) { set, _ in set }
    }
}
