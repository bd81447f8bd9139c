// An operator's program: what a phone does, at a terminal. It lists what waits for a human, watches it live, shows
// what is to be approved and why, approves or denies with a reason, and checks receipts offline.

import DashClaw
import Foundation

struct Usage: LocalizedError {
    var errorDescription: String? {
        """
        usage: operator desk                        shows what waits as it comes, takes decisions from standard input
               operator list                        lists what waits
               operator show ACTION                 shows one action and why it waits
               operator approve ACTION [REASON]
               operator deny ACTION [REASON]
               operator keys                        prints the server's keys, to keep
               operator check RECEIPT KEYS          checks a receipt offline: two files

        DASHCLAW_BASE_URL and DASHCLAW_API_KEY say where and who; the key needs the admin role.
        """
    }
}

func connect() throws -> DashClaw {
    var options = ClientOptions(agentId: "operator")
    options.approvalBanner = .off
    return try DashClaw(options)
}

func run(_ arguments: [String]) async throws {
    switch (arguments.first, arguments.dropFirst().first) {
    case ("desk", nil):
        try await Desk(client: connect()).run()
    case ("list", nil):
        let client = try connect()
        for action in try await client.getPendingApprovals(limit: 200).actions {
            say(try await Card.of(action, client).text)
        }
    case ("show", let id?):
        let client = try connect()
        say(try await Card.of(client.getAction(actionId: id).action, client).text)
    case (let word?, let id?) where decision(of: word) != nil:
        let reason = arguments.dropFirst(2).joined(separator: " ")
        try await connect().decide(id, decision(of: word) ?? .deny, reason.isEmpty ? nil : reason)
    case ("keys", nil):
        say(try await connect().getJwks().jsonValue.text)
    case ("check", let receipt?) where arguments.count == 3:
        try check(receipt, keys: arguments[2])
    default:
        throw Usage()
    }
}

/// Needs no server: the keys were kept.
func check(_ receipt: String, keys: String) throws {
    let read = { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    let answer = try verifyReceipt(read(receipt), jwks: read(keys))
    guard answer.valid else {
        throw DashClawError(kind: .receiptInvalid, message: "not valid: \(answer.message ?? "")")
    }
    say(printable("valid: \(answer.kind ?? "receipt"), signed with key \(answer.kid ?? "none")"))
}

do {
    try await run(Array(CommandLine.arguments.dropFirst()))
} catch {
    FileHandle.standardError.write(Data("\(printable(error.localizedDescription))\n".utf8))
    exit(1)
}
