/// Any JSON value. Numbers keep the digits they came with, so that none is rounded.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    /// Swift takes names that Unicode holds to be equivalent for one name. A document that has both, which no server
    /// of ours makes, is handed on as text.
    case object([String: JSONValue])
}

extension JSONValue {
    /// Whether this is `null`.
    public var isNull: Bool { self == .null }

    /// The text, if this is one.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The truth value, if this is one.
    public var bool: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    /// The number, if this is a whole one that fits.
    public var int: Int? {
        if case .number(let number) = self { number.int } else { nil }
    }

    /// The number, if this is one, as near as a `Double` comes.
    public var double: Double? {
        if case .number(let number) = self { number.double } else { nil }
    }

    /// The elements, if this is a list.
    public var array: [JSONValue]? {
        if case .array(let items) = self { items } else { nil }
    }

    /// The members, if this is an object.
    public var object: [String: JSONValue]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The member `name` of an object; nothing when there is none, or this is no object.
    public subscript(name: String) -> JSONValue? { object?[name] }

    /// The element at `index` of a list; nothing when there is none, or this is no list.
    public subscript(index: Int) -> JSONValue? {
        guard let array, array.indices.contains(index) else { return nil }
        return array[index]
    }
}

/// A JSON number, as it is written.
public struct JSONNumber: Sendable {
    /// Its digits: `9007199254740993`, `0.10`, `1e400`.
    public let text: String

    init(text: String) {
        self.text = text
    }

    /// A whole number.
    public init(_ number: some BinaryInteger) {
        text = String(number)
    }

    /// A number; nothing for those that JSON has no text for, which are infinities and what is no number.
    public init?(_ number: Double) {
        guard number.isFinite else { return nil }
        text = number.magnitude <= 0x1p53 && number == number.rounded() ? String(Int64(number)) : String(number)
    }

    /// The number, if it is a whole one that fits.
    public var int: Int? {
        // Written with a point or an exponent it is exact only as far as a `Double` is: 2⁵³ may be 2⁵³ + 1, rounded.
        Int(text) ?? (double.magnitude < 0x1p53 ? Int(exactly: double) : nil)
    }

    /// The number, as near as a `Double` comes; infinite beyond its range.
    public var double: Double { Double(text) ?? .nan }

    private var isInteger: Bool { text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) } }
}

extension JSONNumber: Hashable {
    /// Numbers are equal by value, whole ones exactly.
    public static func == (left: Self, right: Self) -> Bool {
        left.text == right.text || (!(left.isInteger && right.isInteger) && left.double == right.double)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(double)
    }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByStringInterpolation,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) {
        self = .null
    }

    public init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    public init(stringLiteral value: String) {
        self = .string(value)
    }

    public init(integerLiteral value: Int) {
        self = .number(JSONNumber(value))
    }

    /// A literal beyond the range of a `Double` is `null`.
    public init(floatLiteral value: Double) {
        self = JSONNumber(value).map(JSONValue.number) ?? .null
    }

    public init(arrayLiteral elements: JSONValue...) {
        self = .array(elements)
    }

    /// Of two members of one name the last one counts.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements) { $1 })
    }
}
