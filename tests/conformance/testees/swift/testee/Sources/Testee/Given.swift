import DashClaw

/// The arguments of a case on their way into a method.
struct Given {
    private let arguments: [String: JSONValue]
    private var taken: Set<String> = []
    private var mismatched = false

    init(_ arguments: [String: JSONValue]) {
        self.arguments = arguments
    }

    /// Whether the method takes exactly these arguments.
    var fits: Bool { !mismatched && taken.isSuperset(of: arguments.keys) }

    mutating func required<Value: JSONDefault>(_ name: String) -> Value {
        guard let value: Value = optional(name) else {
            mismatched = true
            return Value.jsonDefault
        }
        return value
    }

    mutating func optional<Value: JSONConvertible>(_ name: String) -> Value? {
        taken.insert(name)
        guard let json = arguments[name], json != .null else { return nil }
        // What a type changes on the way, such as a number for a flag, is not what the case wrote.
        let value = Value(jsonValue: json).flatMap { $0.jsonValue == json ? $0 : nil }
        mismatched = mismatched || value == nil
        return value
    }

    /// What a change empties: the case says so with a null.
    func emptied<Field: ChangeField>() -> Set<Field> {
        Set(Field.allCases.filter { arguments[$0.rawValue] == .null })
    }

    /// What no parameter takes.
    mutating func rest() -> [String: JSONValue] {
        defer { taken.formUnion(arguments.keys) }
        return arguments.filter { !taken.contains($0.key) }
    }
}
