import AuditStore
import TestSupport
import Testing

/// Events of several days in one chunk: a segment a day, and the order of the input all the same.
@Suite struct PartitionTests {
    private func check(_ input: [UInt8]) async throws -> TestStore {
        let store = TestStore()
        try await store.ingest(("a", input))
        let same = areEqual(try store.events(), input)
        #expect(same)
        #expect(try store.problems().isEmpty)
        _ = try store.core.compact()
        let sameCompacted = areEqual(try store.events(), input)
        #expect(sameCompacted)
        #expect(try store.problems().isEmpty)
        return store
    }

    private func days(_ store: TestStore) throws -> [Int64?] { try store.manifest().segments.map(\.day) }

    @Test func severalDaysInTurn() async throws {
        var random = Seeds.announce(12, "days")
        let store = try await check(text((0..<200).map { SmallLogs.event($0, day: 10 + random.below(5)) }))
        #expect(Set(try days(store)).count == 5)
    }

    @Test func midnight() async throws {
        let store = try await check(
            Array(
                """
                {"stageTimestamp":"2024-06-15T23:59:59.999999Z"}
                {"stageTimestamp":"2024-06-16T00:00:00.000000Z"}
                {"stageTimestamp":"2024-06-15T23:59:59.999998Z"}
                {"stageTimestamp":"2024-06-16T01:00:00+02:00"}
                {"stageTimestamp":"1969-12-31T23:59:59.999999Z"}

                """.utf8))
        #expect(Set(try days(store)) == [-1, 19_889, 19_890])
        let segments = try store.manifest().segments
        #expect(segments.map(\.smallestTime).min() == -1)
        let first = try #require(segments.first { $0.day == 19_889 })
        #expect(
            first.largestTime == 1_718_495_999_999_999 && first.smallestTime == 1_718_492_400_000_000 && first.rows == 3
        )
    }

    /// More days than a chunk gets segments for: the rest is in the undated partition, and can be found by its range.
    @Test func moreDaysThanSegments() async throws {
        let dates = (0..<50).map { i -> [UInt8] in
            let month = i / 25 + 1
            let day = i % 25 + 1
            return Array(
                "{\"stageTimestamp\":\"2024-0\(month)-\(day < 10 ? "0" : "")\(day)T00:00:00.000000Z\",\"n\":\(i)}".utf8)
        }
        let store = try await check(text(dates + dates.reversed() + dates.prefix(10)))
        #expect(try days(store).count <= 33)
        let undated = try #require(store.manifest().segments.first { $0.day == nil })
        #expect(undated.undated == 0 && undated.smallestTime < undated.largestTime)
    }

    @Test func eventsWithoutATime() async throws {
        let store = try await check(
            text(
                (0..<60).map { i in
                    i % 3 == 0
                        ? Array("{\"i\":\(i)}".utf8)
                        : i % 3 == 1 ? Array("{\"stageTimestamp\":\"soon\",\"i\":\(i)}".utf8) : SmallLogs.event(i)
                }))
        #expect(Set(try days(store)) == [nil, 19_890])
        let undated = try #require(store.manifest().segments.first { $0.day == nil })
        #expect(undated.undated == 40 && undated.smallestTime > undated.largestTime)
    }

    @Test func impossibleTimes() async throws {
        _ = try await check(
            Array(
                """
                {"stageTimestamp":"0000-01-01T00:00:00.000000Z"}
                {"stageTimestamp":"9999-12-31T23:59:59.999999Z"}
                {"stageTimestamp":"0000-01-01T00:00:00+23:59"}
                {"stageTimestamp":"9999-12-31T23:59:59-23:59"}
                {"stageTimestamp":null}
                {"stageTimestamp":1718510400}

                """.utf8))
    }
}
