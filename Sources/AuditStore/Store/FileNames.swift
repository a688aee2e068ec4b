import Shredding

/// Every file name of a store.
package enum FileNames {
    /// What the store consists of; replaced atomically.
    package static let manifest = "manifest"
    /// The next manifest while it is written.
    package static let nextManifest = "manifest.next"
    /// Locked exclusively by the one process that writes.
    package static let writerLock = "writer.lock"
    /// Locked shared by everyone who reads; files that were replaced are removed when nobody does (`ObsoleteFiles`).
    package static let readerLock = "reader.lock"
    /// The former one, as long as somebody may hold it.
    package static let oldReaderLock = "reader.lock.old"
    /// The next one, before it takes the name.
    package static let nextReaderLock = "reader.lock.next"
    /// Locked exclusively by a process that streams into the store, shared by one that reads what a stream left.
    package static let walLock = "wal.lock"
    /// Events of streams that are in no segment yet.
    package static let wal = "wal"
    package static let walSuffix = ".wal"
    /// How far the WAL is acknowledged, while its writer lives.
    package static let acknowledged = "wal/acknowledged"
    /// Segments, a directory a UTC day.
    package static let partitions = "partitions"
    /// Segments of what was no event.
    package static let quarantine = "quarantine"
    package static let undated = "undated"
    package static let segmentSuffix = ".segment"
    /// Beside a segment: which of its rows are deleted.
    package static let tombstonesSuffix = ".tombstones"

    /// The directory of a partition: `partitions/2024-06-16`.
    package static func partition(_ day: Int64?) -> String {
        guard let day else { return partitions + "/" + undated }
        return partitions + "/" + date(day)
    }

    package static func date(_ day: Int64) -> String {
        let date = CivilDate(daysSince1970: day)
        func padded(_ value: Int64, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
    }

    package static func segment(_ id: UInt64) -> String { tenDigits(id) + segmentSuffix }

    package static func tombstones(_ id: UInt64) -> String { tenDigits(id) + tombstonesSuffix }

    /// Whether a name in the directory of a store is one that a segment or its tombstones can have, and leads nowhere else.
    package static func isOfSegment(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == (parts[0] == quarantine ? 2 : 3), parts[0] == quarantine || parts[0] == partitions,
            parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0) })
        else { return false }
        return name.hasSuffix(segmentSuffix) || name.hasSuffix(tombstonesSuffix)
    }

    package static func walFile(_ number: UInt64) -> String { wal + "/" + tenDigits(number) + walSuffix }

    /// A file of the WAL of which parts could not be read; nobody reads it again, nor removes it.
    package static func unreadableWAL(_ number: UInt64) -> String { wal + "/" + tenDigits(number) + ".unreadable" }

    /// The number of a file of the WAL; nil if it is none.
    package static func walNumber(_ name: String) -> UInt64? {
        guard name.hasSuffix(walSuffix) else { return nil }
        let digits = name.dropLast(walSuffix.count)
        guard digits.utf8.count >= 10, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt64(digits)
    }

    private static func tenDigits(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 10 - digits.count)) + digits
    }
}
