package import SegmentFormat

/// Why the store could not do what it was asked for.
///
/// The code says what kind of thing went wrong and can be compared; the rest is for the person who has to mend it.
public struct AuditStoreError: Error, Sendable, CustomStringConvertible {
    /// A kind of error. More may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case corrupt, unsupportedVersion, limit, io, diskFull, syncFailed, locked, invalidArgument, notAStore,
                cancelled,
                closed, refused
        }
        private let kind: Kind
        public var description: String { kind.rawValue }

        /// Bytes of the store are not what was written.
        public static let corrupt = Code(kind: .corrupt)
        /// The store was written by a newer version of this library.
        public static let unsupportedVersion = Code(kind: .unsupportedVersion)
        /// More than a limit allows.
        public static let limit = Code(kind: .limit)
        /// A system call failed.
        public static let io = Code(kind: .io)
        /// There is no room on the disk. What was asked for is not done; it may be asked for again when there is room.
        public static let diskFull = Code(kind: .diskFull)
        /// The disk did not confirm what was written: it may or may not be there after a loss of power.
        public static let syncFailed = Code(kind: .syncFailed)
        /// Another process writes to the store.
        public static let locked = Code(kind: .locked)
        /// What was asked for makes no sense; the message says why.
        public static let invalidArgument = Code(kind: .invalidArgument)
        /// The directory is not a store, or does not exist.
        public static let notAStore = Code(kind: .notAStore)
        /// The task was cancelled.
        public static let cancelled = Code(kind: .cancelled)
        /// The writer was closed.
        public static let closed = Code(kind: .closed)
        /// What was asked for looks like a mistake that could not be undone; the message says how to insist.
        public static let refused = Code(kind: .refused)
    }

    /// Where in the store's files.
    public struct Location: Sendable, Hashable {
        public var file: String
        /// Bytes from the start of the file.
        public var offset: UInt64?

        public init(file: String, offset: UInt64? = nil) {
            self.file = file
            self.offset = offset
        }
    }

    public var code: Code
    public var message: String
    public var location: Location?
    public var expected: String?
    public var found: String?
    public var cause: (any Error)?

    public init(
        _ code: Code, _ message: String, location: Location? = nil, expected: String? = nil, found: String? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.location = location
        self.expected = expected
        self.found = found
        self.cause = cause
    }

    package init(_ error: SegmentError) {
        switch error.code {
        case .unsupportedVersion: code = .unsupportedVersion
        case .limit: code = .limit
        case .io: code = .io
        case .cancelled: code = .cancelled
        default: code = .corrupt
        }
        message = error.message
        location = error.file.map { Location(file: $0, offset: error.offset) }
        expected = error.expected
        found = error.found
    }

    /// One line for a person: what, where, what was expected and what was found.
    public var description: String {
        var text = message
        if let location {
            text += " (\(location.file)"
            if let offset = location.offset { text += " at offset \(offset)" }
            text += ")"
        }
        if let expected { text += ", expected \(expected)" }
        if let found { text += ", found \(found)" }
        if let cause { text += ": \(cause)" }
        return text
    }
}
