import DashClaw
import Foundation

/// One request line.
struct Request: Sendable {
    let json: JSONValue

    init(line: String) throws {
        json = try JSONValue(parsing: line)
    }

    var id: Int { json["id"]?.int ?? 0 }
    var action: String { text("do") }
    var arguments: [String: JSONValue] { json["arguments"]?.object ?? [:] }
    var options: [String: JSONValue] { json["options"]?.object ?? [:] }
    var timeout: TimeInterval { options["timeout"]?.double ?? 300 }
    var interval: TimeInterval { options["interval"]?.double ?? 5 }

    func text(_ member: String) -> String { json[member]?.string ?? "" }
    func bytes(_ member: String) -> Data { Data(text(member).utf8) }

    /// Whether it is answered before the next one is read.
    var isQuick: Bool {
        switch action {
        case "new", "close", "open_instance", "close_instance", "canonical_json", "derive_idempotency_key", "sign_action": true
        case "verify_receipt": json["jwks"] != nil
        default: false
        }
    }

    /// The options of a call. What Swift's types refuse goes by its name.
    var callOptions: CallOptions {
        var call = CallOptions(
            timeout: options["timeout"]?.double, maxRetries: options["max_retries"]?.int,
            idempotencyKey: options["idempotency_key"]?.string, idempotency: word("idempotency"),
            onReplay: word("on_replay"))
        call.more = options.filter { !call.names.contains($0.key) }
        return call
    }

    /// The options of a client. What Swift's types refuse goes by its name.
    var clientOptions: ClientOptions {
        var client = ClientOptions(
            baseUrl: options["base_url"]?.string, apiKey: options["api_key"]?.string, agentId: options["agent_id"]?.string)
        client.agentName = options["agent_name"]?.string
        client.guardMode = word("guard_mode")
        client.autoRecommend = word("auto_recommend")
        client.recommendationConfidenceMin = options["recommendation_confidence_min"]?.double
        client.hitlMode = word("hitl_mode")
        client.signingKey = options["signing_key"]?.string
        client.authToken = options["auth_token"]?.string
        client.timeout = options["timeout"]?.double
        client.maxRetries = options["max_retries"]?.int
        client.maxResponseBytes = options["max_response_bytes"]?.int
        client.proxy = options["proxy"]?.string
        client.caBundle = options["ca_bundle"]?.string
        client.userAgent = options["user_agent"]?.string
        client.approvalBanner = word("approval_banner")
        client.more = options.filter { !client.names.contains($0.key) }
        return client
    }

    private func word<Word: RawRepresentable>(_ name: String) -> Word? where Word.RawValue == String {
        options[name]?.string.flatMap(Word.init(rawValue:))
    }
}
