import SegmentFormat

/// The payload of a block of events: origin, which events are flagged, and the lines.
struct WALEvents {
    var origin: EventOrigin
    /// Ascending: events that share their identity with an earlier one and are not equal to it.
    var flagged: [Int]
    /// Whole lines, each with its line feed.
    var lines: UnsafeRawBufferPointer
    /// Where each line ends, behind its line feed.
    var ends: [Int]
    /// What was read of inputs once these are there. It is in the same block: both are there after a crash, or neither is.
    var progress: [InputProgress] = []

    /// Lengths of names are bounded, so that a block's head is.
    static let nameBytes = 64 << 10

    var kind: WALBlockHeader.Kind { progress.isEmpty ? .events : .readEvents }

    func append(to output: inout ByteArena) {
        if !progress.isEmpty {
            output.append(varint: progress.count)
            for progress in progress { progress.encode(to: &output) }
        }
        origin.append(to: &output)
        output.append(varint: flagged.count)
        var last = 0
        for index in flagged {
            output.append(varint: index - last)
            last = index
        }
        output.append(lines)
    }

    /// - Parameter records: lines that there have to be.
    init(
        decoding bytes: UnsafeRawBufferPointer, kind: WALBlockHeader.Kind = .events, records: Int
    ) throws(SegmentError) {
        var reader = ByteReader(bytes, context: "a block of the WAL")
        if kind == .readEvents {
            for _ in 0..<(try reader.count(limit: InputProgress.limit)) { progress.append(try InputProgress(&reader)) }
        }
        origin = EventOrigin()
        origin.source = try Self.name(&reader)
        origin.cluster = try Self.name(&reader)
        flagged = []
        var last = 0
        for _ in 0..<(try reader.count(limit: records)) {
            last += try reader.count(limit: records)
            guard last < records else { throw .corrupt("a block of the WAL flags an event that it lacks") }
            flagged.append(last)
        }
        lines = try reader.bytes(reader.remaining)
        ends = []
        ends.reserveCapacity(min(records, lines.count))
        var start = 0
        while let lineFeed = LineFeeds.first(in: lines, from: start) {
            start = lineFeed + 1
            ends.append(start)
        }
        guard ends.count == records, start == lines.count else {
            throw .corrupt(
                "a block of the WAL has too many or too few lines", expected: "\(records)", found: "\(ends.count)")
        }
    }

    init(
        origin: EventOrigin, flagged: [Int], lines: UnsafeRawBufferPointer, ends: [Int], progress: [InputProgress] = []
    ) {
        self.progress = progress
        self.origin = origin
        self.flagged = flagged
        self.lines = lines
        self.ends = ends
    }

    /// A line without its line feed.
    func line(_ index: Int) -> UnsafeRawBufferPointer {
        let start = index == 0 ? 0 : ends[index - 1]
        return UnsafeRawBufferPointer(rebasing: lines[start..<ends[index] - 1])
    }

    private static func name(_ reader: inout ByteReader) throws(SegmentError) -> String? {
        try reader.integer(as: UInt8.self) == 0 ? nil : try reader.string(limit: nameBytes)
    }
}
