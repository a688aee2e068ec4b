import SegmentFormat

/// A template is text with a marker for each value that was taken out of it: the byte 0x01, which no JSON contains
/// unescaped, then the column's id as a varint.
///
/// Skeletons are templates of whole events, and the bodies of compacted segments are templates of bodies.
package enum Template {
    package static let marker: UInt8 = 0x01
    /// Ends each value in the residual, and separates the several values a path has in one body.
    package static let valueEnd: UInt8 = 0x01

    /// The parts of a template, front to back.
    package enum Part {
        case text(UnsafeRawBufferPointer)
        case value(column: UInt16)
    }

    package struct Parts: Sequence, IteratorProtocol {
        private var rest: UnsafeRawBufferPointer
        package init(_ template: UnsafeRawBufferPointer) { rest = template }

        package mutating func next() -> Part? {
            guard !rest.isEmpty else { return nil }
            let text = rest.firstIndex(of: marker) ?? rest.count
            if text > 0 {
                defer { rest = UnsafeRawBufferPointer(rebasing: rest[text...]) }
                return .text(UnsafeRawBufferPointer(rebasing: rest[..<text]))
            }
            var id: UInt64 = 0
            var i = 1
            var shift: UInt64 = 0
            // A marker cut short ends the template; a checked page holds none.
            while i < rest.count {
                let byte = rest[i]
                i += 1
                id |= UInt64(byte & 0x7f) << shift
                shift += 7
                if byte < 0x80 || shift > 14 { break }
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[i...])
            return .value(column: UInt16(truncatingIfNeeded: id))
        }
    }
}
