import DashClaw
import XCTest

final class ClientTests: XCTestCase {
    func testAGovernedLoopWithoutAServer() async throws {
        let claw = try DashClaw.embedded(agentId: "agent-1")
        let decision = try await claw.guard(Guard(actionType: "monitor"))
        XCTAssertEqual(decision.decision, .allow)
        XCTAssertEqual(decision.agentId, "agent-1")
        let created = try await claw.createAction(look)
        XCTAssertEqual(created.action.status, .running)
        try await claw.reportActionSuccess(actionId: created.action.actionId, summary: "0.2 %")
        let outcome = try await claw.getActionOutcome(actionId: created.action.actionId)
        XCTAssertEqual(outcome.status, .completed)
        // An embedded client is an agent's.
        let refused = await failure { try await claw.approveAction(actionId: "act_1", decision: .allow) }
        XCTAssertEqual(refused.kind, .permission)
        claw.close()
        XCTAssertTrue(claw.isClosed)
        let closed = await failure { try await claw.getHealth() }
        XCTAssertEqual(closed.kind, .closed)
    }

    func testARunIsGovernedAndReported() async throws {
        let desk = try Desk()
        let hand = desk.decide(.allow, "Looks good")
        let action = CreateAction(actionType: "deploy", declaredGoal: "Ship v2.4.0", systemsTouched: ["production"])
        let run = try await desk.agent.runGoverned(action, timeout: 10) { actionId in "deployed as \(actionId)" }
        XCTAssertTrue(run.ran)
        XCTAssertEqual(run.value, "deployed as \(run.actionId)")
        XCTAssertNil(run.reportError)
        let seen = try await hand.value
        XCTAssertEqual(seen.declaredGoal, "Ship v2.4.0")
        let again = try await desk.agent.runGoverned(action, timeout: 10) { _ in XCTFail("ran twice") }
        XCTAssertFalse(again.ran)
        XCTAssertEqual(again.outcome?.status, .completed)
    }

    func testWorkThatThrowsIsReportedAndThrownAgain() async throws {
        struct Broken: LocalizedError { var errorDescription: String? { "the disk is full" } }
        let desk = try Desk()
        nonisolated(unsafe) var id = ""
        do {
            _ = try await desk.agent.runGoverned(CreateAction(actionType: "copy", declaredGoal: "Copy")) { actionId in
                id = actionId
                throw Broken()
            }
            XCTFail("nothing was thrown")
        } catch is Broken {}
        let outcome = try await desk.agent.getActionOutcome(actionId: id)
        XCTAssertEqual(outcome.status, .failed)
        XCTAssertEqual(outcome.errorMessage, "the disk is full")
    }

    func testTrackedWorkIsAnActionOfItsOwn() async throws {
        struct Broken: LocalizedError { var errorDescription: String? { "the disk is full" } }
        let desk = try Desk()
        let action = CreateAction(actionType: "copy", declaredGoal: "Copy")
        let first = try await desk.agent.track(action) { $0 }
        let second = try await desk.agent.track(action) { $0 }
        XCTAssertNotEqual(first, second)
        let done = try await desk.agent.getAction(actionId: first)
        XCTAssertEqual(done.action.status, .completed)
        nonisolated(unsafe) var id = ""
        do {
            _ = try await desk.agent.track(action) { actionId in
                id = actionId
                throw Broken()
            }
            XCTFail("nothing was thrown")
        } catch is Broken {}
        let failed = try await desk.agent.getAction(actionId: id)
        XCTAssertEqual(failed.action.status, .failed)
        XCTAssertEqual(failed.action.errorMessage, "the disk is full")
        let deploy = CreateAction(actionType: "deploy", declaredGoal: "Ship v2.4.0", systemsTouched: ["production"])
        let waits = await failure { try await desk.agent.track(deploy) { _ in XCTFail("it ran") } }
        XCTAssertEqual(waits.kind, .approvalTimeout)
    }

    func testAnActionContextRepeatsTheId() async throws {
        let desk = try Desk()
        let created = try await desk.agent.createAction(CreateAction(actionType: "copy", declaredGoal: "Copy"))
        let context = desk.agent.actionContext(actionId: created.action.actionId)
        let recorded = try await context.recordAssumption("There is room", basis: "df")
        XCTAssertEqual(recorded.assumption.actionId, created.action.actionId)
        let ended = try await context.updateOutcome(UpdateOutcome(actionId: "", status: .completed))
        XCTAssertEqual(ended.action.status, .completed)
    }

