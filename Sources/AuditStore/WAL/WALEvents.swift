import SegmentFormat

/// Where a stream's events come from: kept in columns of every one of them.
package struct EventOrigin: Sendable, Hashable {
    package var source: String?
    package var cluster: String?

    package init(source: String? = nil, cluster: String? = nil) {
        self.source = source
        self.cluster = cluster
    }

    /// For the store columns, in the order of `StoreColumn.ofIngest`.
    var storeValues: [[UInt8]?] { [source, cluster].map { $0.map { Array(JSONString.quoted($0).utf8) } } + [nil] }
}

/// The payload of a block of events: origin, which events are flagged, and the lines.
struct WALEvents {
    var origin: EventOrigin
    /// Ascending: events that share their identity with an earlier one and are not equal to it.
    var flagged: [Int]
    /// Whole lines, each with its line feed.
    var lines: UnsafeRawBufferPointer

    /// Lengths of names are bounded, so that a block's head is.
    static let nameBytes = 64 << 10

    func append(to output: inout ByteArena) {
        for name in [origin.source, origin.cluster] {
            output.append(name == nil ? 0 : 1)
            if let name { output.append(string: name) }
        }
        output.append(varint: flagged.count)
        var last = 0
        for index in flagged {
            output.append(varint: index - last)
            last = index
        }
        output.append(lines)
    }

    /// - Parameter records: lines that there have to be.
    init(decoding bytes: UnsafeRawBufferPointer, records: Int) throws(SegmentError) {
        var reader = ByteReader(bytes, context: "a block of the WAL")
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
        var count = 0
        for byte in lines where byte == 0x0a { count += 1 }
        guard count == records, lines.last == 0x0a || records == 0 else {
            throw .corrupt(
                "a block of the WAL has too many or too few lines", expected: "\(records)", found: "\(count)")
        }
    }

    init(origin: EventOrigin, flagged: [Int], lines: UnsafeRawBufferPointer) {
        self.origin = origin
        self.flagged = flagged
        self.lines = lines
    }

    /// The lines without their line feeds.
    var eachLine: some Sequence<UnsafeRawBufferPointer> {
        sequence(state: lines[...]) { rest in
            guard let end = rest.firstIndex(of: 0x0a) else { return nil }
            defer { rest = rest[(end + 1)...] }
            return UnsafeRawBufferPointer(rebasing: rest[..<end])
        }
    }

    private static func name(_ reader: inout ByteReader) throws(SegmentError) -> String? {
        try reader.integer(as: UInt8.self) == 0 ? nil : try reader.string(limit: nameBytes)
    }
}
