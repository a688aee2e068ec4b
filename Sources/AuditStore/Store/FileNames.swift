import Shredding

/// Every file name of a store.
package enum FileNames {
    /// What the store consists of; replaced atomically.
    package static let manifest = "manifest"
    /// The next manifest while it is written.
    package static let nextManifest = "manifest.next"
    /// Locked exclusively by the one process that writes.
    package static let writerLock = "writer.lock"
    /// Locked shared by everyone who reads; files that were replaced are removed when nobody does.
    package static let readerLock = "reader.lock"
    /// Segments, a directory a UTC day.
    package static let partitions = "partitions"
    /// Segments of what was no event.
    package static let quarantine = "quarantine"
    package static let undated = "undated"
    package static let segmentSuffix = ".segment"

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

    package static func segment(_ id: UInt64) -> String {
        let digits = String(id)
        return String(repeating: "0", count: max(0, 10 - digits.count)) + digits + segmentSuffix
    }
}
