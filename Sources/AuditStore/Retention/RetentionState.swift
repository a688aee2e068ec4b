/// What the manifest knows of how long events are kept, and of what is gone.
package struct RetentionState: Sendable, Equatable {
    /// The first one is `default`.
    package var classes: [RetentionClass] = [.standard]
    /// The rules that choose classes, as they were given; nil: all events are of the class `default`.
    package var policy: String?
    package var holds: [LegalHold] = []
    /// What was done, the oldest first.
    package private(set) var records: [RetentionRecord] = []

    package init() {}

    /// The class of a number; that of the events of a class that is gone is `default`.
    func retentionClass(_ id: UInt64) -> RetentionClass { classes.first { $0.id == id } ?? classes[0] }

    // MARK: Records

    /// The manifest is written with every commit: records that are older are added up, and the rest is bounded.
    static let recordLimit = 400
    private static let textLimit = 48 << 10

    init(decodedRecords: [RetentionRecord]) { records = decodedRecords }

    mutating func add(_ record: RetentionRecord) {
        records.append(record)
        while records.count > Self.recordLimit
            || records.count > 2 && records.reduce(0, { $0 + $1.textBytes }) > Self.textLimit
        {
            foldOldest()
        }
    }

    /// Adds the two oldest records up. What expired and what was deleted stays known in sum.
    private mutating func foldOldest() {
        var sum = RetentionRecord(.earlier, time: max(records[0].time, records[1].time))
        for record in records[..<2] {
            // What was erased had been deleted.
            if record.kind != .erased {
                sum.events = Self.sum(sum.events, record.events)
                sum.rawBytes = Self.sum(sum.rawBytes, record.rawBytes)
                sum.extend(record.times)
            }
            sum.segments = Self.sum(sum.segments, record.segments)
            sum.storedBytes = Self.sum(sum.storedBytes, record.storedBytes)
            sum.held = max(sum.held, record.held)
        }
        records.replaceSubrange(..<2, with: [sum])
    }

    /// What a manifest may say of a record; no store comes near.
    static let largestFigure: UInt64 = 1 << 54

    private static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 { min(a + b, largestFigure) }
}

extension RetentionRecord {
    fileprivate var textBytes: Int {
        [by, name, rule, reason].reduce(0) { $0 + ($1?.utf8.count ?? 0) }
    }
}

/// Bounds of texts that the manifest keeps, in bytes: it is written as a whole with every commit.
enum RetentionLimits {
    static let name = 128
    static let condition = 4096
    static let reason = 512
    static let policy = 64 << 10
    static let holds = 256
    /// Those of former rules stay, for events may have them.
    static let classes = 1024

    static func check(_ text: String?, _ what: String, atMost limit: Int) throws(AuditStoreError) {
        guard let count = text?.utf8.count, count > limit else { return }
        throw AuditStoreError(
            .limit, "\(what) is too long", expected: "at most \(limit) bytes", found: "\(count)")
    }
}
