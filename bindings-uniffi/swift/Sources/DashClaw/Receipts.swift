import DashClawNative
import Foundation

/// The answer of a verification.
public struct Verification: Sendable, Hashable {
    /// Whether every check passed.
    public let valid: Bool
    /// `non_fabrication`, `bundle`, `reputation` or `work_order`, once that is known.
    public let kind: String?
    /// The key that the document names, once it is found among the published ones.
    public let kid: String?
    /// The code of the first check that failed.
    public let reason: String?
    /// The same for people.
    public let message: String?

    init(_ native: NativeVerification) {
        valid = native.valid
        kind = native.kind
        kid = native.kid
        reason = native.reason
        message = native.message
    }
}

extension DashClaw {
    /// Verifies a receipt against the server's published keys.
    ///
    /// - Parameter document: The receipt exactly as it was issued.
    public func verifyReceipt(_ document: Data) async throws -> Verification {
        try await verify(document, required: false)
    }

    /// Verifies a receipt that is a part of an answer, by its values.
    public func verifyReceipt(_ document: JSONValue) async throws -> Verification {
        try await verify(document.data, required: false)
    }

    /// Verifies a receipt as ``verifyReceipt(_:)-(Data)`` does, and throws when it is not valid.
    ///
    /// - Throws: A ``DashClawError`` of kind `receiptInvalid`; its `details` hold the code of the check that failed.
    @discardableResult
    public func requireValidReceipt(_ document: Data) async throws -> Verification {
        try await verify(document, required: true)
    }

    /// Verifies a receipt that is a part of an answer, by its values, and throws when it is not valid.
    ///
    /// - Throws: A ``DashClawError`` of kind `receiptInvalid`; its `details` hold the code of the check that failed.
    @discardableResult
    public func requireValidReceipt(_ document: JSONValue) async throws -> Verification {
        try await verify(document.data, required: true)
    }

    private func verify(_ document: Data, required: Bool) async throws -> Verification {
        let native = native
        return Verification(try await stoppable { stop in
            try await native.verifyReceipt(document: document, required: required, stop: stop)
        })
    }
}

/// Verifies a receipt offline against a published key set (`/.well-known/jwks.json`). A receipt that is not valid is an
/// answer, not an error.
///
/// - Parameters:
///   - document: The receipt exactly as it was issued.
///   - jwks: The key set.
public func verifyReceipt(_ document: Data, jwks: Data) throws -> Verification {
    Verification(try crossing { try DashClawNative.verifyReceipt(document: document, jwks: jwks) })
}

/// Verifies a receipt that is a part of an answer, by its values, against the answer of ``DashClaw/getJwks(options:)``.
public func verifyReceipt(_ document: JSONValue, jwks: JwkSet) throws -> Verification {
    try verifyReceipt(document.data, jwks: jwks.jsonValue.data)
}
