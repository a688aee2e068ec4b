/// What went wrong with a source of events below the events: its file or its compression.
public struct SourceError: Error, Sendable, Hashable {
    /// The kind of error, to act upon. More kinds may come: a `switch` needs a `default`.
    public struct Code: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        public var description: String { rawValue }

        /// The operating system refused: no such file, no permission, a failing disk.
        public static let io = Code(rawValue: "io")
        /// The bytes are not what the format or a checksum says.
        public static let corrupt = Code(rawValue: "corrupt")
        /// The source ends in the middle of a frame. What came before has been read.
        public static let truncated = Code(rawValue: "truncated")
        /// Reading it takes more memory than is allowed, or than there is.
        public static let tooLarge = Code(rawValue: "tooLarge")
        /// The source may be in order, but uses what is not supported: a zstd dictionary.
        public static let unsupported = Code(rawValue: "unsupported")
    }

    public var code: Code

    /// What happened, in words.
    public var message: String

    /// The file; absent for a stream without a name.
    public var path: String?

    /// The byte of the (compressed) source at which it happened. For `.truncated` the length of the source; for
    /// `.corrupt` where the block or part with the damage begins, as near as the decoder tells.
    public var offset: UInt64?

    /// What should have been there.
    public var expected: String?

    /// What was there.
    public var found: String?

    public init(
        _ code: Code, _ message: String, path: String? = nil, offset: UInt64? = nil, expected: String? = nil,
        found: String? = nil
    ) {
        self.code = code
        self.message = message
        self.path = path
        self.offset = offset
        self.expected = expected
        self.found = found
    }
}

extension SourceError: CustomStringConvertible {
    /// One line: `audit.log.gz: at byte 512: corrupt: incorrect data check (expected …, found …)`.
    public var description: String {
        var parts: [String] = []
        if let path { parts.append(path) }
        if let offset { parts.append("at byte \(offset)") }
        parts.append(code.rawValue)
        parts.append(message)
        let details = [expected.map { "expected \($0)" }, found.map { "found \($0)" }].compactMap(\.self)
        return parts.joined(separator: ": ") + (details.isEmpty ? "" : " (\(details.joined(separator: ", ")))")
    }
}
