import DashClaw
import XCTest

final class StreamTests: XCTestCase {
    func testEventsArriveAndCanBeResumed() async throws {
        let desk = try Desk()
        let stream = desk.agent.events()
        let creating = Task {
            // The stream is open when its first event comes; before that nothing may be missed either.
            for number in 0..<200 {
                let action = CreateAction(actionType: "count", declaredGoal: "Count to \(number)")
                _ = try await desk.agent.createAction(action, options: CallOptions(idempotency: .call))
                try await Task.sleep(nanoseconds: 5_000_000)
            }
        }
        var seen: [ServerEvent] = []
        for try await event in stream where event.event == "action.created" {
            seen.append(event)
            if seen.count == 3 { break }
        }
        creating.cancel()
        XCTAssertEqual(seen.map { $0.data["agent_id"] }, ["agent-1", "agent-1", "agent-1"])
        XCTAssertEqual(try JSONValue(parsing: seen[0].text), seen[0].data)
        var resumed = desk.agent.events(lastEventId: seen[0].id).makeAsyncIterator()
        var next = try await resumed.next()
        while let event = next, event.event != "action.created" { next = try await resumed.next() }
        XCTAssertEqual(next, seen[1])
    }

    func testPendingApprovalsAreTheListAndItsChanges() async throws {
        let desk = try Desk()
        var lists = desk.operator_.pendingApprovals().makeAsyncIterator()
        let empty = try await lists.next()
        XCTAssertEqual(empty, [])
        let first = try await desk.agent.createAction(CreateAction(actionType: "deploy", declaredGoal: "Ship 1"))
        let one = try await lists.next()
        XCTAssertEqual(one?.map(\.declaredGoal), ["Ship 1"])
        // What does not wait does not change the list.
        _ = try await desk.agent.createAction(CreateAction(actionType: "monitor", declaredGoal: "Look"))
        _ = try await desk.agent.createAction(CreateAction(actionType: "deploy", declaredGoal: "Ship 2"))
        let two = try await lists.next()
        XCTAssertEqual(two?.map(\.declaredGoal), ["Ship 2", "Ship 1"])
        let start = Date()
        try await desk.operator_.approveAction(actionId: first.action.actionId, decision: .allow)
        let left = try await lists.next()
        XCTAssertEqual(left?.map(\.declaredGoal), ["Ship 2"])
        XCTAssertLessThan(Date().timeIntervalSince(start), 2, "an event brings the change, not the poll")
    }

    func testAStreamEndsWithItsTask() async throws {
        let desk = try Desk()
        let reading = Task { for try await _ in desk.agent.events() {} }
        let watching = Task { for try await _ in desk.operator_.pendingApprovals() {} }
        try await Task.sleep(nanoseconds: 50_000_000)
        reading.cancel()
        watching.cancel()
        for task in [reading, watching] {
            do {
                try await task.value
            } catch is CancellationError {}
        }
    }

    func testAStreamFailsWithItsClient() async throws {
        let desk = try Desk()
        let watching = Task { for try await _ in desk.operator_.pendingApprovals() {} }
        try await Task.sleep(nanoseconds: 50_000_000)
        desk.operator_.close()
        let error = await failure { try await watching.value }
        XCTAssertEqual(error.kind, .closed)
    }
}
