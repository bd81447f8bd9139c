import DashClawNative
import Foundation

/// What a canonical form is for.
public enum CanonicalLayer: String, Sendable {
    /// What agents sign.
    case plain
    /// What receipts hash and sign.
    case integrity
    /// The standard, RFC 8785.
    case rfc8785
}

/// A text on one line of a terminal, as it is: what a terminal would obey, hide or turn around is written as an escape.
///
/// Whatever a server or an agent wrote goes through this before it is printed: a goal, a reason, the text of an error. What is
/// longer than 1000 characters is cut.
public func printable(_ text: String) -> String {
    DashClawNative.printable(text: text)
}

/// The canonical JSON of a value.
public func canonicalJson(_ value: JSONValue, layer: CanonicalLayer = .integrity) throws -> String {
    try canonicalJson(value.data, layer: layer)
}

/// The canonical JSON of a JSON text.
public func canonicalJson(_ text: Data, layer: CanonicalLayer = .integrity) throws -> String {
    try crossing { try DashClawNative.canonicalJson(value: text, layer: layer.rawValue) }
}

/// The idempotency key of `parts`: 64 hex digits, the same in every language.
public func deriveIdempotencyKey(_ parts: [String: JSONValue]) throws -> String {
    try deriveIdempotencyKey(JSONValue.object(parts).data)
}

/// The idempotency key of the text of a JSON object.
public func deriveIdempotencyKey(_ parts: Data) throws -> String {
    try crossing { try DashClawNative.deriveIdempotencyKey(parts: parts) }
}

/// The signature of an action for its member `_signature`: RSASSA-PKCS1-v1_5 with SHA-256 in base64.
///
/// - Parameters:
///   - payload: The action.
///   - key: An RSA private key as PEM or JWK.
public func signAction(_ payload: [String: JSONValue], key: String) throws -> String {
    try signAction(JSONValue.object(payload).data, key: key)
}

/// The signature of an action that is given as the text of a JSON object.
public func signAction(_ payload: Data, key: String) throws -> String {
    try crossing { try DashClawNative.signAction(payload: payload, key: key) }
}

/// The version of the SDK.
public let dashclawVersion = DashClawNative.version()
