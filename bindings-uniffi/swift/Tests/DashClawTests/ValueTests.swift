import XCTest

@testable import DashClaw

final class ValueTests: XCTestCase {
    func testNumbersKeepTheirDigits() throws {
        for text in ["9007199254740993", "18446744073709551615", "123456789012345678901234567890", "0.10", "1e400", "-0"] {
            XCTAssertEqual(try JSONValue(parsing: text).text, text)
        }
        let large = try JSONValue(parsing: "9007199254740993")
        XCTAssertEqual(large.int, 9_007_199_254_740_993)
        XCTAssertNotEqual(large, try JSONValue(parsing: "9007199254740992"))
        XCTAssertEqual(try JSONValue(parsing: "1.0"), 1)
        XCTAssertEqual(try JSONValue(parsing: "1e2").int, 100)
        XCTAssertNil(try JSONValue(parsing: "9007199254740993.0").int)
        XCTAssertNil(try JSONValue(parsing: "1.5").int)
        XCTAssertEqual(try JSONValue(parsing: "1e400").double, .infinity)
        XCTAssertEqual(JSONNumber(1e16)?.text, "1e+16")
        XCTAssertEqual(JSONNumber(-3.0)?.text, "-3")
        XCTAssertNil(JSONNumber(Double.infinity))
    }

    func testTextsSurviveBothWays() throws {
        let text = #"{"a":"\u0000\u001f\"\\/\b\f\n\r\t é🦊","b":[[],{},null,true,false]}"#
        let value = try JSONValue(parsing: text)
        XCTAssertEqual(value["a"]?.string, "\0\u{1f}\"\\/\u{8}\u{c}\n\r\t é🦊")
        XCTAssertEqual(try JSONValue(parsing: value.text), value)
        XCTAssertEqual(try JSONValue(parsing: #""\ud83e\udd8a""#), "🦊")
        // A text of ours must not change on its way; an answer must not be lost for a text that somebody else broke.
        for (text, read) in [(#""\ud83ex\udd8a""#, "\u{FFFD}x\u{FFFD}"), (#""\ud83e\u0041""#, "\u{FFFD}A")] {
            XCTAssertThrowsError(try JSONValue(parsing: text))
            XCTAssertEqual(try JSONValue(answer: Data(text.utf8)).string, read)
        }
    }

    func testWhatIsNoJSONIsRefused() {
        let wrong = [
            "", " ", "{", "[1,]", "{\"a\":1,}", "{a:1}", "01", "1.", ".5", "+1", "1e", "nul", "\"a", "\"\\x\"", "\"\\u12\"",
            "1 2", "\"\u{1}\"", "[1 2]", "{\"a\" 1}", String(repeating: "[", count: 300), "-", "\u{FEFF}1",
        ]
        for text in wrong {
            XCTAssertThrowsError(try JSONValue(parsing: text), text) { error in
                XCTAssertEqual((error as? DashClawError)?.kind, .invalidArgument, text)
            }
        }
        XCTAssertThrowsError(try JSONValue(parsing: Data([0x22, 0xFF, 0x22])))
    }

    func testEveryPrefixOfATextIsRefused() throws {
        let text = #"{"a":[1,-2.5e3,"x\u00e9",true,null],"b":{"c":"d"}}"#
        _ = try JSONValue(parsing: text)
        for end in 0..<text.count {
            XCTAssertThrowsError(try JSONValue(parsing: String(text.prefix(end))))
        }
    }

    func testCodersOfFoundationRoundNoInteger() throws {
        let value = try JSONValue(parsing: #"{"n":9007199254740993,"u":18446744073709551615,"x":[1.5,"a",null,true]}"#)
        let copy = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
        XCTAssertEqual(copy, value)
    }

    func testRecordsKeepWhatTheyDoNotKnow() throws {
        let text = #"{"action_id":"act_1","colour":"red","id":"x","risk_score":40,"status":"napping","verified":1}"#
        var action = try JSONDecoder().decode(Action.self, from: Data(text.utf8))
        XCTAssertEqual(action.status, ActionStatus(rawValue: "napping"))
        XCTAssertEqual([action.riskScore, action.id], [40, 0])
        XCTAssertTrue(action.verified)
        XCTAssertEqual(action.agentName, nil)
        XCTAssertEqual(action.extra, ["colour": "red"])
        XCTAssertEqual(action.jsonValue.text, text)
        action.extra = ["size": 3]
        action.declaredGoal = "Rest"
        XCTAssertEqual(action["size"], 3)
        XCTAssertNil(action["colour"])
        let encoded = try JSONValue(parsing: JSONEncoder().encode(action))
        XCTAssertEqual(encoded, action.jsonValue)
    }

    func testANumberThatDoesNotFitIsTheNearestThatDoesAndKeepsItsDigits() throws {
        let table = [
            ("9223372036854775808", Int.max), ("-99999999999999999999", Int.min), ("1e300", Int.max),
            ("71.5", 72), ("72.5", 72), ("-0.25", 0),
        ]
        for (digits, nearest) in table {
            let action = Action(json: ["tokens_in": try JSONValue(parsing: digits)])
            XCTAssertEqual(action.tokensIn, nearest)
            XCTAssertEqual(action["tokens_in"]?.text, digits)
        }
    }

    func testAChangeEmptiesWhatItNames() {
        var change = UpdateSession(sessionId: "sess_1", summary: "done", emptied: [.blockedReason])
        XCTAssertEqual(change.json, ["session_id": "sess_1", "summary": "done", "blocked_reason": .null])
        XCTAssertEqual(change.emptied, [.blockedReason])
        XCTAssertNil(change.blockedReason)
        change.emptied = [.greenLevel]
        change.blockedReason = "a lock"
        XCTAssertEqual(
            change.json, ["session_id": "sess_1", "summary": "done", "green_level": .null, "blocked_reason": "a lock"])
    }

    func testAVerdictIsClosedAndWordsAreOpen() {
        XCTAssertNil(Verdict(rawValue: "maybe"))
        XCTAssertEqual(GuardDecision(json: ["decision": "maybe"]).decision, .block)
        XCTAssertEqual(GuardDecision(json: ["decision": "require_approval"]).decision, .requireApproval)
        XCTAssertNil(SimulationMatch(json: ["simulated_action": "maybe"]).simulatedAction)
        XCTAssertTrue(ActionStatus.known.contains("pending_approval"))
    }

    func testRequestsHoldWhatWasGivenOnly() {
        var request = CreateAction(actionType: "deploy", declaredGoal: "Ship", systemsTouched: ["a"], riskScore: 40)
        XCTAssertEqual(
            request.jsonValue.text,
            #"{"action_type":"deploy","declared_goal":"Ship","risk_score":40,"systems_touched":["a"]}"#)
        request["team"] = "web"
        request.riskScore = nil
        XCTAssertEqual(request.json.keys.sorted(), ["action_type", "declared_goal", "systems_touched", "team"])
    }

    func testOptionsShowNoSecret() {
        var options = ClientOptions(baseUrl: "https://example.com", apiKey: "oc_live_secret", agentId: "a")
        options.signingKey = "signing-secret"
        var dumped = ""
        dump(options, to: &dumped)
        for text in ["\(options)", String(reflecting: options), dumped] {
            XCTAssertFalse(text.contains("secret"), text)
        }
    }
}