    func testASecretIsNotShown() {
        let environment = AgentEnv(json: ["env": ["TOKEN": "s3cret"]])
        XCTAssertEqual(environment.env["TOKEN"], "s3cret")
        var dumped = ""
        dump(environment, to: &dumped)
        XCTAssertFalse("\(environment) \(dumped)".contains("s3cret"))
    }

    func testWhatIsBlockedOrDeniedDoesNotRun() async throws {
        let desk = try Desk()
        let blocked = await failure {
            let action = CreateAction(actionType: "drop_table", declaredGoal: "Clean")
            return try await desk.agent.runGoverned(action) { _ in XCTFail("ran") }
        }
        XCTAssertEqual(blocked.kind, .guardBlocked)
        XCTAssertEqual(blocked.verdict?.decision, .block)
        XCTAssertEqual(blocked.localizedDescription, blocked.message)
        let hand = desk.decide(.deny, "Not on a Friday")
        let denied = await failure {
            try await desk.agent.runGoverned(deploy, timeout: 10) { _ in XCTFail("ran") }
        }
        XCTAssertEqual(denied.kind, .approvalDenied)
        XCTAssertTrue(denied.message.contains("Not on a Friday"), denied.message)
        _ = try await hand.value
    }

    func testWaitingEndsWithItsTime() async throws {
        let desk = try Desk()
        let created = try await desk.agent.createAction(deploy)
        XCTAssertEqual(created.action.status, .pendingApproval)
        let id = created.action.actionId
        let late = await failure { try await desk.agent.waitForApproval(actionId: id, timeout: 0.2) }
        XCTAssertEqual(late.kind, .approvalTimeout)
        XCTAssertEqual(late.actionId, id)
    }

    func testErrorsCarryTheirFields() async throws {
        let desk = try Desk()
        let missing = await failure { try await desk.agent.getAction(actionId: "act_none") }
        XCTAssertEqual(missing.kind, .notFound)
        XCTAssertEqual(missing.status, 404)
        XCTAssertEqual(missing.operation, "get_action")
        let wrong = await failure { try await desk.agent.getAction(actionId: "act_gd_0123456789abcdef") }
        XCTAssertEqual(wrong.kind, .invalidArgument)
        XCTAssertEqual(wrong.argument, "action_id")
        let unknown = await failure { try await desk.agent.call("create_acton") }
        XCTAssertTrue(unknown.message.contains("did you mean `create_action`?"), unknown.message)
        let role = await failure { try await desk.agent.approveAction(actionId: "act_1", decision: .allow) }
        XCTAssertEqual(role.kind, .permission)
        let option = await failure { try DashClaw(baseUrl: "ftp://example.com", apiKey: "k", agentId: "a") }
        XCTAssertEqual(option.kind, .configuration)
        XCTAssertEqual(option.argument, "base_url")
        let instance = await failure { try Instance(policies: "/nonexistent.yaml") }
        XCTAssertEqual(instance.kind, .instance)
        XCTAssertEqual(instance.code, "instance")
    }

    func testAnUnreachableServerIsAConnectionError() async throws {
        let options = CallOptions(timeout: 2, maxRetries: 0)
        let claw = try DashClaw(baseUrl: "http://127.0.0.1:9", apiKey: "key", agentId: "agent-1")
        let error = await failure { try await claw.getHealth(options: options) }
        XCTAssertEqual(error.kind, .connection)
        XCTAssertTrue(error.isRetryable)
        let attachment = claw.getAttachmentUrl(attachmentId: "a/b c")
        XCTAssertEqual(attachment, "http://127.0.0.1:9/api/messages/attachments?id=a%2Fb%20c")
    }

    func testANumberThatIsNotFiniteIsRefused() async throws {
        let desk = try Desk()
        for number in [Double.nan, .infinity, -.infinity] {
            let action = CreateAction(actionType: "count", declaredGoal: "Count", costEstimate: number)
            let error = await failure { try await desk.agent.createAction(action) }
            XCTAssertEqual(error.kind, .invalidArgument)
            XCTAssertEqual(error.argument, "cost_estimate")
        }
        let listed = try await desk.agent.getActions()
        XCTAssertEqual(listed.actions.count, 0)
    }

