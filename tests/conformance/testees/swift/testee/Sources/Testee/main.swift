// The Swift testee: the public face of the package `DashClaw` behind the protocol of PROTOCOL.md. It judges nothing.

import DashClaw
import Foundation

/// What the work of a case throws.
struct WorkFailed: LocalizedError {
    let text: String
    let actionId: String
    var errorDescription: String? { text }
}

let writer = Writer()
var clients: [String: DashClaw] = [:]
var instances: [String: Instance] = [:]
var tasks: [Int: Task<Void, Never>] = [:]

@MainActor
func quick(_ request: Request) throws -> JSONValue {
    switch request.action {
    case "new":
        let options = request.clientOptions
        let instance = request.json["instance"]?.string.flatMap { instances[$0] }
        let role = Instance.Role(rawValue: request.text("role")) ?? .member
        clients[request.text("client")] = try DashClaw(options, instance: instance, role: role)
    case "close":
        clients[request.text("client")]?.close()
    case "open_instance":
        instances[request.text("instance")] = try Instance(path: request.json["path"]?.string, policies: request.json["policies"]?.string)
    case "close_instance":
        instances.removeValue(forKey: request.text("instance"))?.close()
    case "canonical_json":
        let layer = CanonicalLayer(rawValue: request.text("layer")) ?? .integrity
        return .string(try canonicalJson(request.bytes("json"), layer: layer))
    case "derive_idempotency_key":
        return .string(try deriveIdempotencyKey(request.bytes("json")))
    case "sign_action":
        return .string(try signAction(request.bytes("body"), key: request.text("private_key")))
    default:
        let keys = Data((request.json["jwks"] ?? .null).text.utf8)
        return shown(try verifyReceipt(request.bytes("document"), jwks: keys))
    }
    return .null
}

func serve(_ request: Request, _ client: DashClaw) async throws -> JSONValue {
    switch request.action {
    case "call":
        let (operation, arguments, options) = (request.text("operation"), request.arguments, request.callOptions)
        if let answer = try await client.method(operation, arguments, options) { return answer }
        return try await client.call(operation, arguments: arguments, options: options)
    case "wait_for_approval":
        return try await client.waitForApproval(
            actionId: request.text("action_id"), timeout: request.timeout, interval: request.interval
        ).jsonValue
    case "run_governed":
        return try await govern(request, client)
    case "events":
        return try await events(request, client)
    case "start_heartbeat":
        try client.startHeartbeat(interval: request.interval, status: AgentStatus(rawValue: request.text("status")))
        return .null
    case "stop_heartbeat":
        client.stopHeartbeat()
        return .null
    case "iterate":
        return try await iterate(request, client)
    case "work_orders":
        return try await workOrders(request, client)
    case "verify_receipt":
        return shown(try await client.verifyReceipt(request.bytes("document")))
    default:
        return shown(try await client.requireValidReceipt(request.bytes("document")))
    }
}

func govern(_ request: Request, _ client: DashClaw) async throws -> JSONValue {
    let work = request.json["work"]
    let idempotency: CallOptions.Idempotency = request.options["idempotency"]?.string == "call" ? .call : .intent
    do {
        let run = try await client.runGoverned(
            CreateAction(json: request.arguments), timeout: request.timeout, interval: request.interval,
            rerun: request.options["rerun"]?.bool ?? false, idempotency: idempotency
        ) { actionId in
            if let text = work?["fails"]?.string { throw WorkFailed(text: text, actionId: actionId) }
            return work?["returns"] ?? .null
        }
        if run.ran {
            return [
                "action_id": .string(run.actionId), "ran": true, "result": run.value ?? .null,
                "reported": .bool(run.reportError == nil),
            ]
        }
        return ["action_id": .string(run.actionId), "ran": false, "outcome": run.outcome?.jsonValue ?? .null]
    } catch let failed as WorkFailed {
        return ["action_id": .string(failed.actionId), "ran": true, "failed": .string(failed.text)]
    }
}

func events(_ request: Request, _ client: DashClaw) async throws -> JSONValue {
    var seen: [JSONValue] = []
    for try await event in client.events(lastEventId: request.options["last_event_id"]?.string) {
        seen.append(["id": .string(event.id), "event": .string(event.event), "data": event.data])
        if seen.count == request.json["take"]?.int ?? 1 { break }
    }
    return .array(seen)
}

func iterate(_ request: Request, _ client: DashClaw) async throws -> JSONValue {
    var seen: [JSONValue] = []
    let take = request.json["take"]?.int ?? Int.max
    guard let items = client.iterator(request.text("operation"), request.arguments, request.callOptions) else {
        throw WorkFailed(text: "no iterator takes these arguments", actionId: "")
    }
    for try await item in items {
        seen.append(item)
        if seen.count == take { break }
    }
    return .array(seen)
}

/// Does with each order what the case says, and then leaves the loop.
func workOrders(_ request: Request, _ client: DashClaw) async throws -> JSONValue {
    let types = request.json["types"]?.array?.compactMap(\.string) ?? []
    var left = request.json["orders"]?.array ?? []
    var seen: [JSONValue] = []
    for try await claimed in try client.workOrders(types: types, interval: request.interval) {
        seen.append(.string(claimed.order.id))
        let what = left.removeFirst()
        if let output = what["complete"]?.object {
            try await claimed.complete(output: output, cost: what["cost"]?.object.map(WorkOrderCost.init(json:)))
        } else if let reason = what["fail"]?.array {
            try await claimed.fail(code: reason[0].string ?? "", message: reason[1].string ?? "")
        }
        if left.isEmpty { break }
    }
    return .array(seen)
}

/// The items of a stream as JSON.
func erased<Item: JSONConvertible & Sendable>(
    _ items: AsyncThrowingStream<Item, any Error>
) -> AsyncThrowingStream<JSONValue, any Error> {
    let source = Source(items)
    return AsyncThrowingStream { try await source.next()?.jsonValue }
}

/// Hands a stream on item by item. One task reads it.
final class Source<Item: Sendable>: @unchecked Sendable {
    private var items: AsyncThrowingStream<Item, any Error>.Iterator

    init(_ items: AsyncThrowingStream<Item, any Error>) {
        self.items = items.makeAsyncIterator()
    }

    func next() async throws -> Item? {
        try await items.next()
    }
}

func shown(_ answer: Verification) -> JSONValue {
    [
        "valid": .bool(answer.valid), "kind": answer.kind.map(JSONValue.string) ?? .null,
        "kid": answer.kid.map(JSONValue.string) ?? .null, "reason": answer.reason.map(JSONValue.string) ?? .null,
    ]
}

/// Lines arrive on a thread of their own: reading blocks.
let lines = AsyncStream<String> { continuation in
    Thread.detachNewThread {
        while let line = readLine() { continuation.yield(line) }
        continuation.finish()
    }
}

for await line in lines {
    let request = try Request(line: line)
    if request.action == "quit" { break }
    if request.action == "cancel" {
        tasks[request.json["target"]?.int ?? 0]?.cancel()
        writer.reply(request.id, .ok(.null))
    } else if request.isQuick {
        do {
            writer.reply(request.id, .ok(try quick(request)))
        } catch {
            writer.reply(request.id, Answer(error))
        }
    } else if let client = clients[request.text("client")] {
        tasks[request.id] = Task.detached {
            do {
                writer.reply(request.id, .ok(try await serve(request, client)))
            } catch {
                writer.reply(request.id, Answer(error))
            }
        }
    }
}
exit(0)
