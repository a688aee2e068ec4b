package import SegmentFormat

/// What a store consists of at one moment. Small, read whole, replaced whole.
package struct Manifest: Sendable {
    /// Counts commits.
    package var generation: UInt64 = 0
    package var schema: String
    package var nextSegmentID: UInt64 = 1
    /// Ingest sequence that the next event gets.
    package var nextSequence: UInt64 = 0
    package var segments: [SegmentDescription] = []
    /// Segments of what was no event, in the order it came.
    package var quarantine: [SegmentDescription] = []
    /// Lines in quarantine.
    package var quarantinedLines: UInt64 = 0
    package var checkpoints: [InputCheckpoint] = []
    /// Files that a commit replaced and that a reader may still be reading.
    package var obsolete: [String] = []
    /// Where the WAL begins: what stands before is in segments.
    package var wal = WALPosition()
    /// nil in a store that no version wrote which has streams.
    package var secret: StoreSecret?
    /// The sequences of the events that were streamed.
    package var streamed = StreamNumbers()
    /// How long events are kept, and what is gone.
    package var retention = RetentionState()
    /// When the last commit was made, in microseconds since 1970 by the clock of who made it; nil if it did not say.
    package var committed: Int64?

    package init(schema: String) { self.schema = schema }
}

/// The manifest's bytes: magic, version, length, payload, checksum (`Docs/Format.md`).
extension Manifest {
    /// "AUDITMAN"
    static let magic: UInt64 = 0x4E41_4D54_4944_5541
    static let version: UInt32 = 4
    static let headerBytes = 24
    /// A manifest of ten million segments would be smaller than this.
    private static let payloadLimit: UInt64 = 1 << 30
    /// No file is longer.
    static let sizeLimit = UInt64(headerBytes) + payloadLimit + 8

    package func encode(to output: inout ByteArena) {
        var payload = ByteArena()
        payload.append(varint: generation)
        payload.append(string: schema)
        payload.append(varint: nextSegmentID)
        payload.append(varint: nextSequence)
        Self.append(segments, to: &payload)
        Self.append(quarantine, to: &payload)
        payload.append(varint: quarantinedLines)
        payload.append(varint: checkpoints.count)
        for checkpoint in checkpoints { checkpoint.encode(to: &payload) }
        payload.append(varint: obsolete.count)
        for name in obsolete { payload.append(string: name) }
        payload.append(varint: wal.file)
        payload.append(varint: wal.record)
        payload.append(secret == nil ? 0 : 1)
        if let secret {
            payload.append(integer: secret.first)
            payload.append(integer: secret.second)
        }
        payload.append(optional: committed)
        retention.encode(to: &payload)
        streamed.encode(to: &payload)
        output.append(integer: Self.magic)
        output.append(integer: Self.version)
        output.append(integer: UInt32(0))
        output.append(integer: UInt64(payload.bytes.count))
        output.append(payload)
        output.append(integer: XXH64.hash(output.bytes))
    }

    private static func append(_ segments: [SegmentDescription], to output: inout ByteArena) {
        output.append(varint: segments.count)
        for segment in segments {
            output.append(varint: segment.id)
            output.append(integer: segment.day ?? Int64.min)
            output.append(varint: segment.rows)
            output.append(varint: segment.rawBytes)
            output.append(varint: segment.storedBytes)
            output.append(varint: segment.firstSequence)
            output.append(varint: segment.lastSequence)
            output.append(integer: segment.smallestTime)
            output.append(integer: segment.largestTime)
            output.append(varint: segment.undated)
            output.append(segment.isCompacted ? 1 : 0)
            output.append(varint: segment.retentionClass)
            output.append(optional: segment.loaded)
            output.append(varint: segment.tombstones?.id ?? 0)
            if let tombstones = segment.tombstones {
                output.append(varint: tombstones.rows)
                output.append(varint: tombstones.rawBytes)
            }
        }
    }

