import SegmentFormat

/// Something that audit logs are read from, front to back: a file, a decompressed file, standard input.
package protocol IngestInput: AnyObject {
    /// What messages and the quarantine call it.
    var name: String { get }
    /// Puts the next bytes into `buffer`; 0 at the end. An error is final: who reads on gets it again.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
    /// The last line may be unfinished because its writer is not done with it.
    var canGrow: Bool { get }
    /// Bytes of the source read so far (compressed ones, if it is), for progress.
    var consumed: UInt64 { get }
    /// The same bytes where they can be read in any order: then each worker reads its chunk itself.
    var file: (any ReadableFile)? { get }
}

extension IngestInput {
    package var file: (any ReadableFile)? { nil }
}

/// How far a load is.
public struct IngestProgress: Sendable {
    /// The input that is being read.
    public var input: String
    /// Bytes of the sources read so far, as they lie on disk.
    public var bytesRead: UInt64
    /// Events in durable segments so far.
    public var events: UInt64
}

/// What a load did.
public struct IngestReport: Sendable {
    /// Events that are now in the store.
    public var events: UInt64 = 0
    /// Bytes of their text, with a line end each.
    public var bytes: UInt64 = 0
    /// Lines that are no events; they are in quarantine.
    public var quarantined: UInt64 = 0
    /// Bytes skipped because an earlier load had taken them.
    public var bytesLoadedBefore: UInt64 = 0
    /// Bytes of unfinished last lines, left for the next load of a file that may still grow.
    public var unfinished: UInt64 = 0
    /// Inputs that could not be read to their end, and why. What came before is in the store.
    public var failures: [(input: String, error: any Error)] = []
    /// The first few reasons for quarantine, as `input:offset: reason`.
    public var complaints: [String] = []

    public init() {}
}

/// How to load.
public struct IngestOptions: Sendable {
    /// Kept in the column `source` of every event of the load.
    public var source: String?
    /// Kept in the column `cluster` of every event of the load; an audit event does not say of which cluster it is.
    public var cluster: String?
    /// Loads inputs that were loaded before once more.
    public var again = false
    /// Workers that shred and encode; the number of cores if nil.
    public var threads: Int?
    /// Bytes of text that a worker takes at a time; tests want less.
    package var chunkBytes = Limits.rawBytesPerChunk

    public init() {}
}

/// An input that can be opened, and if need be opened again.
package struct IngestSource {
    package var name: String
    /// It gives the same bytes each time: a file, and not standard input. Only such an input is recognised later.
    package var isRepeatable: Bool
    package var open: () throws -> any IngestInput

    package init(name: String, isRepeatable: Bool, open: @escaping () throws -> any IngestInput) {
        self.name = name
        self.isRepeatable = isRepeatable
        self.open = open
    }
}
