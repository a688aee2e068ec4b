import Foundation
import KubernetesAudit
import TestSupport
import Testing

@testable import AuditStore

/// The twelve questions of the suite, asked through the typed API of real events, and answered a second time by going over the
/// parsed JSON of each.
@Suite struct QuerySuiteTests {
    private static let lines = TestSupport.lines(Fixture.sample).prefix(6_000).map {
        String(decoding: $0, as: UTF8.self)
    }
    private static let reference = Result { try lines.map(SuiteEvent.init) }
    private static let young = Task { try await RandomStores.snapshot(pieces, .young) }
    private static let compacted = Task { try await RandomStores.snapshot(pieces, .compacted) }
    private static var pieces: [[String]] { [Array(lines[..<2_000]), Array(lines[2_000...])] }

    private let parsed: [SuiteEvent]

    init() throws { parsed = try Self.reference.get() }

    private func events(isCompacted: Bool) async throws -> EventQuery<KubernetesAudit> {
        EventQuery(try await (isCompacted ? Self.compacted : Self.young).value)
    }

    /// Counts by keys, most first, equal ones by their keys upwards, where absent keys come last.
    private func counts(
        _ keys: (SuiteEvent) -> [SuiteKey], where condition: (SuiteEvent) -> Bool = { _ in true }
    ) -> [SuiteCount] {
        Dictionary(grouping: parsed.filter(condition), by: keys)
            .map { SuiteCount(keys: $0.key, count: $0.value.count) }
            .sorted { $0.count != $1.count ? $0.count > $1.count : $0.keys.lexicographicallyPrecedes($1.keys) }
    }

    @Test(arguments: [false, true]) func q1ForbiddenByHour(isCompacted: Bool) async throws {
        let rows = try await events(isCompacted: isCompacted)
            .where { $0.response.code == 403 }
            .group { $0.stageTime.bucket(.hours(1)) }
            .aggregate(.count)
            .rows()
        let hour = 3_600_000_000 as Int64
        let expected = counts({ [.number($0.time / hour * hour)] }, where: { $0.code == 403 })
        #expect(!expected.isEmpty)
        #expect(rows.map { SuiteCount(keys: [.number($0.key.microseconds)], count: $0.value) } == expected)
    }

    @Test(arguments: [false, true]) func q2RefusedByUserAndAddress(isCompacted: Bool) async throws {
        let rows = try await events(isCompacted: isCompacted)
            .where { $0.response.code.isIn([401, 403]) }
            .group { ($0.user.name.optional, $0.remoteIP.optional) }
            .aggregate(.count)
            .top(20)
        let expected = counts({ [SuiteKey($0.user), SuiteKey($0.remoteIP)] }, where: { [401, 403].contains($0.code) })
        #expect(expected.count > 20)
        #expect(rows.map { SuiteCount($0.key.0, $0.key.1, $0.value) } == Array(expected.prefix(20)))
    }

    @Test(arguments: [false, true]) func q3ServiceAccountsFromOutside(isCompacted: Bool) async throws {
        let privateNetworks: [IPNetwork] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
        let rows = try await events(isCompacted: isCompacted)
            .where { $0.user.kind == .serviceAccount && !$0.remoteIP.isContained(in: privateNetworks) }
            .group { ($0.user.name.optional, $0.remoteIP.optional) }
            .aggregate(.count)
            .top(.max)
        let expected = counts(
            { [SuiteKey($0.user), SuiteKey($0.remoteIP)] },
            where: { $0.user?.hasPrefix("system:serviceaccount:") == true && !$0.isFromPrivateNetwork })
        #expect(expected.count > 20)
        #expect(rows.map { SuiteCount($0.key.0, $0.key.1, $0.value) } == expected)
    }

