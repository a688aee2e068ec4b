import Synchronization

/// What a scan looked at, and what it left out at each level, and why.
package struct ScanCounts: Sendable, Hashable {
    package var partitions = 0
    package var partitionsPrunedByTime = 0
    package var segments = 0
    /// Left out by what the manifest says; their files are not opened.
    package var segmentsPrunedByTime = 0
    /// No value of a dictionary passes, or there is no such column.
    package var segmentsPrunedByDictionary = 0
    /// Not needed any more: all events that the limit allows come before any of theirs.
    package var segmentsPrunedByLimit = 0
    /// Row groups of segments that were not left out.
    package var rowGroups = 0
    package var rowGroupsPrunedByZoneMap = 0
    package var rowGroupsPrunedByDictionary = 0
    package var rowGroupsPrunedByFilter = 0
    package var rowGroupsPrunedByLimit = 0
    /// All rows match, as zone maps and dictionaries tell.
    package var rowGroupsMatchingWholly = 0
    package var rows = 0
    /// Rows of row groups that were not left out.
    package var rowsScanned = 0
    package var rowsMatched = 0

    package init() {}

    /// - Parameter segments: those that times do not rule out.
    init(of segments: [SegmentDescription], among all: [SegmentDescription]) {
        self.segments = all.count
        segmentsPrunedByTime = all.count - segments.count
        partitions = Set(all.map(\.day)).count
        partitionsPrunedByTime = partitions - Set(segments.map(\.day)).count
        rows = all.reduce(0) { $0 + Int($1.liveRows) }
    }

    /// Adds what a worker counted.
    package mutating func add(_ other: ScanCounts) {
        segmentsPrunedByDictionary += other.segmentsPrunedByDictionary
        segmentsPrunedByLimit += other.segmentsPrunedByLimit
        rowGroups += other.rowGroups
        rowGroupsPrunedByZoneMap += other.rowGroupsPrunedByZoneMap
        rowGroupsPrunedByDictionary += other.rowGroupsPrunedByDictionary
        rowGroupsPrunedByFilter += other.rowGroupsPrunedByFilter
        rowGroupsPrunedByLimit += other.rowGroupsPrunedByLimit
        rowGroupsMatchingWholly += other.rowGroupsMatchingWholly
        rowsScanned += other.rowsScanned
        rowsMatched += other.rowsMatched
    }
}

/// Collects what a query did, for `explain`.
package final class ScanRecorder: Sendable {
    private struct State {
        var counts = ScanCounts()
        var passes = 0
        var groups: Int?
    }
    private let state = Mutex(State())

    package init() {}

    func record(_ counts: ScanCounts, passes: Int = 1, groups: Int? = nil) {
        state.withLock { $0 = State(counts: counts, passes: passes, groups: groups) }
    }

    package var counts: ScanCounts { state.withLock { $0.counts } }
    package var passes: Int { state.withLock { $0.passes } }
    package var groups: Int? { state.withLock { $0.groups } }
}
