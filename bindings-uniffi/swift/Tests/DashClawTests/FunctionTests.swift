import DashClaw
import XCTest

import func DashClawNative.errorKinds

/// The vectors that every language runs, through values instead of texts.
final class FunctionTests: XCTestCase {
    private func vectors(_ file: String) throws -> JSONValue {
        let root = URL(fileURLWithPath: #filePath).pathComponents.dropLast(5).joined(separator: "/").dropFirst()
        return try JSONValue(parsing: Data(contentsOf: URL(fileURLWithPath: "\(root)/tests/vectors/\(file)")))
    }

    /// Without those that a value of Swift cannot hold: halves of pairs, two spellings of one name.
    func testCanonicalJsonOfValues() throws {
        var checked = 0
        for vector in try vectors("canonical-json.json")["vectors"]?.array ?? [] {
            let text = vector["input"]?["json_text"]?.string ?? ""
            let expected = vector["expected"]?["rfc8785"]?["utf8_hex"]?.string
            guard let expected, !text.contains("\\ud"), !text.contains("\\u0301") else { continue }
            let canonical = try canonicalJson(JSONValue(parsing: text), layer: .rfc8785)
            XCTAssertEqual(canonical.utf8.map { String(format: "%02x", $0) }.joined(), expected, text)
            checked += 1
        }
        XCTAssertGreaterThan(checked, 40)
    }

    func testIdempotencyKeysOfValues() throws {
        let key = try deriveIdempotencyKey(["agent_id": "agent-1", "n": 9_007_199_254_740_993])
        let text = Data(#"{"n":9007199254740993,"agent_id":"agent-1"}"#.utf8)
        XCTAssertEqual(key, try deriveIdempotencyKey(text))
        XCTAssertEqual(key.count, 64)
    }

    func testIssuedReceiptsByTextAndByValue() throws {
        let issued = try vectors("issued.json")
        let keys = try vectors("keys.json")["jwks"] ?? .null
        for vector in issued["receipts"]?.array ?? [] {
            let receipt = vector["expected"]?["receipt"] ?? .null
            let answer = try verifyReceipt(receipt, jwks: JwkSet(json: keys.object ?? [:]))
            XCTAssertTrue(answer.valid, answer.reason ?? "")
            let altered = Data(receipt.text.replacingOccurrences(of: "\"verdict\":\"", with: "\"verdict\":\"x").utf8)
            let refused = try verifyReceipt(altered, jwks: Data(keys.text.utf8))
            XCTAssertFalse(refused.valid)
            XCTAssertNotNil(refused.message)
        }
    }

    func testActionSignatures() throws {
        let key = try vectors("rsa-action-signatures.json")["test_private_keys"]?["agent_a_pkcs8_pem"]?.string ?? ""
        let payload: [String: JSONValue] = ["agent_id": "agent-a", "action_type": "deploy", "declared_goal": "ship"]
        let signature = try signAction(payload, key: key)
        XCTAssertEqual(signature.count, 344)
        XCTAssertEqual(signature, try signAction(JSONValue.object(payload).text.data(using: .utf8)!, key: key))
        XCTAssertThrowsError(try signAction(payload, key: "no key")) { error in
            let error = error as? DashClawError
            XCTAssertEqual(error?.kind, .invalidArgument)
            XCTAssertEqual(error?.argument, "key")
            XCTAssertEqual(error?.message.contains("no key"), false)
        }
    }

    func testEveryKindOfErrorHasACase() {
        XCTAssertEqual(Set(DashClawError.Kind.allCases.map(\.rawValue)), Set(errorKinds()))
        XCTAssertFalse(dashclawVersion.isEmpty)
    }
}
