import Foundation

extension JSONValue {
    /// Reads a JSON text.
    ///
    /// - Throws: A ``DashClawError`` of kind `invalidArgument` that says where the text stops being JSON.
    public init(parsing text: String) throws {
        try self.init(valid: Data(text.utf8), isStrict: true)
    }

    /// Reads a JSON text in UTF-8.
    ///
    /// - Throws: A ``DashClawError`` of kind `invalidArgument` that says where the text stops being JSON.
    public init(parsing text: Data) throws {
        guard String(data: text, encoding: .utf8) != nil else {
            throw DashClawError(argument: "json", "is not UTF-8")
        }
        try self.init(valid: text, isStrict: true)
    }

    /// Reads a JSON text that is known to be UTF-8.
    init(valid text: Data, isStrict: Bool) throws {
        self = try text.withUnsafeBytes { bytes in
            var parser = JSONParser(bytes: bytes, isStrict: isStrict)
            do {
                return try parser.document()
            } catch let problem as JSONParser.Problem {
                throw DashClawError(argument: "json", "is not JSON: \(problem.what) at byte \(problem.offset)")
            }
        }
    }

    /// The JSON text, without white space, members sorted by name.
    public var text: String {
        var out = ""
        write(to: &out)
        return out
    }

    /// ``text`` in UTF-8.
    var data: Data { Data(text.utf8) }

    private func write(to out: inout String) {
        switch self {
        case .null: out += "null"
        case .bool(let flag): out += flag ? "true" : "false"
        case .number(let number): out += number.text
        case .string(let text): Self.quote(text, to: &out)
        case .array(let items):
            out += "["
            for (index, item) in items.enumerated() {
                if index > 0 { out += "," }
                item.write(to: &out)
            }
            out += "]"
        case .object(let members):
            out += "{"
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { out += "," }
                Self.quote(member.key, to: &out)
                out += ":"
                member.value.write(to: &out)
            }
            out += "}"
        }
    }

    private static func quote(_ text: String, to out: inout String) {
        out += "\""
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            out += text
        } else {
            for character in text.unicodeScalars {
                switch character {
                case "\"": out += "\\\""
                case "\\": out += "\\\\"
                case "\n": out += "\\n"
                case "\r": out += "\\r"
                case "\t": out += "\\t"
                case "\u{8}": out += "\\b"
                case "\u{c}": out += "\\f"
                case ..<" ":
                    let digits = String(character.value, radix: 16)
                    out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                default: out.unicodeScalars.append(character)
                }
            }
        }
        out += "\""
    }
}

extension JSONValue: CustomStringConvertible {
    public var description: String { text }
}
