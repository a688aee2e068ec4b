/// Walks through the text of a JSON value that is known to be well-formed, without recursion and without copying.
///
/// The text may be a template: a marker (0x01 and a varint) stands where a value was taken out, and is a value to the walk.
package enum JSONText {
    static let marker: UInt8 = 0x01

    @inline(__always)
    static func skipSpace(_ text: UnsafeRawBufferPointer, _ i: inout Int) {
        while i < text.count, text[i] == 0x20 || text[i] == 0x09 || text[i] == 0x0d || text[i] == 0x0a { i += 1 }
    }

    /// From an opening quote to behind the closing one.
    @inline(__always)
    static func skipString(_ text: UnsafeRawBufferPointer, _ i: inout Int) {
        i += 1
        while i < text.count, text[i] != 0x22 { i += text[i] == 0x5c ? 2 : 1 }
        i += 1
    }

    static func skipMarker(_ text: UnsafeRawBufferPointer, _ i: inout Int) {
        i += 1
        while i < text.count, text[i] >= 0x80 { i += 1 }
        i += 1
    }

    /// To behind the value that begins at `i`.
    static func skipValue(_ text: UnsafeRawBufferPointer, _ i: inout Int) {
        var depth = 0
        repeat {
            guard i < text.count else { return }
            switch text[i] {
            case 0x22: skipString(text, &i)
            case 0x7b, 0x5b:
                depth += 1
                i += 1
            case 0x7d, 0x5d:
                depth -= 1
                i += 1
            case marker: skipMarker(text, &i)
            case 0x20, 0x09, 0x0a, 0x0d, 0x2c, 0x3a: i += 1
            default:
                scalar: while i < text.count {
                    switch text[i] {
                    case 0x2c, 0x7d, 0x5d, 0x20, 0x09, 0x0a, 0x0d, marker: break scalar
                    default: i += 1
                    }
                }
            }
        } while depth > 0
    }

    /// Each element of the array that `text` is; stops when the body returns false.
    package static func forEachElement(of text: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Bool) {
        var i = 0
        skipSpace(text, &i)
        guard i < text.count, text[i] == 0x5b else { return }
        i += 1
        while true {
            skipSpace(text, &i)
            guard i < text.count, text[i] != 0x5d else { return }
            let start = i
            skipValue(text, &i)
            let end = min(i, text.count)
            guard end > start, body(UnsafeRawBufferPointer(rebasing: text[start..<end])) else { return }
            skipSpace(text, &i)
            guard i < text.count, text[i] == 0x2c else { return }
            i += 1
        }
    }

    /// The value of the first member with this key of the object that `text` is.
    package static func member(_ key: String, of text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var i = 0
        skipSpace(text, &i)
        guard i < text.count, text[i] == 0x7b else { return nil }
        i += 1
        while true {
            skipSpace(text, &i)
            guard i < text.count, text[i] == 0x22 else { return nil }
            let keyStart = i
            skipString(text, &i)
            guard i <= text.count else { return nil }
            let isKey = equals(UnsafeRawBufferPointer(rebasing: text[keyStart..<i]), key)
            skipSpace(text, &i)
            guard i < text.count, text[i] == 0x3a else { return nil }
            i += 1
            skipSpace(text, &i)
            let start = i
            skipValue(text, &i)
            let end = min(i, text.count)
            guard end > start else { return nil }
            if isKey { return UnsafeRawBufferPointer(rebasing: text[start..<end]) }
            skipSpace(text, &i)
            guard i < text.count, text[i] == 0x2c else { return nil }
            i += 1
        }
    }

    private static func equals(_ quoted: UnsafeRawBufferPointer, _ key: String) -> Bool {
        if let plain = RawValue.plainText(quoted) { return plain.elementsEqual(key.utf8) }
        return RawValue.string(quoted).utf8.elementsEqual(key.utf8)
    }

    /// The value at a path below `text`, decoded; a path with `[*]` gives the list of what it leads to.
    package static func value(
        at path: ArraySlice<FieldPath.Component>, of text: UnsafeRawBufferPointer
    ) -> EventValue? {
        guard path.contains(.everyElement) else { return slice(at: path, of: text).flatMap(RawValue.decode) }
        var values: [EventValue] = []
        collect(path, text, into: &values)
        return values.isEmpty ? nil : .list(values)
    }

    private static func slice(
        at path: ArraySlice<FieldPath.Component>, of text: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer? {
        var text = text
        for component in path {
            var found: UnsafeRawBufferPointer?
            switch component {
            case .key(let key): found = member(key, of: text)
            case .index(let index):
                var position = 0
                forEachElement(of: text) {
                    if position == index { found = $0 }
                    position += 1
                    return found == nil
                }
            case .everyElement: break
            }
            guard let next = found else { return nil }
            text = next
        }
        return text
    }

    /// Recurses once for each `[*]` of the path, of which a path has few (`TextFormLimits.nodes` at the very most, each one
    /// needing a level of nesting in the event).
    private static func collect(
        _ path: ArraySlice<FieldPath.Component>, _ text: UnsafeRawBufferPointer, into values: inout [EventValue]
    ) {
        guard let split = path.firstIndex(of: .everyElement) else {
            if let found = slice(at: path, of: text), let value = RawValue.decode(found) { values.append(value) }
            return
        }
        guard let list = slice(at: path[..<split], of: text) else { return }
        var found = values
        forEachElement(of: list) {
            collect(path[(split + 1)...], $0, into: &found)
            return true
        }
        values = found
    }

    /// What a template says of the value at a path.
    package enum Lookup {
        case absent
        /// The text below which the rest of the path leads; there is no marker in it.
        case text(UnsafeRawBufferPointer, rest: ArraySlice<FieldPath.Component>)
        /// A marker stands for the value or a part of it, so that it differs from row to row.
        case varies
    }

    package static func lookUp(_ path: ArraySlice<FieldPath.Component>, inTemplate text: UnsafeRawBufferPointer)
        -> Lookup
    {
        var text = text
        var rest = path
        while let component = rest.first {
            if text.first == marker { return .varies }
            guard case .key(let key) = component else { break }
            guard let next = member(key, of: text) else { return .absent }
            text = next
            rest = rest.dropFirst()
        }
        return text.contains(marker) ? .varies : .text(text, rest: rest)
    }
}
