import DashClaw
import Foundation

/// The story of a release agent, in six chapters.
struct Story {
    let agent: DashClaw
    let operator_: DashClaw

    func tellAll() async throws {
        try await harmlessWork()
        try await forbiddenWork()
        try await honestMessage()
        try await approvedDeploy()
        try await deniedDeploy()
        try await repeatedRequest()
        say("\nThat is the governed loop: guard, act, approve, report, verify.")
    }

    private func harmlessWork() async throws {
        say("\n1. Something harmless is allowed")
        let goal = "Read the error rate of the shop"
        let decision = try await agent.guard(Guard(actionType: "monitor", declaredGoal: goal))
        tell("guard", "\(decision.decision) (risk \(decision.riskScore))")
        let run = try await agent.runGoverned(CreateAction(actionType: "monitor", declaredGoal: goal)) { actionId in
            tell("agent", "reads the error rate as \(short(actionId))")
        }
        let outcome = try await agent.getActionOutcome(actionId: run.actionId)
        tell("agent", "outcome on record: \(outcome.status)")
    }

    private func forbiddenWork() async throws {
        say("\n2. Something forbidden is blocked")
        do {
            _ = try await agent.runGoverned(
                CreateAction(actionType: "drop_table", declaredGoal: "Clean the table of customers")
            ) { _ in fatalError("the table is gone: governance has failed") }
        } catch let blocked as DashClawError where blocked.kind == .guardBlocked {
            tell("guard", "block: \(blocked)")
            tell("agent", "does not touch the table")
        }
    }

    private func honestMessage() async throws {
        say("\n3. A message that states a made-up amount is stopped, with a signed receipt")
        let decision = try await agent.guard(
            Guard(
                actionType: "message", declaredGoal: "Tell Jane about her refund",
                content: "Hi Jane, your refund of $2,500.00 will arrive by June 1, 2026.",
                sourceOfTruth: SourceOfTruth(
                    allowedFacts: [Fact(value: "$1,500.00", label: "refund"), Fact(value: "June 1, 2026", label: "date")],
                    requiredFacts: [Fact(value: "Jane", label: "name")])))
        guard let finding = decision.nonFabrication?.first, let violation = finding.violations.first else { throw Failed() }
        tell("guard", "\(decision.decision): \(violation.code) \(violation.detail ?? "")")
        let keys = try await agent.getJwks()
        let checked = try verifyReceipt(finding.receipt, jwks: keys)
        tell("auditor", "offline check of the receipt: valid=\(checked.valid), key \(checked.kid?.prefix(12) ?? "")…")
        guard case .object(var forged) = finding.receipt, let hash = forged["candidateHash"]?.string else { throw Failed() }
        forged["candidateHash"] = .string(hash.dropLast() + (hash.hasSuffix("A") ? "B" : "A"))
        let refused = try verifyReceipt(.object(forged), jwks: keys)
        tell("auditor", "the same receipt with one byte changed: valid=\(refused.valid) (\(refused.reason ?? ""))")
        guard checked.valid, !refused.valid else { throw Failed() }
    }

    private func approvedDeploy() async throws {
        say("\n4. A deploy waits for a human, who approves")
        async let hand: Void = decideSoon(.allow, "The canary looks good")
        let action = CreateAction(
            actionType: "deploy", declaredGoal: "Ship v2.4.0 to production", systemsTouched: ["production"])
        let run = try await agent.runGoverned(action, timeout: 30) { _ in try await deploy("v2.4.0") }
        try await hand
        tell("agent", "\(run.value ?? "") is live, outcome reported")
    }

    private func deniedDeploy() async throws {
        say("\n5. Another deploy is denied")
        async let hand: Void = decideSoon(.deny, "Not on a Friday")
        do {
            let action = CreateAction(actionType: "deploy", declaredGoal: "Ship v2.5.0 to production")
            _ = try await agent.runGoverned(action, timeout: 30) { _ in try await deploy("v2.5.0") }
        } catch let denied as DashClawError where denied.kind == .approvalDenied {
            tell("agent", "does not deploy: \(denied)")
        }
        try await hand
    }

    private func repeatedRequest() async throws {
        say("\n6. A repeated request is the same action, and an outcome is final")
        let intent = CreateAction(
            actionType: "sync", declaredGoal: "Copy invoices of May", idempotencyKey: "invoices-may")
        let first = try await agent.createAction(intent).action.actionId
        tell("agent", "creates \(short(first))")
        let again = try await agent.createAction(intent)
        tell("server", "the retry is a replay of \(short(again.action.actionId)): \(again.idempotentReplay ?? false)")
        try await agent.reportActionSuccess(actionId: first, summary: "212 invoices copied")
        tell("agent", "reports success")
        do {
            try await agent.reportActionFailure(actionId: first, errorMessage: "changed my mind")
        } catch let refused as DashClawError where refused.kind == .conflict {
            tell("server", "refuses a second report: \(refused) (\(refused.currentStatus ?? ""))")
        }
    }

    /// The operator: sees the action that waits and decides.
    private func decideSoon(_ decision: ApprovalDecision, _ reason: String) async throws {
        for try await waiting in operator_.pendingApprovals() {
            guard let action = waiting.first else { continue }
            tell("operator", "sees “\(action.declaredGoal)” (risk \(action.riskScore))")
            try await Task.sleep(nanoseconds: 300_000_000)
            tell("operator", "\(decision == .allow ? "approves" : "denies"): \(reason)")
            try await operator_.approveAction(actionId: action.actionId, decision: decision, reasoning: reason)
            return
        }
    }
}

struct Failed: LocalizedError {
    var errorDescription: String? { "the receipt check is wrong" }
}

private func deploy(_ version: String) async throws -> String {
    tell("agent", "deploys \(version) …")
    try await Task.sleep(nanoseconds: 200_000_000)
    return version
}

private func short(_ actionId: String) -> String { "\(actionId.prefix(12))…" }