    @Test(arguments: [false, true]) func q4NewestChangesOfDeployments(isCompacted: Bool) async throws {
        let verbs = ["create", "update", "patch", "delete"]
        let changes = parsed.filter { $0.resource == "deployments" && verbs.contains($0.verb ?? "") }
        let busiest = Dictionary(grouping: changes, by: \.namespace).max { $0.value.count < $1.value.count }
        let namespace = try #require(busiest?.key)
        // An hour that begins amid the changes, so that it leaves some out.
        let times = changes.filter { $0.namespace == namespace }.map(\.time).sorted()
        let start = times[times.count / 4]
        let end = start + 3_600_000_000
        let matching = changes.filter { $0.namespace == namespace && $0.time >= start && $0.time < end }
        let expected = matching.enumerated()
            .sorted { ($0.element.time, $0.offset) > ($1.element.time, $1.offset) }
            .prefix(100).map(\.element.text)
        #expect(expected.count > 5 && matching.count < times.count)
        let found = try await events(isCompacted: isCompacted)
            .during(Instant(microseconds: start)..<Instant(microseconds: end))
            .where {
                $0.verb.isIn(verbs) && $0.object.resource == "deployments" && $0.object.namespace == namespace
            }
            .events(order: .newest, limit: 100)
        #expect(found.map(\.text) == expected)
    }

    @Test(arguments: [false, true]) func q5ByAgentAddressAndCode(isCompacted: Bool) async throws {
        let rows = try await events(isCompacted: isCompacted)
            .group { ($0.userAgent.optional, $0.remoteIP.optional, $0.response.code.optional) }
            .aggregate(.count)
            .top(100)
        let expected = counts({ [SuiteKey($0.userAgent), SuiteKey($0.remoteIP), SuiteKey($0.code)] })
        #expect(expected.count > 100)
        let found = rows.map {
            SuiteCount(
                keys: [SuiteKey($0.key.0), SuiteKey($0.key.1.map { "\($0)" }), SuiteKey($0.key.2)], count: $0.value)
        }
        #expect(found == Array(expected.prefix(100)))
    }

    @Test(arguments: [false, true]) func q6DistinctUsersAndAddressesByDay(isCompacted: Bool) async throws {
        let rows = try await events(isCompacted: isCompacted)
            .group { $0.stageTime.bucket(.days(1)) }
            .aggregate(.distinct(\.user.name), .distinct(\.remoteIP))
            .rows()
        let day = 86_400_000_000 as Int64
        let expected = Dictionary(grouping: parsed) { $0.time / day * day }
        #expect(rows.map(\.key.microseconds) == expected.keys.sorted())
        for (time, (users, addresses)) in rows {
            let inDay = try #require(expected[time.microseconds])
            #expect(users == Set(inDay.compactMap(\.user)).count)
            #expect(addresses == Set(inDay.compactMap(\.remoteIP)).count)
        }
    }

    @Test(arguments: [false, true]) func q7LatencyByVerbAndResource(isCompacted: Bool) async throws {
        let rows = try await events(isCompacted: isCompacted)
            .group { ($0.verb.optional, $0.object.resource.optional) }
            .aggregate(.quantile(0.5, of: \.latency), .quantile(0.95, of: \.latency), .quantile(0.99, of: \.latency))
            .rows()
        let expected = Dictionary(grouping: parsed) { [SuiteKey($0.verb), SuiteKey($0.resource)] }
        #expect(rows.count == expected.count)
        for ((verb, resource), (p50, p95, p99)) in rows {
            let latencies = try #require(expected[[SuiteKey(verb), SuiteKey(resource)]]).compactMap(\.latency).sorted()
            // Nearest rank: the smallest value whose rank is at least q·n; in whole numbers, so that nothing is rounded.
            let ranked = [50, 95, 99].map { latencies.isEmpty ? nil : latencies[(latencies.count * $0 + 99) / 100 - 1] }
            #expect([p50, p95, p99] == ranked.map { $0.map { .microseconds($0) } })
        }
    }

