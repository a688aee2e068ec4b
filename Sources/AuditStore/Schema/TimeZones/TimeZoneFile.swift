/// Reads the files in which systems keep their time zones: TZif, RFC 9636 (versions 1 to 4).
struct TimeZoneFile {
    /// The largest file that is read; those of the IANA data are smaller than 4 KiB.
    static let largestFile = 256 << 10
    /// Changes that follow from the rule at a file's end are written out up to this year; afterwards the last offset stays.
    static let lastYear: Int64 = 2200

    private let bytes: [UInt8]
    private var position = 0

    /// - Returns: nil if the bytes are no such file, or one that counts leap seconds.
    static func parse(_ bytes: [UInt8], name: String) -> TimeZoneRules? {
        var file = TimeZoneFile(bytes: bytes)
        guard let header = file.header() else { return nil }
        // The first block is for readers of version 1, which know 32 bits only.
        guard header.version >= 0x32 else { return file.rules(header, timeSize: 4, name) }
        guard file.skip(header.size(timeSize: 4)), let second = file.header() else { return nil }
        return file.rules(second, timeSize: 8, name)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    // MARK: Bytes

    private mutating func skip(_ count: Int) -> Bool {
        guard count <= bytes.count - position else { return false }
        position += count
        return true
    }

    /// A big-endian integer in two's complement.
    private mutating func integer(_ size: Int) -> Int64? {
        let start = position
        guard skip(size) else { return nil }
        var value: Int64 = bytes[start] >= 0x80 ? -1 : 0
        for byte in bytes[start..<position] { value = value << 8 | Int64(byte) }
        return value
    }

    // MARK: Blocks

    private struct Header {
        var version: UInt8
        var utcIndicators = 0
        var standardIndicators = 0
        var leapSeconds = 0
        var times = 0
        var types = 0
        var characters = 0

        func size(timeSize: Int) -> Int {
            times * (timeSize + 1) + types * 6 + characters + leapSeconds * (timeSize + 4) + standardIndicators
                + utcIndicators
        }
    }

    private mutating func header() -> Header? {
        let start = position
        guard skip(20), bytes[start..<start + 4].elementsEqual("TZif".utf8) else { return nil }
        var header = Header(version: bytes[start + 4])
        var counts: [Int] = []
        for _ in 0..<6 {
            // No count can be larger than the file, so sums and products of them stay small.
            guard let count = integer(4), (0...Int64(bytes.count)).contains(count) else { return nil }
            counts.append(Int(count))
        }
        header.utcIndicators = counts[0]
        header.standardIndicators = counts[1]
        header.leapSeconds = counts[2]
        header.times = counts[3]
        header.types = counts[4]
        header.characters = counts[5]
        return header
    }

    private mutating func rules(_ header: Header, timeSize: Int, _ name: String) -> TimeZoneRules? {
        guard header.types > 0, header.leapSeconds == 0 else { return nil }
        var times: [Int64] = []
        for _ in 0..<header.times {
            guard let time = integer(timeSize) else { return nil }
            times.append(time)
        }
        var types: [Int] = []
        for _ in 0..<header.times {
            guard let type = integer(1) else { return nil }
            types.append(Int(type & 0xff))
        }
        var offsets: [Duration] = []
        for _ in 0..<header.types {
            guard let seconds = integer(4), abs(seconds) < 26 * 3600, skip(2) else { return nil }
            offsets.append(.seconds(seconds))
        }
        guard types.allSatisfy({ $0 < offsets.count }),
            skip(header.characters + header.standardIndicators + header.utcIndicators)
        else { return nil }
        var changes: [TimeZoneRules.Change] = []
        for (time, type) in zip(times, types) {
            // Files may begin at the big bang; a moment that microseconds cannot count lies before all events.
            guard abs(time) < 1 << 42 else { continue }
            changes.append(.init(start: Instant(microseconds: time * 1_000_000), offset: offsets[type]))
        }
        if timeSize == 8, let footer = footer(), !footer.isEmpty {
            guard let rule = YearlyRule(footer) else { return nil }
            changes += rule.changes(after: changes.last?.start, to: Self.lastYear)
        }
        return TimeZoneRules(name: name, initialOffset: offsets[0], changes: changes)
    }

    /// What stands between line feeds at the end.
    private mutating func footer() -> String? {
        guard position < bytes.count, bytes[position] == 0x0a,
            let end = bytes[(position + 1)...].firstIndex(of: 0x0a)
        else { return nil }
        return String(decoding: bytes[position + 1..<end], as: UTF8.self)
    }
}
