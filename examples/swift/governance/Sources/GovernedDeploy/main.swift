// A release agent under governance: it asks before it acts, waits for a human where the rules say so, and reports.
//
// Everything runs on an embedded instance in this process, with a file database and a policy file; nothing is hosted.
// With `--url`, `--key` (the agent's) and `--operator-key` they talk to a server instead, such as `dashclaw up`.

import DashClaw
import Foundation

let start = Date()

func say(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
}

/// Prints one line of the timeline.
func tell(_ who: String, _ what: String) {
    let time = String(format: "%6.3f", Date().timeIntervalSince(start))
    say("  \(time) s  \(who.padding(toLength: 8, withPad: " ", startingAt: 0)) \(what)")
}

func option(_ name: String) -> String? {
    let arguments = CommandLine.arguments
    return arguments.firstIndex(of: name).flatMap { arguments.indices.contains($0 + 1) ? arguments[$0 + 1] : nil }
}

var quiet = ClientOptions()
quiet.approvalBanner = .off

if let url = option("--url") {
    let connect = { (who: String, key: String) in
        var options = quiet
        options.baseUrl = url
        options.apiKey = option(key)
        options.agentId = who
        return try DashClaw(options)
    }
    // Who created an action cannot approve it, so the two have keys of their own.
    try await Story(
        agent: connect("release-agent", "--key"), operator_: connect("operator", "--operator-key")
    ).tellAll()
} else {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("governed-deploy-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let instance = try Instance(
        path: folder.appendingPathComponent("governance.db").path, policies: option("--policies") ?? "examples/policies.yaml")
    defer { instance.close() }
    let agent = try instance.client(agentId: "release-agent", options: quiet)
    let operator_ = try instance.client(agentId: "operator", role: .admin)
    try await Story(agent: agent, operator_: operator_).tellAll()
}
