/// Why bytes could not be read as a part of a segment (or of another checked file).
package struct SegmentError: Error, Sendable, CustomStringConvertible {
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }
        /// The bytes are not what was written.
        package static let corrupt = Code(rawValue: "corrupt")
        /// The bytes may be right, but were written by a newer version.
        package static let unsupportedVersion = Code(rawValue: "unsupportedVersion")
        /// More than a limit of `Limits` allows.
        package static let limit = Code(rawValue: "limit")
        /// A system call failed.
        package static let io = Code(rawValue: "io")
        /// The task was cancelled.
        package static let cancelled = Code(rawValue: "cancelled")
    }

    package var code: Code
    package var message: String
    /// The file, once the layer that knows it has put it in.
    package var file: String?
    package var offset: UInt64?
    package var expected: String?
    package var found: String?

    package init(
        _ code: Code, _ message: String, file: String? = nil, offset: UInt64? = nil, expected: String? = nil,
        found: String? = nil
    ) {
        self.code = code
        self.message = message
        self.file = file
        self.offset = offset
        self.expected = expected
        self.found = found
    }

    package static func corrupt(
        _ message: String, offset: UInt64? = nil, expected: String? = nil, found: String? = nil
    ) -> SegmentError {
        SegmentError(.corrupt, message, offset: offset, expected: expected, found: found)
    }

    /// Throws if the task was cancelled. Loops that can take longer than a millisecond call it now and then.
    @inlinable
    package static func checkCancellation() throws(SegmentError) {
        if Task.isCancelled { throw SegmentError(.cancelled, "the query was cancelled") }
    }

    package func inFile(_ file: String) -> SegmentError {
        var copy = self
        copy.file = copy.file ?? file
        return copy
    }

    package var description: String {
        var text = message
        if let offset { text += " at offset \(offset)" }
        if let file { text += " of \(file)" }
        if let expected { text += ", expected \(expected)" }
        if let found { text += ", found \(found)" }
        return text
    }
}
