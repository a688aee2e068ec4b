import Foundation
import KubernetesAudit
import TestSupport
import Testing

@testable import AuditStore

/// A profile of a service account in the real sample, against counts over parsed events.
@Suite struct SubjectProfileTests {
    static let user = "system:serviceaccount:search-stage:app-reader"
    static let middle = Instant("2026-11-23T02:52:30Z")!

    @Test func agreesWithCountsOverParsedEvents() async throws {
        let all = lines(Fixture.sample).filter { String(decoding: $0, as: UTF8.self).contains(Self.user) }
            .map { String(decoding: $0, as: UTF8.self) }
        let fixture = try QueryFixture([Array(all[..<(all.count / 2)]), Array(all[(all.count / 2)...])])
        let before = Instant("2026-11-23T02:51:00Z")!..<Self.middle
        let profile = try await fixture.events.since(Self.middle).profile(of: Self.user, baseline: before, limit: 5)

        var counts: [String: [String: (now: Int, before: Int)]] = [:]
        var times: [Instant] = []
        var requests = (now: 0, before: 0, refused: 0)
        for line in all {
            let event = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            guard (event["user"] as? [String: Any])?["username"] as? String == Self.user else { continue }
            let code = (event["responseStatus"] as? [String: Any])?["code"] as? Int
            let stage = event["stage"] as? String
            guard stage == "ResponseComplete" || stage == "Panic" || stage == "ResponseStarted" && code ?? 0 >= 400
            else { continue }
            let time = try #require((event["stageTimestamp"] as? String).flatMap { Instant($0) })
            let isNow = time >= Self.middle
            func add(_ section: String, _ value: String?) {
                guard let value else { return }
                var count = counts[section, default: [:]][value] ?? (0, 0)
                if isNow { count.now += 1 } else { count.before += 1 }
                counts[section, default: [:]][value] = count
            }
            let object = event["objectRef"] as? [String: Any]
            let resource = (object?["resource"] as? String).map { resource in
                (object?["subresource"] as? String).map { "\(resource)/\($0)" } ?? resource
            }
            add("verbs", event["verb"] as? String)
            add("resources", resource)
            add("namespaces", object?["namespace"] as? String)
            add("addresses", (event["sourceIPs"] as? [String])?.last)
            add("userAgents", event["userAgent"] as? String)
            add("codes", code.map { "\($0)" })
            if code == 401 || code == 403 {
                add("refusals", [event["verb"] as? String, resource].compactMap { $0 }.joined(separator: " "))
            }
            if isNow {
                times.append(time)
                requests.now += 1
                if code == 401 || code == 403 { requests.refused += 1 }
            } else {
                requests.before += 1
            }
        }
        #expect(requests.now > 20 && requests.before > 20)
        #expect(profile.requests == requests.now && profile.baselineRequests == requests.before)
        #expect(profile.refusedRequests == requests.refused)
        #expect(profile.firstTime == times.min() && profile.lastTime == times.max())
        let sections = [
            "verbs": profile.verbs, "resources": profile.resources, "namespaces": profile.namespaces,
            "addresses": profile.addresses, "userAgents": profile.userAgents, "codes": profile.codes,
            "refusals": profile.refusals,
        ]
        for (name, section) in sections {
            let expected = (counts[name] ?? [:]).filter { $0.value.now > 0 }
            #expect(section.distinct == expected.count, "\(name)")
            #expect(section.values.count == min(5, expected.count), "\(name)")
            #expect(
                section.values.map(\.count) == expected.map(\.value.now).sorted(by: >).prefix(5).map { $0 }, "\(name)")
            for value in section.values {
                #expect(value.count == expected[value.value]?.now, "\(name) \(value)")
                #expect(value.baselineCount == expected[value.value]?.before, "\(name) \(value)")
                #expect(value.isNew == (expected[value.value]?.before == 0), "\(name) \(value)")
            }
        }
        #expect(profile.hours.values.map(\.value) == ["02"] && profile.hours.values[0].count == requests.now)
        #expect(profile.impersonated.values.isEmpty)
        let alone = try await fixture.events.since(Self.middle).threads(3).profile(of: Self.user, limit: 5)
        #expect(alone.baselineRequests == nil && alone.verbs.values.allSatisfy { $0.baselineCount == nil && !$0.isNew })
        #expect(alone.verbs.values.map(\.value) == profile.verbs.values.map(\.value))
    }

    @Test func nobody() async throws {
        let profile = try await QueryFixture([TypedQueryTests.lines]).events.profile(of: "nobody")
        #expect(profile.requests == 0 && profile.firstTime == nil && profile.verbs.distinct == 0)
    }
}