    @Test(arguments: [false, true]) func q8OneAuditID(isCompacted: Bool) async throws {
        let wanted = try #require(parsed[4_321].auditID)
        let found = try await events(isCompacted: isCompacted).where { $0.auditID == wanted }.events()
        let expected = parsed.filter { $0.auditID == wanted }.map(\.text)
        #expect(found.map(\.text) == expected)
    }

    /// The pattern of the suite matches nothing in these events, so a second one that does is tried, too.
    @Test(
        arguments: [false, true],
        [
            "/namespaces/[a-z]+-prod/(secrets|configmaps)/[a-z]+-(api|web)",
            "/namespaces/[a-z]+-prod/(secrets|configmaps)/([a-z]+-)?state",
        ]) func q9CurlAndSecretsByPath(isCompacted: Bool, pattern: String) async throws
    {
        let count = try await events(isCompacted: isCompacted)
            .where { try $0.userAgent.contains("curl") || $0.requestURI.matches(pattern) }
            .count()
        let curl = parsed.filter { $0.userAgent?.contains("curl") == true }
        let byPath = parsed.filter { $0.requestURI?.range(of: pattern, options: .regularExpression) != nil }
        #expect(!curl.isEmpty && byPath.isEmpty == pattern.hasSuffix("-(api|web)"))
        #expect(count == Set(curl.map(\.text)).union(byPath.map(\.text)).count)
    }

    /// The text of the suite is in none of these events; the other is in one or a few, within a body.
    @Test(arguments: [false, true], ["xmr-miners/xmrig", "payments/UPPER:v1.41.13"])
    func q10RareTextAnywhere(isCompacted: Bool, rareText: String) async throws {
        let found = try await events(isCompacted: isCompacted).where { $0.raw.contains(rareText) }.events()
        let expected = parsed.map(\.text).filter { $0.contains(rareText) }
        #expect(expected.isEmpty == rareText.hasPrefix("xmr") && expected.count < 10)
        #expect(found.map(\.text) == expected)
    }

    @Test(arguments: [false, true]) func q11AddressesFirstSeenLately(isCompacted: Bool) async throws {
        let firsts = Dictionary(grouping: parsed.filter { $0.remoteIP != nil }) { $0.remoteIP! }
            .mapValues { $0.map(\.time).min()! }
        let latest = try #require(parsed.map(\.time).max())
        // A day before the last event is before the first one; half a minute keeps some addresses only.
        for (ago, keepsAll) in [(86_400_000_000 as Int64, true), (30_000_000, false)] {
            let since = Instant(microseconds: latest - ago)
            let rows = try await events(isCompacted: isCompacted)
                .group { $0.remoteIP }
                .aggregate(.first(\.stageTime))
                .having { row in row.value.map { $0 >= since } ?? false }
                .rows()
            let expected = firsts.filter { $0.value >= since.microseconds }
            #expect(!expected.isEmpty && (expected.count == firsts.count) == keepsAll)
            let found = rows.map { ("\($0.key)", $0.value?.microseconds) }
            #expect(Dictionary(uniqueKeysWithValues: found) == expected)
        }
    }

    @Test(arguments: [false, true]) func q12LatencyByCode(isCompacted: Bool) async throws {
        let rows = try await events(isCompacted: isCompacted)
            .group { $0.response.code.optional }
            .aggregate(.count, .sum(\.latency), .average(\.latency))
            .rows()
        let expected = Dictionary(grouping: parsed, by: \.code)
        #expect(rows.count == expected.count && rows.count > 3)
        for (code, (count, sum, average)) in rows {
            let group = try #require(expected[code])
            let latencies = group.compactMap(\.latency)
            #expect(count == group.count)
            #expect(sum == (latencies.isEmpty ? nil : .microseconds(latencies.reduce(0, +))))
            if let average {
                let mean = Double(latencies.reduce(0, +)) / Double(latencies.count) / 1e6
                #expect(abs(average - mean) <= 1e-12 * abs(mean))
            } else {
                #expect(latencies.isEmpty)
            }
        }
    }
}
