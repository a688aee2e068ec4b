import SegmentFormat

/// Finds the values that together should be of one event only: of a Kubernetes event, `auditID` and `stage`.
///
/// It looks at the keys of the outermost object and judges no grammar; what it cannot follow has no identity. In events of
/// an apiserver both stand at the beginning, so that a few hundred bytes are read.
struct EventIdentity: Sendable {
    /// Keys with their quotes.
    private let keys: [[UInt8]]
    private let secret: StoreSecret

    init(keys: [String], secret: StoreSecret) {
        self.keys = keys.map { Array("\"\($0)\"".utf8) }
        self.secret = secret
    }

    /// nil if the event lacks one of the keys.
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
        var found: [Range<Int>?] = Array(repeating: nil, count: keys.count)
        var missing = keys.count
        var p = Self.skipSpace(event, 0)
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
            if let index = keys.firstIndex(where: { key.elementsEqual($0) }), found[index] == nil {
                found[index] = start..<end
                missing -= 1
                if missing == 0 { return found.compactMap { $0 } }
            }
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
