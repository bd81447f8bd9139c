import Foundation

/// What a JSON value can be read as.
public protocol JSONConvertible {
    /// Reads a value; nothing when it is of another type.
    init?(jsonValue: JSONValue)
    /// As JSON.
    var jsonValue: JSONValue { get }
}

/// What reads as nothing where a server leaves it out.
public protocol JSONDefault: JSONConvertible {
    static var jsonDefault: Self { get }
}

extension JSONValue: JSONDefault {
    public init?(jsonValue: JSONValue) {
        self = jsonValue
    }

    public var jsonValue: JSONValue { self }
    public static var jsonDefault: JSONValue { .null }
}

extension String: JSONDefault {
    public init?(jsonValue: JSONValue) {
        guard let text = jsonValue.string else { return nil }
        self = text
    }

    public var jsonValue: JSONValue { .string(self) }
    public static var jsonDefault: String { "" }
}

/// Databases behind servers write flags as 0 and 1, too.
extension Bool: JSONDefault {
    public init?(jsonValue: JSONValue) {
        guard let flag = jsonValue.bool ?? jsonValue.double.map({ $0 != 0 }) else { return nil }
        self = flag
    }

    public var jsonValue: JSONValue { .bool(self) }
    public static var jsonDefault: Bool { false }
}

/// Flags are read as 0 and 1, a number beyond 64 bits or with a fraction as the nearest that fits.
extension Int: JSONDefault {
    public init?(jsonValue: JSONValue) {
        guard let number = jsonValue.int ?? jsonValue.bool.map({ $0 ? 1 : 0 }) ?? Self.nearest(jsonValue.double) else {
            return nil
        }
        self = number
    }

    private static func nearest(_ number: Double?) -> Int? {
        guard let number, !number.isNaN else { return nil }
        let whole = number.rounded(.toNearestOrEven)
        return Int(exactly: whole) ?? (whole < 0 ? .min : .max)
    }

    public var jsonValue: JSONValue { .number(JSONNumber(self)) }
    public static var jsonDefault: Int { 0 }
}

/// JSON has no text for infinities and what is no number: they are written so that the core refuses them by name.
extension Double: JSONDefault {
    public init?(jsonValue: JSONValue) {
        guard let number = jsonValue.double else { return nil }
        self = number
    }

    public var jsonValue: JSONValue {
        let word = isNaN ? "NaN" : self < 0 ? "-Infinity" : "Infinity"
        return .number(JSONNumber(self) ?? JSONNumber(text: word))
    }

    public static var jsonDefault: Double { 0 }
}

/// Bytes are base64 text.
extension Data: JSONDefault {
    public init?(jsonValue: JSONValue) {
        guard let text = jsonValue.string else { return nil }
        self.init(base64Encoded: text)
    }

    public var jsonValue: JSONValue { .string(base64EncodedString()) }
    public static var jsonDefault: Data { Data() }
}

/// Elements of another type are left out.
extension Array: JSONConvertible where Element: JSONConvertible {
    public init?(jsonValue: JSONValue) {
        guard let items = jsonValue.array else { return nil }
        self = items.compactMap(Element.init(jsonValue:))
    }

    public var jsonValue: JSONValue { .array(map(\.jsonValue)) }
}

extension Array: JSONDefault where Element: JSONConvertible {
    public static var jsonDefault: [Element] { [] }
}

/// Members of another type are left out.
extension Dictionary: JSONConvertible where Key == String, Value: JSONConvertible {
    public init?(jsonValue: JSONValue) {
        guard let members = jsonValue.object else { return nil }
        self = members.compactMapValues(Value.init(jsonValue:))
    }

    public var jsonValue: JSONValue { .object(mapValues(\.jsonValue)) }
}

extension Dictionary: JSONDefault where Key == String, Value: JSONConvertible {
    public static var jsonDefault: [String: Value] { [:] }
}

/// A word of a vocabulary that servers may extend: an unknown one is kept as it is.
public protocol OpenWord: RawRepresentable, JSONDefault, Codable, Sendable, Hashable, CustomStringConvertible,
    ExpressibleByStringLiteral
where RawValue == String, StringLiteralType == String {
    /// The words that this version knows.
    static var known: [Self] { get }

    init(rawValue: String)
}

extension OpenWord {
    public init(stringLiteral value: String) {
        self.init(rawValue: value)
    }

    public init?(jsonValue: JSONValue) {
        guard let word = jsonValue.string else { return nil }
        self.init(rawValue: word)
    }

    public var jsonValue: JSONValue { .string(rawValue) }
    public static var jsonDefault: Self { Self(rawValue: "") }
    public var description: String { rawValue }
}

/// A word of a closed vocabulary.
public protocol ClosedWord: RawRepresentable, JSONConvertible, Codable, Sendable, Hashable, CaseIterable
where RawValue == String {}

extension ClosedWord {
    public init?(jsonValue: JSONValue) {
        guard let word = jsonValue.string else { return nil }
        self.init(rawValue: word)
    }

    public var jsonValue: JSONValue { .string(rawValue) }
}

/// The engine refuses answers without a verdict. If one came through all the same, it would permit nothing.
extension Verdict: JSONDefault {
    public static var jsonDefault: Verdict { .block }
}

extension ApprovalDecision: JSONDefault {
    public static var jsonDefault: ApprovalDecision { .deny }
}
