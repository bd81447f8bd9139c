import Foundation

extension JSONValue: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .bool(flag)
        } else if let text = try? container.decode(String.self) {
            self = .string(text)
        } else if let number = JSONNumber(in: container) {
            self = .number(number)
        } else if let items = try? container.decode([JSONValue].self) {
            self = .array(items)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let flag): try container.encode(flag)
        case .number(let number): try number.encode(in: &container)
        case .string(let text): try container.encode(text)
        case .array(let items): try container.encode(items)
        case .object(let members): try container.encode(members)
        }
    }
}

extension JSONNumber {
    /// Whole numbers first: a `Double` would round the large ones.
    fileprivate init?(in container: any SingleValueDecodingContainer) {
        if let number = try? container.decode(Int64.self) {
            self.init(number)
        } else if let number = try? container.decode(UInt64.self) {
            self.init(number)
        } else if let number = try? container.decode(Double.self) {
            self.init(number)
        } else {
            return nil
        }
    }

    fileprivate func encode(in container: inout any SingleValueEncodingContainer) throws {
        if let number = Int64(text) {
            try container.encode(number)
        } else if let number = UInt64(text) {
            try container.encode(number)
        } else if let number = Decimal(string: text, locale: nil), !number.isNaN, "\(number)" == text {
            try container.encode(number)
        } else {
            try container.encode(double)
        }
    }
}
