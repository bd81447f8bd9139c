import DashClaw
import Foundation

/// The live desk: shows what waits as it comes, and takes decisions from standard input.
struct Desk: Sendable {
    let client: DashClaw

    func run() async throws {
        say("Waiting for approvals. `approve [ACTION] [REASON]`, `deny [ACTION] [REASON]`, end of input to leave.")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await watch() }
            group.addTask { await answer() }
            // Whoever ends first, the input or the watching, ends the other.
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func watch() async throws {
        var shown: Set<String> = []
        for try await waiting in client.pendingApprovals() {
            for action in waiting.reversed() where shown.insert(action.actionId).inserted {
                say(try await Card.of(action, client).text)
            }
            for gone in shown.subtracting(waiting.map(\.actionId)) {
                shown.remove(gone)
                say(printable("\(gone)  no longer waits"))
            }
        }
    }

    private func answer() async {
        let lines = AsyncStream<String> { continuation in
            Thread.detachNewThread {
                while let line = readLine() { continuation.yield(line) }
                continuation.finish()
            }
        }
        for await line in lines {
            do {
                try await decide(line.split(separator: " ", maxSplits: 2).map(String.init))
            } catch {
                say(printable("that did not work: \(error.localizedDescription)"))
            }
        }
    }

    /// `approve`, perhaps an action, and the reason. Without an action the one that waits is meant.
    private func decide(_ words: [String]) async throws {
        guard let decision = words.first.flatMap(decision(of:)) else { throw Usage() }
        if words.count > 1, words[1].hasPrefix("act_") {
            return try await client.decide(words[1], decision, words.dropFirst(2).first)
        }
        let waiting = try await client.getPendingApprovals().actions
        guard waiting.count == 1 else { return say("\(waiting.count) actions wait: say which one") }
        let reason = words.dropFirst().joined(separator: " ")
        try await client.decide(waiting[0].actionId, decision, reason.isEmpty ? nil : reason)
    }
}

extension DashClaw {
    /// Answers for the operator.
    func decide(_ actionId: String, _ decision: ApprovalDecision, _ reason: String?) async throws {
        let answer = try await approveAction(actionId: actionId, decision: decision, reasoning: reason)
        say(printable("\(actionId)  \(decision == .allow ? "approved" : "denied"), now \(answer.action.status)"))
    }
}

func decision(of word: String) -> ApprovalDecision? {
    ["approve": .allow, "deny": .deny][word]
}

/// Prints a line at once: another program may wait for it.
func say(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
}
