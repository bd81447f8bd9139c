/// A JSON object with typed members. It keeps all of it: members that this version does not know, and values of another
/// type than expected, which the typed members read as nothing.
public protocol JSONRecord: JSONConvertible, Codable, Sendable, Hashable, CustomStringConvertible, JSONDefault {
    /// The whole object.
    var json: [String: JSONValue] { get set }
    /// The names of the members that this version knows.
    static var knownMembers: Set<String> { get }

    init(json: [String: JSONValue])
}

extension JSONRecord {
    /// The members that this version does not know.
    public var extra: [String: JSONValue] {
        get { json.filter { !Self.knownMembers.contains($0.key) } }
        set { json = json.filter { Self.knownMembers.contains($0.key) }.merging(newValue) { known, _ in known } }
    }

    /// Any member by its name on the wire.
    public subscript(name: String) -> JSONValue? {
        get { json[name] }
        set { json[name] = newValue }
    }

    public init?(jsonValue: JSONValue) {
        guard let members = jsonValue.object else { return nil }
        self.init(json: members)
    }

    public var jsonValue: JSONValue { .object(json) }

    public static var jsonDefault: Self { Self(json: [:]) }

    public init(from decoder: any Decoder) throws {
        self.init(json: try decoder.singleValueContainer().decode([String: JSONValue].self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(json)
    }

    public var description: String { jsonValue.text }
}

extension JSONRecord {
    /// A member that need not be there.
    func optional<Value: JSONConvertible>(_ name: String) -> Value? {
        json[name].flatMap(Value.init(jsonValue:))
    }

    mutating func set(_ name: String, optional value: (some JSONConvertible)?) {
        json[name] = value?.jsonValue
    }

    /// A member that is always there. Where a server leaves it out all the same it reads as nothing: 0, an empty text.
    func required<Value: JSONDefault>(_ name: String) -> Value {
        optional(name) ?? Value.jsonDefault
    }

    mutating func set(_ name: String, required value: some JSONConvertible) {
        json[name] = value.jsonValue
    }
}
