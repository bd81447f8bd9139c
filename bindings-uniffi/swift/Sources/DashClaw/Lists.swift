import DashClawNative
import Foundation

extension DashClaw {
    /// The items of all pages that an operation lists.
    func pages<Item: JSONConvertible & Sendable>(
        _ operation: String, _ arguments: [String: JSONValue?], _ options: CallOptions
    ) -> AsyncThrowingStream<Item, any Error> {
        pages(operation, arguments.compactMapValues { $0 }, options)
    }

    func pages<Item: JSONConvertible & Sendable>(
        _ operation: String, _ arguments: [String: JSONValue], _ options: CallOptions
    ) -> AsyncThrowingStream<Item, any Error> {
        let items = Items<Item>(client: native, operation, JSONValue.object(arguments).data, options.json)
        return AsyncThrowingStream { try await items.next() }
    }

    /// Works: the orders that are claimed, each as soon as there is one. The worker ends with the task that reads it, or
    /// when nobody holds the stream any more. An order that was neither completed nor failed by then is reported as failed.
    ///
    /// - Parameters:
    ///   - types: Only work of these types; any unless given.
    ///   - interval: How often an empty queue is asked, in seconds, give or take a quarter.
    /// - Throws: A ``DashClawError`` of kind `invalidArgument`.
    public func workOrders(
        types: [String] = [], interval: TimeInterval = 5
    ) throws -> AsyncThrowingStream<ClaimedOrder, any Error> {
        let native = try crossing {
            try self.native.workOrders(types: types.jsonValue.text, interval: interval)
        }
        return AsyncThrowingStream {
            do {
                guard let answer = try await stoppable({ try await native.next(stop: $0) }) else { return nil }
                return ClaimedOrder(order: try WorkOrder(answer: answer), native: native)
            } catch {
                try? await native.finish()
                throw error
            }
        }
    }
}

/// Pages, item by item. A page is asked for when it is needed.
private actor Items<Item: JSONConvertible & Sendable> {
    private let begin: @Sendable () throws -> NativePages
    private var pages: NativePages?
    private var ready: [Item] = []

    init(client: NativeClient, _ operation: String, _ arguments: Data, _ options: String?) {
        begin = { try client.pages(operation: operation, arguments: arguments, options: options) }
    }

    func next() async throws -> Item? {
        let pages = try self.pages ?? crossing(begin)
        self.pages = pages
        while ready.isEmpty {
            guard let page = try await stoppable({ try await pages.next(stop: $0) }) else { return nil }
            let items = try JSONValue(answer: page).array ?? []
            ready = try items.reversed().map { item in
                guard let item = Item(jsonValue: item) else {
                    throw DashClawError(kind: .malformedResponse, message: "an item is no object")
                }
                return item
            }
        }
        return ready.popLast()
    }
}

/// A work order that was claimed. It is to be completed or failed.
public struct ClaimedOrder: Sendable {
    /// The order.
    public let order: WorkOrder
    private let native: NativeWorkOrders

    init(order: WorkOrder, native: NativeWorkOrders) {
        (self.order, self.native) = (order, native)
    }

    /// Reports that the work is done.
    ///
    /// - Parameters:
    ///   - output: What came out, as the type's contract wants it.
    ///   - cost: What it cost.
    /// - Throws: A ``DashClawError``. After one of kind `validation` the order is still to be completed or failed.
    @discardableResult
    public func complete(output: [String: JSONValue], cost: WorkOrderCost? = nil) async throws -> CompletedWorkOrder {
        let (native, id) = (native, order.id)
        let (output, cost) = (JSONValue.object(output).text, cost?.jsonValue.text)
        let answer = try await stoppable { stop in
            try await native.complete(id: id, output: output, cost: cost, stop: stop)
        }
        return try CompletedWorkOrder(answer: answer)
    }

    /// Reports that the work could not be done: a word for programs, a text for people.
    @discardableResult
    public func fail(code: String, message: String) async throws -> CompletedWorkOrder {
        let (native, id) = (native, order.id)
        let answer = try await stoppable { stop in
            try await native.fail(id: id, code: code, message: message, stop: stop)
        }
        return try CompletedWorkOrder(answer: answer)
    }
}
