import DashClaw
import XCTest

final class CancellationTests: XCTestCase {
    func testACancelledTaskStopsAtOnce() async throws {
        let desk = try Desk()
        let created = try await desk.agent.createAction(deploy)
        let waiting = Task { try await desk.agent.waitForApproval(actionId: created.action.actionId, timeout: 60) }
        try await Task.sleep(nanoseconds: 100_000_000)
        let start = Date()
        waiting.cancel()
        do {
            _ = try await waiting.value
            XCTFail("the waiting went on")
        } catch is CancellationError {}
        XCTAssertLessThan(Date().timeIntervalSince(start), 1)
    }

    func testATaskThatIsCancelledAlreadySendsNothing() async throws {
        let desk = try Desk()
        let done = Task {
            while !Task.isCancelled { await Task.yield() }
            _ = try await desk.agent.createAction(CreateAction(actionType: "count", declaredGoal: "Count"))
        }
        done.cancel()
        do {
            try await done.value
            XCTFail("the call went on")
        } catch is CancellationError {}
        let actions = try await desk.agent.getActions()
        XCTAssertEqual(actions.actions, [])
    }

    /// Calls, waits, streams and governed runs, stopped after a random time. A seed makes a failure repeat.
    func testCancellationAtRandomPointsLeavesNothing() async throws {
        let desk = try Desk()
        try await round(desk, seed: 1, count: 40)
        let before = try await settled(desk)
        for seed in 2..<6 as Range<UInt64> {
            try await round(desk, seed: seed, count: 60)
        }
        let after = try await settled(desk)
        XCTAssertLessThanOrEqual(after.threads, before.threads)
        XCTAssertLessThanOrEqual(after.descriptors, before.descriptors)
        let decision = try await desk.agent.guard(Guard(actionType: "monitor"))
        XCTAssertEqual(decision.decision, .allow)
    }

    private func round(_ desk: Desk, seed: UInt64, count: Int) async throws {
        var random = SplitMix(state: seed)
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<count {
                let pause = UInt64.random(in: 0..<3_000_000, using: &random)
                let work = Task { try await Self.work(desk, index) }
                group.addTask {
                    try? await Task.sleep(nanoseconds: pause)
                    work.cancel()
                    do {
                        try await work.value
                    } catch is CancellationError {
                    } catch let error as DashClawError {
                        // Writes may have happened; then the error holds the key, to ask or to repeat.
                        let known: Set<DashClawError.Kind> = [.outcomeUnknown, .conflict]
                        XCTAssertTrue(known.contains(error.kind), "\(error.kind): \(error)")
                    } catch {
                        XCTFail("\(error)")
                    }
                }
            }
        }
    }

    private static func work(_ desk: Desk, _ index: Int) async throws {
        let deploy = CreateAction(actionType: "deploy", declaredGoal: "Ship \(index)")
        switch index % 5 {
        case 0: _ = try await desk.agent.guard(Guard(actionType: "monitor"))
        case 1: for try await _ in desk.agent.events() {}
        case 2: for try await _ in desk.operator_.pendingApprovals() {}
        case 3: _ = try await desk.agent.runGoverned(deploy, timeout: 30) { _ in 1 }
        default: _ = try await desk.agent.createAction(CreateAction(actionType: "count", declaredGoal: "Count"))
        }
    }

    /// What the process holds once nothing runs any more.
    private func settled(_ desk: Desk) async throws -> Holdings {
        var last = try Holdings.now()
        for _ in 0..<20 {
            try await Task.sleep(nanoseconds: 100_000_000)
            let now = try Holdings.now()
            if now == last { return now }
            last = now
        }
        return last
    }

    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
