// What results are made of can be encoded, by Foundation's JSONEncoder or any other: times and addresses as text, events and
// bodies as the JSON they are.

extension Instant: Encodable {
    /// RFC 3339 in UTC, with six digits of a second.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension IPAddress: Encodable {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension EventPosition: Encodable {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(sequence)
    }
}

extension JSONValue: Encodable {
    /// Deeper values are encoded as their text, for encoders recurse.
    private static var encodedDepth: Int { 64 }

    public func encode(to encoder: any Encoder) throws { try Nested(value: self, depth: 0).encode(to: encoder) }

    private struct Nested: Encodable {
        let value: JSONValue
        let depth: Int

        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        func encode(to encoder: any Encoder) throws {
            switch value.kind {
            case .object where depth < JSONValue.encodedDepth:
                var container = encoder.container(keyedBy: Key.self)
                // Of equal keys the first one counts.
                var known: Set<String> = []
                for (key, child) in value.members where known.insert(key).inserted {
                    try container.encode(Nested(value: child, depth: depth + 1), forKey: Key(stringValue: key))
                }
            case .array where depth < JSONValue.encodedDepth:
                var container = encoder.unkeyedContainer()
                for child in value.elements { try container.encode(Nested(value: child, depth: depth + 1)) }
            default:
                var container = encoder.singleValueContainer()
                switch value.eventValue {
                case nil: try container.encodeNil()
                case .integer(let number)?: try container.encode(number)
                case .double(let number)?: try container.encode(number)
                case .bool(let flag)?: try container.encode(flag)
                case .string(let text)?: try container.encode(text)
                default: try container.encode(value.text)
                }
            }
        }
    }
}
