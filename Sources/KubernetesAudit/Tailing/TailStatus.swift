public import AuditStore

/// How far a tail is.
public struct TailStatus: Sendable, Hashable {
    /// A log that is being followed.
    public struct Log: Sendable, Hashable {
        /// Its name at present; the last one, if it has none any more.
        public var path: String
        /// Bytes of it that are in the store.
        public var offset: UInt64
        /// Bytes of it that are not.
        public var behind: UInt64
    }
    /// Something that cannot be read at present, and why. It is tried again.
    public struct Problem: Sendable, Hashable {
        public var path: String
        public var message: String
    }

    public var logs: [Log] = []
    public var problems: [Problem] = []
    /// Files that are there and were not looked into yet: they may still be being written, or cannot be read at present.
    public var waiting = 0
    /// Lines that were taken since the tail began.
    public var lines: UInt64 = 0
    /// Bytes of them.
    public var bytes: UInt64 = 0
    /// Appends and loads that were committed.
    public var commits: UInt64 = 0
    /// Logs that were found to be other than what was read of them: truncated, or written anew.
    public var truncations: UInt64 = 0
    /// The time of the newest event that was taken, as the event says.
    public var newestEvent: Instant?
    /// When something was last taken.
    public var lastRead: Instant?

    public init() {}

    /// Bytes in logs that are not in the store yet, an unfinished last line among them.
    public var bytesBehind: UInt64 { logs.reduce(0) { $0 + $1.behind } }

    /// How old the newest event is that was taken, in microseconds: as much as one can be behind, or as the log has been quiet.
    public func age(at now: Instant) -> Int64? { newestEvent.map { max(0, now.microseconds - $0.microseconds) } }
}
