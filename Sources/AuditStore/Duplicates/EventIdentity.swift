import SegmentFormat

/// Finds the values that together should be of one event only.
///
/// It looks at the keys of the outermost object, and of the objects that a path leads into, and judges no grammar; what it cannot
/// follow has no identity. What stands at the beginning of an event, as identities mostly do, is found after a few hundred bytes.
struct EventIdentity: Sendable {
    /// The first key of each path, with its quotes.
    private let keys: [[UInt8]]
    /// The keys that follow, of each path.
    private let innerKeys: [[[UInt8]]]
    private let secret: StoreSecret

    init(keys paths: [[String]], secret: StoreSecret) {
        let quoted = paths.map { $0.map { Array("\"\($0)\"".utf8) } }
        keys = quoted.compactMap(\.first)
        innerKeys = quoted.map { Array($0.dropFirst()) }
        self.secret = secret
    }

    /// nil if the event lacks one of the paths.
    func digest(of event: UnsafeRawBufferPointer) -> UInt64? {
        guard !keys.isEmpty, let values = values(in: event) else { return nil }
        var text = ByteArena(capacity: 128)
        defer { extendLifetime(text) }
        for value in values {
            text.append(varint: value.count)
            text.append(UnsafeRawBufferPointer(rebasing: event[value]))
        }
        return SipHash.digest(text.bytes, key: secret).first
    }

    private func values(in event: UnsafeRawBufferPointer) -> [Range<Int>]? {
        guard var found = Self.values(of: keys, in: event, from: 0) else { return nil }
        for (index, inner) in innerKeys.enumerated() {
            for key in inner {
                guard let member = Self.values(of: [key], in: event, from: found[index].lowerBound) else { return nil }
                found[index] = member[0]
            }
        }
        return found
    }

    /// The values of some keys in the object that begins at `start`; of equal keys the first one's.
    private static func values(
        of keys: [[UInt8]], in event: UnsafeRawBufferPointer, from start: Int
    ) -> [Range<Int>]? {
        var found: [Range<Int>?] = Array(repeating: nil, count: keys.count)
        var missing = keys.count
        var p = Self.skipSpace(event, start)
        guard p < event.count, event[p] == UInt8(ascii: "{") else { return nil }
        p += 1
        while true {
            p = Self.skipSpace(event, p)
            guard let keyEnd = Self.stringEnd(event, p) else { return nil }
            let key = event[p..<keyEnd]
            p = Self.skipSpace(event, keyEnd)
            guard p < event.count, event[p] == UInt8(ascii: ":") else { return nil }
            let start = Self.skipSpace(event, p + 1)
            guard let end = Self.valueEnd(event, start) else { return nil }
            // Two paths may begin with the same key.
            for index in keys.indices where found[index] == nil && key.elementsEqual(keys[index]) {
                found[index] = start..<end
                missing -= 1
            }
            if missing == 0 { return found.compactMap { $0 } }
            p = Self.skipSpace(event, end)
            guard p < event.count, event[p] == UInt8(ascii: ",") else { return nil }
            p += 1
        }
    }

    private static func skipSpace(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int {
        var p = start
        while p < text.count, text[p] == 0x20 || text[p] == 0x09 || text[p] == 0x0d { p += 1 }
        return p
    }

    /// Behind the closing quote.
    private static func stringEnd(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int? {
        guard start < text.count, text[start] == 0x22 else { return nil }
        var p = start + 1
        while p < text.count {
            switch text[p] {
            case 0x22: return p + 1
            case 0x5c: p += 2
            default: p += 1
            }
        }
        return nil
    }

    private static func valueEnd(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int? {
        guard start < text.count else { return nil }
        if text[start] == 0x22 { return stringEnd(text, start) }
        var p = start
        var depth = 0
        while p < text.count {
            switch text[p] {
            case 0x22:
                guard let end = stringEnd(text, p) else { return nil }
                p = end
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // The end of the event; a number or a word ends before it.
                if depth == 0 { return p > start ? p : nil }
                depth -= 1
                if depth == 0 { return p + 1 }
            case UInt8(ascii: ","), 0x20, 0x09, 0x0d:
                if depth == 0 { return p > start ? p : nil }
            default: break
            }
            p += 1
        }
        return nil
    }
}
