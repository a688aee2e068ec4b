import SegmentFormat

/// What reading the WAL after a crash found.
public struct RecoveryReport: Sendable {
    /// Events that were in no segment yet.
    public var events: UInt64 = 0
    /// Bytes of the WAL's files that were read.
    public var bytes: UInt64 = 0
    /// Bytes of a write that the crash interrupted; no event in them was acknowledged.
    public var tornBytes: UInt64 = 0
    /// Parts that are not what was written. Their bytes are kept in the quarantine.
    public var damage: [AuditStoreError] = []
    /// Events that stood in what is damaged, as far as the numbers of those behind tell.
    public var missingEvents: UInt64 = 0

    public init() {}
}

/// Where a block of the WAL begins.
struct WALPlace: Sendable {
    var file: UInt64
    var offset: UInt64
}

/// Reads what the WAL holds that is in no segment. It changes nothing.
struct WALReplay {
    let directory: StoreDirectory
    let position: WALPosition
    let secret: StoreSecret
    /// The first file that does not count; nil if all do.
    let endFile: UInt64?

    private(set) var report = RecoveryReport()
    private(set) var damage: [WALDamage] = []
    /// The files that count, ascending.
    private(set) var files: [UInt64] = []
    /// The number that the next event gets.
    private(set) var nextRecord: UInt64
    /// The numbers of the events that were found, ascending.
    private(set) var found: [Range<UInt64>] = []
    /// The first event that the numbers of later blocks tell of, and that is not there.
    private var firstMissing: UInt64?

    init(_ directory: StoreDirectory, position: WALPosition, secret: StoreSecret, endFile: UInt64? = nil) {
        self.directory = directory
        self.position = position
        self.secret = secret
        self.endFile = endFile
        nextRecord = position.record
    }

    /// Reads all events.
    ///
    /// - Parameter events: gets the events of a block, in the order they were acknowledged; the bytes are valid during the call.
    mutating func run(events: (WALEvents, WALBlockHeader) throws -> Void) throws {
        try run(decodes: true, window: { _, _, _ in }) { header, _, found in
            if let found { try events(found, header) }
        }
    }

    /// Looks at the checksum of each block, and at no event: a quarter of the bytes, and nothing is decompressed.
    ///
    /// - Parameters:
    ///   - window: gets the payload of a block of digests, and how many of the last of them may be of events that are not there. A
    ///     writer may have found events that were never on the disk, have written their digests, and then have lost its power.
    ///   - block: gets each block of events, and where it begins.
    mutating func check(
        window: (UnsafeRawBufferPointer, WALBlockHeader, _ missing: UInt64) throws -> Void,
        block: (WALBlockHeader, WALPlace) throws -> Void
    ) throws {
        try run(decodes: false, window: window) { header, place, _ in try block(header, place) }
    }

    private mutating func run(
        decodes: Bool, window: (UnsafeRawBufferPointer, WALBlockHeader, _ missing: UInt64) throws -> Void,
        block: (WALBlockHeader, WALPlace, WALEvents?) throws -> Void
    ) throws {
        files = try directory.walFiles().filter { $0 >= position.file && $0 < endFile ?? .max }
        // A file that begins with a number takes the place of blocks before it with that number or a later one: their write
        // was reported as failed, and could not be cut back.
        var limits: [UInt64] = []
        var limit = UInt64.max
        for number in files.reversed() {
            limits.append(limit)
            if let first = try Self.firstRecord(directory, file: number, secret) { limit = min(limit, first) }
        }
        for (number, limit) in zip(files, limits.reversed()) {
            try Task.checkCancellation()
            let reader = try WALReader(directory, number: number, secret: secret)
            reader.decompressesEvents = decodes
            report.bytes += reader.size
            while let item = try reader.next() {
                switch item {
                case .damage(let found): note(found)
                case .block(let header) where header.kind == .window:
                    noteGap(before: header)
                    try window(
                        reader.payload, header,
                        firstMissing.map { header.firstRecord - min($0, header.firstRecord) } ?? 0)
                case .block(let header):
                    guard header.firstRecord < limit else { continue }
                    let events =
                        decodes
                        ? try? WALEvents(decoding: reader.payload, kind: header.kind, records: header.records) : nil
                    guard header.firstRecord >= nextRecord, events != nil || !decodes else {
                        note(reader.damage(of: header))
                        continue
                    }
                    take(header)
                    try block(header, WALPlace(file: number, offset: reader.start(of: header)), events)
                }
            }
        }
    }

    private mutating func take(_ header: WALBlockHeader) {
        noteGap(before: header)
        report.missingEvents += header.firstRecord - nextRecord
        nextRecord = header.firstRecord + UInt64(header.records)
        if found.last?.upperBound == header.firstRecord {
            found[found.count - 1] = found[found.count - 1].lowerBound..<nextRecord
        } else {
            found.append(header.firstRecord..<nextRecord)
        }
        report.events += UInt64(header.records)
    }

    private mutating func noteGap(before header: WALBlockHeader) {
        if header.firstRecord > nextRecord, firstMissing == nil { firstMissing = nextRecord }
    }

    private mutating func note(_ found: WALDamage) {
        if found.kind == .torn {
            report.tornBytes += found.length
            return
        }
        report.damage.append(
            AuditStoreError(
                .corrupt,
                """
                \(found.length) bytes of \(found.kind == .header ? "the header of " : "")the WAL \
                \(found.kind == .unreadable ? "cannot be read, or not without what cannot be" : "are damaged")
                """,
                location: .init(file: directory.location(FileNames.walFile(found.file)), offset: found.offset)))
        if found.kind != .header { damage.append(found) }
    }

    /// The number that a file begins with.
    static func firstRecord(_ directory: StoreDirectory, file number: UInt64, _ secret: StoreSecret) throws -> UInt64? {
        let reader = try WALReader(directory, number: number, secret: secret)
        reader.decompressesEvents = false
        while let item = try reader.next() {
            if case .block(let header) = item { return header.firstRecord }
        }
        return nil
    }
}

extension StoreDirectory {
    /// Bytes of the WAL's files. One may go meanwhile: its events are sealed.
    package func walBytes() throws(AuditStoreError) -> UInt64 {
        var bytes: UInt64 = 0
        for number in try walFiles() {
            bytes += (try? files.openForReading(location(FileNames.walFile(number))).size) ?? 0
        }
        return bytes
    }

    /// The numbers of the WAL's files, ascending.
    func walFiles() throws(AuditStoreError) -> [UInt64] {
        guard try files.kind(of: location(FileNames.wal)) == .directory else { return [] }
        return try files.names(in: location(FileNames.wal)).compactMap(FileNames.walNumber).sorted()
    }
}
