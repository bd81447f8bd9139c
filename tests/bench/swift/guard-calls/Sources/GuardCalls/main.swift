// Guard calls from Swift: by the typed method, or with ready bytes, which leaves the bare crossing into the core.
// Prints one JSON line like the subcommands of dashclaw-bench.

import DashClaw
import Foundation

struct Failed: Error {}

func option(_ name: String, _ fallback: String) -> String {
    let arguments = CommandLine.arguments
    return arguments.firstIndex(of: "--\(name)").map { arguments[$0 + 1] } ?? fallback
}

/// User and system time of this process.
func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

let timer = ContinuousClock()
let request = Guard(
    actionType: "deploy", riskScore: 40, systemsTouched: ["payments", "ledger"], reversible: true,
    declaredGoal: "Deploy build 1842 to production")
let bytes = Data(request.jsonValue.text.utf8)
let mode = option("mode", "typed")
let callers = Int(option("callers", "1")) ?? 1
let client = try DashClaw(
    baseUrl: option("url", ""), apiKey: option("key", "oc_live_bench"), agentId: "bench-agent")

@Sendable func call() async throws {
    if mode == "bytes" {
        let answer = try await client.call("guard", arguments: bytes)
        guard answer.count > 100 else { throw Failed() }
    } else {
        let answer = try await client.guard(request)
        guard answer.decision == .allow, answer.decisionId != nil else { throw Failed() }
    }
}

/// The latencies of all callers, in seconds.
func sideBySide(calls: Int, until end: ContinuousClock.Instant) async throws -> [Double] {
    try await withThrowingTaskGroup(of: [Double].self) { group in
        for _ in 0..<callers {
            group.addTask {
                var latencies: [Double] = []
                while latencies.count < calls, timer.now < end {
                    let took = try await timer.measure { try await call() }
                    latencies.append(Double(took.components.attoseconds) / 1e18 + Double(took.components.seconds))
                }
                return latencies
            }
        }
        return try await group.reduce(into: []) { $0 += $1 }
    }
}

_ = try await sideBySide(calls: Int(option("warm-up", "50")) ?? 50, until: timer.now + .seconds(30))
let (begin, cpu) = (timer.now, cpuSeconds())
let limit = Double(option("seconds", "1")) ?? 1
let latencies = try await sideBySide(calls: 50_000, until: begin + .seconds(limit)).sorted()
let took = timer.now - begin
let seconds = Double(took.components.attoseconds) / 1e18 + Double(took.components.seconds)
let spent = cpuSeconds() - cpu

func percentile(_ part: Double) -> Double { latencies[Int((Double(latencies.count - 1) * part).rounded())] * 1e6 }

print(
    """
    {"name":"swift-\(mode)","callers":\(callers),"calls":\(latencies.count),"seconds":\(seconds),\
    "calls_per_second":\(Double(latencies.count) / seconds),"p50_us":\(percentile(0.5)),"p99_us":\(percentile(0.99)),\
    "cpu_us_per_call":\(spent / Double(latencies.count) * 1e6)}
    """)
