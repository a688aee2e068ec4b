/// How logs are followed.
public struct TailOptions: Sendable {
    /// Kept in the column `source` of what is loaded in bulk. What is read as it comes has that of its writer: give both the same.
    public var source: String?
    /// Kept in the column `cluster` of what is loaded in bulk; as `source`.
    public var cluster: String?
    /// Looks at the files now and then even where the system tells of changes.
    public var polls = false
    /// At least so long from one append to the next: what comes meanwhile shares a commit.
    public var batchInterval = Duration.milliseconds(50)
    /// A log that was rotated away and has not grown for so long is finished: a last line without its end is taken as it is.
    public var rotatedSettle = Duration.seconds(5)
    /// A file with the name of a backup is looked at when it has not changed for so long: it may still be being copied or compressed.
    public var backupSettle = Duration.seconds(1)
    /// Bytes that are waiting in one log from which on they are loaded as a file is, by all processors and straight into segments.
    package var bulkBytes = 16 << 20
    /// Bytes of one append; a line that is longer makes it longer.
    package var bytesPerAppend = 1 << 20

    public init() {}
}
