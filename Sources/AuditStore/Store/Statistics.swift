import SegmentFormat
import Shredding

/// The figures of a store.
public struct StoreStatistics: Sendable {
    /// Those that queries find.
    public var events: UInt64 = 0
    /// Of these, those of streams that are in no segment yet: in the writer's process, and once a writer has died. Those of a
    /// writer that lives in another process are not known here.
    public var unsealedEvents: UInt64 = 0
    /// Events that are deleted: nobody sees them, and their bytes go with the next compaction.
    public var deleted: UInt64 = 0
    /// Bytes of the text of events that are not deleted, with a line end each.
    public var rawBytes: UInt64 = 0
    /// Bytes of all files of the store.
    public var storedBytes: UInt64 = 0
    public var segments = 0
    /// Segments that compaction has not seen yet.
    public var youngSegments = 0
    /// Days (and the undated partition) that have segments.
    public var partitions = 0
    /// Lines in quarantine.
    public var quarantined: UInt64 = 0
    /// The range of the events' times, in microseconds since 1970.
    public var timeRange: ClosedRange<Int64>?

    /// 0 for an empty store.
    public var bytesPerEvent: Double { events == 0 ? 0 : Double(storedBytes) / Double(events) }
    /// Raw bytes for each stored one.
    public var ratio: Double { storedBytes == 0 ? 0 : Double(rawBytes) / Double(storedBytes) }
}

extension StoreStatistics {
    fileprivate mutating func include(_ segment: SegmentDescription) {
        guard segment.smallestTime <= segment.largestTime else { return }
        let range = segment.smallestTime...segment.largestTime
        timeRange =
            timeRange.map { min($0.lowerBound, range.lowerBound)...max($0.upperBound, range.upperBound) } ?? range
    }
}

/// The figures of one column over all segments.
public struct ColumnStatistics: Sendable {
    /// As the text form names it.
    public var path: String
    public var kind: String
    /// How its pages are encoded.
    public var encodings: [String]
    /// Events with a value.
    public var values: UInt64 = 0
    /// Distinct values among those in dictionaries; of typed values (times, UUIDs) none are counted.
    public var distinct: UInt64 = 0
    public var dictionaryBytes: UInt64 = 0
    /// Codes and typed values.
    public var valueBytes: UInt64 = 0
    public var filterBytes: UInt64 = 0
    public var bytes: UInt64 { dictionaryBytes + valueBytes + filterBytes }
}

extension StoreDirectory {
    /// From the manifest and the sizes of the files; opens no segment.
    func statistics(_ manifest: Manifest, _ snapshot: Snapshot) throws(AuditStoreError) -> StoreStatistics {
        var result = StoreStatistics()
        var days: Set<Int64?> = []
        for segment in snapshot.segments {
            result.events += segment.liveRows
            result.deleted += segment.rows - segment.liveRows
            result.rawBytes += segment.liveRawBytes
            if snapshot.isUnsealed(segment) {
                result.unsealedEvents += segment.rows
                result.include(segment)
                continue
            }
            result.storedBytes += segment.storedBytes
            result.segments += 1
            if !segment.isCompacted { result.youngSegments += 1 }
            days.insert(segment.day)
            if let name = tombstonesName(of: segment) {
                result.storedBytes += try files.openForReading(location(name)).size
            }
            if segment.liveRows > 0 { result.include(segment) }
        }
        result.partitions = days.count
        result.quarantined = manifest.quarantinedLines
        result.storedBytes += manifest.quarantine.reduce(0) { $0 + $1.storedBytes }
        result.storedBytes += try files.openForReading(location(FileNames.manifest)).size
        for number in try walFiles() where number >= manifest.wal.file {
            // It may be gone meanwhile: its events are sealed.
            let file = location(FileNames.walFile(number))
            if try files.kind(of: file) != nil { result.storedBytes += (try? files.openForReading(file).size) ?? 0 }
        }
        return result
    }

    /// Reads the footers, the dictionaries and the headers of the pages of codes.
    func columnStatistics() throws -> [ColumnStatistics] {
        var columns: [String: ColumnStatistics] = [:]
        var distinct: [String: Set<UInt64>] = [:]
        var encodings: [String: Set<String>] = [:]
        let (_, snapshot) = try snapshot()
        for segment in snapshot.segments {
            try Task.checkCancellation()
            let reader = try open(segment)
            for (index, column) in reader.metadata.columns.enumerated() {
                var result =
                    columns[column.path]
                    ?? ColumnStatistics(path: Self.displayed(column.path), kind: "\(column.kind)", encodings: [])
                var values = distinct[column.path] ?? []
                func count(_ page: DictionaryPage) { for i in 0..<page.count { values.insert(XXH64.hash(page[i])) } }
                for page in column.dictionary.pages {
                    result.dictionaryBytes += UInt64(page.page.length)
                    count(try reader.dictionaryPage(page))
                }
                for group in reader.metadata.rowGroups {
                    let chunk = group.chunks[index]
                    result.values += UInt64(chunk.present)
                    result.valueBytes += UInt64((chunk.codes?.length ?? 0) + (chunk.typed?.length ?? 0))
                    result.filterBytes += UInt64(chunk.filter?.length ?? 0)
                    for page in chunk.documents?.pages ?? [] {
                        result.dictionaryBytes += UInt64(page.page.length)
                        count(try reader.dictionaryPage(page))
                    }
                    encodings[column.path, default: []].insert(try reader.encodingName(of: chunk))
                }
                // The empty entry that holds the place of the typed code is no value.
                if column.kind.isTyped { values.remove(XXH64.hash(UnsafeRawBufferPointer(start: nil, count: 0))) }
                distinct[column.path] = values
                result.distinct = UInt64(values.count)
                columns[column.path] = result
            }
        }
        return columns.map { path, column in
            var column = column
            column.encodings = (encodings[path] ?? []).sorted()
            return column
        }.sorted { ($0.bytes, $1.path) > ($1.bytes, $0.path) }
    }

    /// A column's path in the form that queries use.
    private static func displayed(_ path: String) -> String {
        guard !path.hasPrefix("$") else { return path }
        let components = path.split(separator: "\u{1}", omittingEmptySubsequences: false).map { component in
            component == "\u{2}" ? FieldPath.Component.everyElement : .key(String(component))
        }
        return FieldPath(components).description
    }
}
