/// Reads RFC 8259 JSON in valid UTF-8. Foundation's reader rounds numbers, and is slower.
struct JSONParser {
    struct Problem: Error {
        let what: String
        let offset: Int
    }

    /// How deep lists and objects may be nested: deeper than any signature covers, and shallow enough for any stack.
    private static let maxDepth = 256

    private let bytes: UnsafeRawBufferPointer
    private var at = 0
    private var depth = 0

    /// Whether a half of a surrogate pair, which Swift's texts cannot hold, is refused; otherwise it becomes U+FFFD.
    private let isStrict: Bool

    init(bytes: UnsafeRawBufferPointer, isStrict: Bool) {
        self.bytes = bytes
        self.isStrict = isStrict
    }

    mutating func document() throws -> JSONValue {
        let value = try value()
        skipSpace()
        guard at == bytes.count else { throw problem("something follows the value") }
        return value
    }

    private mutating func value() throws -> JSONValue {
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return try nested { try $0.object() }
        case UInt8(ascii: "["): return try nested { try $0.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func nested(_ read: (inout JSONParser) throws -> JSONValue) throws -> JSONValue {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maxDepth else { throw problem("nested too deep") }
        at += 1
        return try read(&self)
    }

    private mutating func object() throws -> JSONValue {
        var members: [String: JSONValue] = [:]
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw problem("a name is missing") }
            let name = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw problem("a colon is missing") }
            members[name] = try value()
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw problem("an object is not closed") }
        return .object(members)
    }

    private mutating func array() throws -> JSONValue {
        var items: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(items) }
        repeat {
            items.append(try value())
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw problem("a list is not closed") }
        return .array(items)
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws -> JSONValue {
        let end = at + word.utf8CodeUnitCount
        guard end <= bytes.count,
            bytes[at..<end].elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        else { throw problem("an unknown word") }
        at = end
        return value
    }

    private mutating func number() throws -> JSONNumber {
        let start = at
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return JSONNumber(text: String(decoding: bytes[start..<at], as: UTF8.self))
    }

    private mutating func digits() throws {
        let start = at
        while let byte = peek, (0x30...0x39).contains(byte) { at += 1 }
        guard at > start else { throw problem("a value is missing") }
    }

    private mutating func string() throws -> String {
        at += 1
        let start = at
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { at += 1 }
        if take(UInt8(ascii: "\"")) {
            return String(decoding: bytes[start..<(at - 1)], as: UTF8.self)
        }
        var text = String(decoding: bytes[start..<at], as: UTF8.self)
        while !take(UInt8(ascii: "\"")) {
            guard let byte = peek, byte >= 0x20 else { throw problem("a text is not closed") }
            if take(UInt8(ascii: "\\")) {
                text.unicodeScalars.append(try escape())
            } else {
                let run = at
                while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { at += 1 }
                text += String(decoding: bytes[run..<at], as: UTF8.self)
            }
        }
        return text
    }

    private mutating func escape() throws -> Unicode.Scalar {
        guard let byte = peek else { throw problem("a text is not closed") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicode()
        default: throw problem("an unknown escape")
        }
    }

    private mutating func unicode() throws -> Unicode.Scalar {
        let first = try hexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let after = at
        if first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
            let second = try hexDigits()
            if (0xDC00...0xDFFF).contains(second) {
                let pair = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
                return Unicode.Scalar(pair) ?? "\u{FFFD}"
            }
        }
        at = after
        if isStrict { throw problem("an unpaired surrogate") }
        return "\u{FFFD}"
    }

    private mutating func hexDigits() throws -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw problem("four hex digits are missing")
            }
            value = value << 4 + UInt32(digit)
            at += 1
        }
        return value
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        at += 1
        return true
    }

    private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    private func problem(_ what: String) -> Problem {
        Problem(what: what, offset: at)
    }
}
