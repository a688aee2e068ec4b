/// A value within an event, decoded when it is looked at.
///
/// It is a place in the event's bytes and not a tree: it costs nothing to have, and looking into it neither recurses nor
/// copies, so that a body nested thousands of levels deep is as harmless as any. What is absent or of another type is nil.
/// Of members with equal keys the first one counts.
public struct JSONValue: Sendable {
    public enum Kind: Sendable { case object, array, string, number, bool, null }

    private let bytes: [UInt8]
    private let range: Range<Int>

    /// - Parameter range: where the value lies; empty if there is none.
    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        self.range = range
    }

    /// The event as a whole.
    public init(_ event: Event) { self.init(event.bytes, 0..<event.bytes.count) }

    /// The text of a JSON value that is known to be well-formed.
    package init(_ text: String) { self.init(Array(text.utf8), 0..<text.utf8.count) }

    /// The exact bytes of the value.
    public var rawBytes: ArraySlice<UInt8> { bytes[range] }

    /// The exact text of the value; what is no UTF-8 becomes U+FFFD.
    public var text: String { String(decoding: rawBytes, as: UTF8.self) }

    public var kind: Kind {
        switch bytes[range].first {
        case 0x7b: .object
        case 0x5b: .array
        case 0x22: .string
        case 0x74, 0x66: .bool
        case 0x2d, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39: .number
        default: .null
        }
    }

    func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    /// The value as queries see it; nil for null.
    public var eventValue: EventValue? { withBytes(RawValue.decode) }

    /// A string without its escapes; lone surrogates and what is no UTF-8 become U+FFFD.
    public var string: String? { kind == .string ? withBytes(RawValue.string) : nil }

    /// A whole number that fits, however it is spelt.
    public var int: Int? { kind == .number ? eventValue.flatMap(Int.init(eventValue:)) : nil }

    /// A number; nil if it is beyond the range of Double.
    public var double: Double? { kind == .number ? eventValue.flatMap(Double.init(eventValue:)) : nil }

    public var bool: Bool? { kind == .bool ? bytes[range].first == 0x74 : nil }

    /// A time in RFC 3339.
    public var instant: Instant? { string.flatMap { Instant($0) } }

    public var isNull: Bool { kind == .null }

    /// The member of an object.
    public subscript(key: String) -> JSONValue? {
        guard kind == .object else { return nil }
        return withBytes { text in JSONText.member(key, of: text).map { value(at: $0, of: text) } }
    }

    /// The element of an array.
    public subscript(index: Int) -> JSONValue? {
        var left = index
        guard kind == .array, index >= 0 else { return nil }
        for element in elements {
            if left == 0 { return element }
            left -= 1
        }
        return nil
    }

    private func value(at part: UnsafeRawBufferPointer, of text: UnsafeRawBufferPointer) -> JSONValue {
        let start = range.lowerBound + (part.baseAddress! - text.baseAddress!)
        return JSONValue(bytes, start..<start + part.count)
    }

    /// The elements of an array, in order; none of anything else.
    public var elements: Elements { Elements(walk: Walk(self, open: 0x5b)) }

    /// The members of an object, in order and with repeated keys; none of anything else.
    public var members: Members { Members(walk: Walk(self, open: 0x7b)) }

    public struct Elements: Sequence, IteratorProtocol, Sendable {
        fileprivate var walk: Walk
        public mutating func next() -> JSONValue? { walk.next()?.value }
    }

    public struct Members: Sequence, IteratorProtocol, Sendable {
        fileprivate var walk: Walk
        public mutating func next() -> (key: String, value: JSONValue)? {
            walk.next().map { ($0.key?.string ?? "", $0.value) }
        }
    }

    /// Goes from child to child.
    fileprivate struct Walk: Sendable {
        private let parent: JSONValue
        private let hasKeys: Bool
        private var offset: Int
        private var isDone: Bool

        init(_ parent: JSONValue, open: UInt8) {
            self.parent = parent
            hasKeys = open == 0x7b
            offset = 1
            isDone = parent.rawBytes.first != open
        }

        mutating func next() -> (key: JSONValue?, value: JSONValue)? {
            guard !isDone else { return nil }
            var i = offset
            let found = parent.withBytes { text -> (key: Range<Int>?, value: Range<Int>)? in
                var key: Range<Int>?
                if hasKeys {
                    JSONText.skipSpace(text, &i)
                    guard i < text.count, text[i] == 0x22 else { return nil }
                    let start = i
                    JSONText.skipString(text, &i)
                    guard i < text.count else { return nil }
                    key = start..<i
                    JSONText.skipSpace(text, &i)
                    guard i < text.count, text[i] == 0x3a else { return nil }
                    i += 1
                }
                JSONText.skipSpace(text, &i)
                let start = i
                guard i < text.count, text[i] != 0x5d, text[i] != 0x7d else { return nil }
                JSONText.skipValue(text, &i)
                let value = start..<Swift.min(i, text.count)
                JSONText.skipSpace(text, &i)
                if i < text.count, text[i] == 0x2c { i += 1 } else { isDone = true }
                return (key, value)
            }
            guard let found, !found.value.isEmpty else {
                isDone = true
                return nil
            }
            offset = i
            let start = parent.range.lowerBound
            func child(_ part: Range<Int>) -> JSONValue {
                JSONValue(parent.bytes, start + part.lowerBound..<start + part.upperBound)
            }
            return (found.key.map(child), child(found.value))
        }
    }
}

extension JSONValue: Hashable {
    /// Equal bytes; `1` and `1.0` differ.
    public static func == (left: Self, right: Self) -> Bool { left.rawBytes.elementsEqual(right.rawBytes) }
    public func hash(into hasher: inout Hasher) { withBytes { hasher.combine(bytes: $0) } }
}

extension JSONValue: CustomStringConvertible {
    /// The exact text of the value.
    public var description: String { text }
}