    func testUntypedCallsKeepEverything() async throws {
        let desk = try Desk()
        let large: JSONValue = .number(JSONNumber(9_007_199_254_740_993))
        let created = try await desk.agent.call(
            "create_action", arguments: ["action_type": "count", "declared_goal": "Count", "tokens_in": large])
        XCTAssertEqual(created["action"]?["tokens_in"]?.int, 9_007_199_254_740_993)
        let arguments = Data(#"{"action_id":"\#(created["action_id"]?.string ?? "")"}"#.utf8)
        let text = try await desk.agent.call("get_action", arguments: arguments)
        XCTAssertTrue(String(decoding: text, as: UTF8.self).contains("\"tokens_in\":9007199254740993"))
        let keyed = CallOptions(idempotencyKey: "invoices-may")
        let first = try await desk.agent.createAction(look, options: keyed)
        let replay = try await desk.agent.createAction(look, options: keyed)
        XCTAssertEqual(replay.idempotentReplay, true)
        XCTAssertEqual(replay.action.actionId, first.action.actionId)
    }

    func testReceiptsOfTheServerAreVerified() async throws {
        let desk = try Desk()
        let decision = try await desk.agent.guard(
            Guard(
                actionType: "message", content: "Hi Jane, your refund of $2,500.00 is on its way.",
                sourceOfTruth: SourceOfTruth(
                    allowedFacts: [Fact(value: "$1,500.00")], requiredFacts: [Fact(value: "Jane", label: "name")])))
        XCTAssertEqual(decision.decision, .block)
        let receipt = try XCTUnwrap(decision.nonFabrication?.first?.receipt)
        let online = try await desk.agent.verifyReceipt(receipt)
        XCTAssertTrue(online.valid, online.message ?? "")
        XCTAssertEqual(online.kind, "non_fabrication")
        let offline = try verifyReceipt(receipt, jwks: await desk.agent.getJwks())
        XCTAssertEqual(offline, online)
        let forged = Data(receipt.text.replacingOccurrences(of: "block", with: "pass").utf8)
        let refused = try await desk.agent.verifyReceipt(forged)
        XCTAssertFalse(refused.valid)
        let thrown = await failure { try await desk.agent.requireValidReceipt(forged) }
        XCTAssertEqual(thrown.kind, .receiptInvalid)
    }

    func testAConnectionInClearTextIsWarnedOf() throws {
        let make = { try DashClaw(baseUrl: $0, apiKey: "oc_live_secret", agentId: "agent-1") }
        let warned = try printed(on: 2) { _ = try make("http://example.com:3000") }
        XCTAssertTrue(warned.contains("http://example.com:3000 is not encrypted"), warned)
        XCTAssertFalse(warned.contains("secret"))
        XCTAssertEqual(try printed(on: 2) { _ = try make("https://example.com") }, "")
        XCTAssertEqual(try printed(on: 2) { _ = try make("http://localhost:3000") }, "")
    }

    func testTheBannerOfAnApprovalGoesWhereItIsSent() async throws {
        for (place, descriptor) in [(ClientOptions.ApprovalBanner.stdout, Int32(1)), (.stderr, 2)] {
            var options = ClientOptions()
            options.approvalBanner = place
            let desk = try Desk(options: options)
            let id = try await desk.agent.createAction(deploy).action.actionId
            let text = try await printed(on: descriptor) {
                _ = try? await desk.agent.waitForApproval(actionId: id, timeout: 0.3)
            }
            XCTAssertEqual(text.components(separatedBy: id).count - 1 > 0, true, text)
        }
    }

    func testHooksHearOfDecisions() async throws {
        let heard = Heard()
        var options = ClientOptions()
        options.guardMode = .warn
        options.onGuard = { heard.add($0.decision.rawValue) }
        let desk = try Desk(options: options)
        _ = try? await desk.agent.createAction(CreateAction(actionType: "drop_table", declaredGoal: "Clean"))
        XCTAssertEqual(heard.all, ["block"])
    }
}

final class Heard: @unchecked Sendable {
    private let lock = NSLock()
    private var words: [String] = []

    var all: [String] { lock.withLock { words } }

    func add(_ word: String) {
        lock.withLock { words.append(word) }
    }
}
