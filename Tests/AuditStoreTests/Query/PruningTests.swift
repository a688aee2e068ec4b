import KubernetesAudit
import Testing

@testable import AuditStore

/// What `explain` says that was left out, on stores whose contents are known.
@Suite struct PruningTests {
    private static func line(day: Int, second: Int, verb: String = "get", extra: String = "") -> String {
        let id = String(repeating: "0", count: 8 - String(day * 1000 + second).count) + "\(day * 1000 + second)"
        let time = "2024-06-\(day < 10 ? "0" : "")\(day)T10:00:\(second < 10 ? "0" : "")\(second).000000Z"
        return "{\"auditID\":\"\(id)-0000-4000-8000-000000000000\",\"verb\":\"\(verb)\",\"n\":\(day)\(extra),"
            + "\"requestReceivedTimestamp\":\"\(time)\",\"stageTimestamp\":\"\(time)\"}"
    }

    /// Five segments, each of one day with ten events.
    private static func fixture() throws -> QueryFixture {
        try QueryFixture(
            (1...5).map { day in (0..<10).map { line(day: day, second: $0, verb: day == 3 ? "delete" : "get") } })
    }

    private func explain(_ fixture: QueryFixture, _ condition: String) async throws -> QueryExplanation {
        let recorder = ScanRecorder()
        return try await recorder.explanation {
            var options = QueryOptions()
            options.recorder = recorder
            _ = try await TextQuery(where: condition, threads: 2).run(
                on: fixture.snapshot, schema: KubernetesAudit.description, now: QueryFixture.now, options: options)
        }
    }

    @Test func everythingIsScannedWithoutACondition() async throws {
        let explanation = try await explain(Self.fixture(), "true")
        #expect(explanation.segments == 5)
        #expect(explanation.rowGroups == 5)
        #expect(explanation.rowGroupsMatchingWholly == 5)
        #expect(explanation.rows == 50)
        #expect(explanation.rowsScanned == 50)
        #expect(explanation.rowsMatched == 50)
        #expect(explanation.groups == 1)
        #expect(explanation.passes == 1)
    }

    @Test func timesInTheConditionPruneSegmentsUnopened() async throws {
        let fixture = try Self.fixture()
        let day =
            "stageTimestamp >= timestamp('2024-06-02T00:00:00Z') && stageTimestamp < timestamp('2024-06-03T00:00:00Z')"
        let explanation = try await explain(fixture, day)
        #expect(explanation.segmentsPrunedByTime == 4)
        #expect(explanation.rowGroups == 1)
        #expect(explanation.rowGroupsMatchingWholly == 1)
        #expect(explanation.rowsMatched == 10)
        // Either of two days, and none at all.
        let either = try await explain(fixture, "(\(day)) || stageTimestamp > timestamp('2024-06-04T12:00:00Z')")
        #expect(either.rowsMatched == 20)
        #expect(either.segmentsPrunedByTime == 1)
        let none = try await explain(fixture, "(\(day)) && stageTimestamp > timestamp('2024-06-04T12:00:00Z')")
        #expect(none.segmentsPrunedByTime == 5)
        #expect(none.rowsMatched == 0)
        #expect(none.bytesRead == 0)
    }

    @Test func aDictionaryWithoutTheValuePrunesTheSegment() async throws {
        let explanation = try await explain(Self.fixture(), "verb == 'delete'")
        #expect(explanation.segmentsPrunedByDictionary == 4)
        #expect(explanation.rowGroups == 1)
        #expect(explanation.rowsMatched == 10)
        let absent = try await explain(Self.fixture(), "objectRef.resource == 'pods'")
        #expect(absent.segmentsPrunedByDictionary == 5)
    }

    @Test func filtersOfIdentitiesPruneRowGroups() async throws {
        let explanation = try await explain(
            Self.fixture(), "auditID == '00003007-0000-4000-8000-000000000000'")
        #expect(explanation.rowsMatched == 1)
        // A filter may let a row group through that has no such value, though seldom one of so few.
        #expect(explanation.rowGroupsPrunedByFilter >= 3)
        #expect(explanation.rowGroupsPrunedByFilter + explanation.rowsScanned / 10 == 5)
    }

    @Test func rangesOfLatencyPruneRowGroups() async throws {
        let explanation = try await explain(Self.fixture(), "latency > duration('5m')")
        // The times of a segment are within ten seconds.
        #expect(explanation.rowGroupsPrunedByZoneMap == 5)
        #expect(explanation.rowsScanned == 0)
        let some = try await explain(Self.fixture(), "latency >= duration('0s')")
        #expect(some.rowsMatched == 50)
    }

    @Test func aLimitPrunesWhatComesLater() async throws {
        let fixture = try Self.fixture()
        let recorder = ScanRecorder()
        let explanation = try await recorder.explanation {
            var scan = fixture.events.scan
            scan.options.recorder = recorder
            try scan.forEachEvent(order: .newest, limit: 5) { _ in }
        }
        #expect(explanation.segmentsPrunedByLimit == 4)
        #expect(explanation.rowsScanned == 10)
    }

    @Test func typedQueriesExplainThemselves() async throws {
        let fixture = try Self.fixture()
        let explanation = try await fixture.events.where { $0.verb == "delete" }.group { $0.verb }.aggregate(.count)
            .explain()
        #expect(explanation.groups == 1)
        #expect(explanation.segmentsPrunedByDictionary == 4)
        #expect(explanation.pagesDecoded > 0)
        let events = try await fixture.events.where { $0.verb == "delete" }.explain()
        #expect(events.rowsMatched == 10)
    }
}
