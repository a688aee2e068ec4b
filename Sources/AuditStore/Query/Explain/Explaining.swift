import SegmentFormat

extension EventScan {
    /// Executes a query over these events and tells what it did.
    func explaining(_ execute: (EventScan) async throws -> Void) async throws -> QueryExplanation {
        let recorder = ScanRecorder()
        var scan = self
        scan.options.recorder = recorder
        return try await recorder.explanation { try await execute(scan) }
    }
}

extension ScanRecorder {
    /// - Parameter execute: a query with this recorder in its options.
    func explanation(of execute: () async throws -> Void) async throws -> QueryExplanation {
        let counters = ReadCounters()
        let clock = ContinuousClock()
        let start = clock.now
        try await ReadCounters.$current.withValue(counters) { try await execute() }
        let time = clock.now - start
        let counts = counts
        return QueryExplanation(
            partitions: counts.partitions, partitionsPrunedByTime: counts.partitionsPrunedByTime,
            segments: counts.segments, segmentsPrunedByTime: counts.segmentsPrunedByTime,
            segmentsPrunedByDictionary: counts.segmentsPrunedByDictionary,
            segmentsPrunedByLimit: counts.segmentsPrunedByLimit, rowGroups: counts.rowGroups,
            rowGroupsPrunedByZoneMap: counts.rowGroupsPrunedByZoneMap,
            rowGroupsPrunedByDictionary: counts.rowGroupsPrunedByDictionary,
            rowGroupsPrunedByFilter: counts.rowGroupsPrunedByFilter,
            rowGroupsPrunedByLimit: counts.rowGroupsPrunedByLimit,
            rowGroupsMatchingWholly: counts.rowGroupsMatchingWholly, rows: counts.rows,
            rowsScanned: counts.rowsScanned, rowsMatched: counts.rowsMatched, groups: groups, passes: passes,
            pagesDecoded: counters.pagesDecoded, bytesRead: counters.bytesRead, time: time)
    }
}

extension EventQuery {
    /// Executes the query as ``forEachEvent(order:limit:_:)`` does, drops the events, and tells what it took.
    public func explain(order: EventOrder = .ingest, limit: Int? = nil) async throws -> QueryExplanation {
        try await scan.explaining { try $0.forEachEvent(order: order, limit: limit) { _ in } }
    }
}

extension AggregateQuery {
    /// Executes the group-by, drops the groups, and tells what it took.
    public func explain() async throws -> QueryExplanation {
        try await scan.explaining { _ = try await $0.aggregate(plan) }
    }
}

extension AuditStore {
    /// Executes a question in the text form, drops the answer, and tells what it took.
    ///
    /// - Throws: as ``answer(_:options:)``.
    public func explain(_ query: TextQuery, options: QueryOptions = QueryOptions()) async throws -> QueryExplanation {
        let recorder = ScanRecorder()
        var options = options
        options.recorder = recorder
        return try await recorder.explanation { _ = try await answer(query, options: options) }
    }

    /// Executes a question for events in the text form, drops the events, and tells what it took.
    ///
    /// - Throws: as ``forEachEvent(where:since:until:order:limit:options:_:)``.
    public func explainEvents(
        where condition: String? = nil, since: String? = nil, until: String? = nil, order: EventOrder = .ingest,
        limit: Int? = nil
    ) async throws -> QueryExplanation {
        let recorder = ScanRecorder()
        var options = QueryOptions()
        options.recorder = recorder
        return try await recorder.explanation {
            try forEachEvent(
                where: condition, since: since, until: until, order: order, limit: limit, options: options
            ) { _ in }
        }
    }
}
