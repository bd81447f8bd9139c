/// The arguments of a change: what is not given stays as it is on the server.
public protocol JSONChange: JSONRecord {
    /// What can be emptied.
    associatedtype Field: ChangeField
}

/// The name of something that a change can empty, as it stands on the wire.
public protocol ChangeField: RawRepresentable, CaseIterable, Sendable, Hashable where RawValue == String {}

extension JSONChange {
    /// What the server is to empty. Whatever is given for a field afterwards takes its place here.
    public var emptied: Set<Field> {
        get { Set(Field.allCases.filter { json[$0.rawValue] == .null }) }
        set {
            json = json.filter { $0.value != .null || Field(rawValue: $0.key) == nil }
            empty(newValue)
        }
    }

    mutating func empty(_ fields: Set<Field>) {
        for field in fields { json[field.rawValue] = .null }
    }
}

extension [String: JSONValue?] {
    /// With nulls for what is to be emptied.
    func emptying(_ fields: Set<some ChangeField>) -> Self {
        fields.reduce(into: self) { arguments, field in arguments[field.rawValue] = JSONValue.null }
    }
}
