import DashClaw
import Foundation

/// What an operator must see before deciding.
struct Card {
    let action: Action
    let why: String?

    /// Reads why the action waits: the newest decision of that kind about this agent and type, made when it was
    /// created.
    static func of(_ action: Action, _ client: DashClaw) async throws -> Card {
        let decisions = try await client.getGuardDecisions(decision: .requireApproval, agentId: action.agentId).decisions
        let created = action.createdAt
        let decision = decisions.first { $0.actionType == action.actionType && $0.createdAt <= created } ?? decisions.first
        return Card(action: action, why: decision?.reasons)
    }

    /// All of it was written by others: an agent's words must not move the operator's cursor.
    var text: String {
        var lines = [printable("\(action.actionId)  \(action.declaredGoal)")]
        let rows: [(String, String?)] = [
            ("agent", action.agentName ?? action.agentId),
            ("type", action.actionType),
            ("risk", "\(action.riskScore) of 100\(action.reversible == 0 ? ", cannot be undone" : "")"),
            ("systems", systems),
            ("reasoning", action.reasoning),
            ("policy", why),
            ("since", action.createdAt),
        ]
        lines += rows.compactMap { name, value in
            value.map { "    " + name.padding(toLength: 10, withPad: " ", startingAt: 0) + printable($0) }
        }
        return lines.joined(separator: "\n")
    }

    /// The systems that it touches, which the server keeps as JSON text.
    private var systems: String? {
        let names = (try? JSONValue(parsing: action.systemsTouched))?.array?.compactMap(\.string) ?? []
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }
}