    package init(decoding bytes: UnsafeRawBufferPointer) throws(SegmentError) {
        var reader = ByteReader(bytes, context: "the manifest")
        let magic: UInt64 = try reader.integer()
        guard magic == Self.magic else {
            throw .corrupt(
                "not a manifest", offset: 0, expected: SegmentLayout.hex(Self.magic), found: SegmentLayout.hex(magic))
        }
        let version: UInt32 = try reader.integer()
        guard (1...Self.version).contains(version) else {
            throw SegmentError(
                .unsupportedVersion, "a manifest of another version", offset: 8, expected: "at most \(Self.version)",
                found: "\(version)")
        }
        guard try reader.integer(as: UInt32.self) == 0 else { throw .corrupt("unknown flags", offset: 12) }
        let length: UInt64 = try reader.integer()
        guard length <= Self.payloadLimit, bytes.count == Self.headerBytes + Int(length) + 8 else {
            throw .corrupt(
                "the manifest has a wrong length", offset: 16, expected: "\(Self.headerBytes + 8) + \(length) bytes",
                found: "\(bytes.count)")
        }
        let payload = try reader.bytes(Int(length))
        let checksum: UInt64 = try reader.integer()
        let found = XXH64.hash(UnsafeRawBufferPointer(rebasing: bytes[..<(Self.headerBytes + Int(length))]))
        guard checksum == found else {
            throw .corrupt(
                "the checksum of the manifest does not match", offset: UInt64(bytes.count - 8),
                expected: SegmentLayout.hex(checksum), found: SegmentLayout.hex(found))
        }
        reader = ByteReader(payload, context: "the manifest")
        let generation = try reader.varint()
        self.init(schema: try reader.string())
        self.generation = generation
        nextSegmentID = try reader.varint()
        nextSequence = try reader.varint()
        segments = try Self.segments(&reader, version)
        quarantine = try Self.segments(&reader, version)
        quarantinedLines = try reader.varint()
        for _ in 0..<(try reader.count(limit: payload.count)) {
            checkpoints.append(try InputCheckpoint(&reader))
        }
        for _ in 0..<(try reader.count(limit: payload.count)) {
            let name = try reader.string()
            // They are going to be removed.
            guard FileNames.isOfSegment(name) else {
                throw .corrupt("the manifest names a file that is none of a segment")
            }
            obsolete.append(name)
        }
        if version >= 2 {
            wal = WALPosition(file: try reader.varint(), record: try reader.varint())
            guard wal.isPlausible else { throw .corrupt("the manifest says impossible things of the WAL") }
            if try reader.integer(as: UInt8.self) != 0 {
                secret = StoreSecret(first: try reader.integer(), second: try reader.integer())
            }
        }
        if version >= 3 {
            committed = try reader.optionalInteger()
            retention = try RetentionState(&reader)
        }
        if version >= 4 { streamed = try StreamNumbers(&reader) }
        guard reader.remaining == 0 else { throw .corrupt("the manifest has bytes left over") }
    }

    private static func segments(_ reader: inout ByteReader, _ version: UInt32) throws(SegmentError)
        -> [SegmentDescription]
    {
        var segments: [SegmentDescription] = []
        for _ in 0..<(try reader.count(limit: reader.remaining)) {
            let id = try reader.varint()
            let day: Int64 = try reader.integer()
            var segment = SegmentDescription(
                id: id, day: day == Int64.min ? nil : day, rows: try reader.varint(), rawBytes: try reader.varint(),
                storedBytes: try reader.varint(), firstSequence: try reader.varint(),
                lastSequence: try reader.varint(), smallestTime: try reader.integer(),
                largestTime: try reader.integer(), undated: try reader.varint(),
                isCompacted: try reader.integer(as: UInt8.self) != 0)
            if version >= 3 {
                segment.retentionClass = try reader.varint()
                segment.loaded = try reader.optionalInteger()
                let tombstones = try reader.varint()
                if tombstones != 0 {
                    segment.tombstones = Tombstones(
                        id: tombstones, rows: try reader.varint(), rawBytes: try reader.varint())
                }
            }
            guard segment.isPlausible else { throw .corrupt("the manifest says impossible things of segment \(id)") }
            segments.append(segment)
        }
        return segments
    }
}

extension SegmentDescription {
    /// Whether the figures can be true: sums of them over all segments must not overflow, and a day has a date.
    fileprivate var isPlausible: Bool {
        let rowLimit = UInt64(Limits.rowsPerRowGroup * Limits.rowGroupsPerSegment)
        let bytesLimit: UInt64 = 1 << 44
        let dayLimit: Int64 = 10_000 * 366
        return rows <= rowLimit && undated <= rows && rawBytes <= bytesLimit && storedBytes <= bytesLimit
            && firstSequence <= lastSequence && lastSequence <= 1 << 60 && id <= 1 << 60
            && (day ?? 0).magnitude <= UInt64(dayLimit) && retentionClass <= 1 << 60
            && tombstones.map { $0.id <= 1 << 60 && $0.rows <= rows && $0.rawBytes <= rawBytes } ?? true
    }
}
