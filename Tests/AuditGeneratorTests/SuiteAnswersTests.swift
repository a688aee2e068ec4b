import AuditStore
import Foundation
import KubernetesAudit
import Testing

/// Every question of the suite finds something in a generated log.
@Suite struct SuiteAnswersTests {
    private static let events = 200_000

    private static let store = Task {
        let path = NSTemporaryDirectory() + "auditstore-generated-" + UUID().uuidString
        let store = try await AuditStore(at: path, schema: KubernetesAudit.self)
        let report = try await store.ingest(lines: Logs.bytes(events: events), name: "generated")
        #expect(report.quarantined == 0 && report.events == events)
        return (store, path)
    }

    private func rows(
        _ condition: String?, by: [String] = [], every: String? = nil, aggregates: [String] = ["count"],
        having: String? = nil
    ) async throws -> [[TextValue]] {
        try await Self.store.value.0.answer(
            TextQuery(where: condition, by: by, every: every, aggregates: aggregates, having: having)
        ).rows
    }

    private func found(_ condition: String) async throws -> Int {
        var count = 0
        try await Self.store.value.0.forEachEvent(where: condition) { _ in count += 1 }
        return count
    }

    @Test(.timeLimit(.minutes(10))) func everyQuestionHasAnAnswer() async throws {
        let (store, path) = try await Self.store.value
        defer { try? FileManager.default.removeItem(atPath: path) }
        let q1 = try await rows("responseStatus.code == 403", every: "1h")
        #expect(q1.count > 500)
        let q2 = try await rows("responseStatus.code in [401, 403]", by: ["user.username", "remoteIP"])
        #expect(q2.count > 20)
        let q3 = try await rows(
            """
            user.kind == "serviceaccount" && !["10.0.0.0/8","172.16.0.0/12","192.168.0.0/16"].exists(n, cidr(n).containsIP(remoteIP))
            """, by: ["user.username", "remoteIP"])
        #expect((5...2000).contains(q3.count))
        let q4 = try await found(
            """
            verb in ["create","update","patch","delete"] && objectRef.resource == "deployments" && objectRef.namespace == "payments-prod"
            """)
        #expect(q4 > 100)
        let q5 = try await rows(nil, by: ["userAgent", "remoteIP", "responseStatus.code"])
        #expect(q5.count > 10_000)
        let q6 = try await rows(nil, every: "1d", aggregates: ["distinct(user.username)", "distinct(remoteIP)"])
        #expect(q6.count == 396)
        let q7 = try await rows(
            nil, by: ["verb", "objectRef.resource"], aggregates: ["p50(latency)", "p95(latency)", "p99(latency)"])
        #expect(q7.count > 50)
        var identity: String?
        try store.forEachEvent(limit: 1) { line in
            identity = String(decoding: line, as: UTF8.self).split(separator: "\"auditID\":\"").last.map {
                String($0.prefix(36))
            }
        }
        let q8 = try await found("auditID == \"\(try #require(identity))\"")
        #expect((1...2).contains(q8))
        let q9 = try await found(
            """
            userAgent.contains("curl") || requestURI.matches("/namespaces/[a-z]+-prod/(secrets|configmaps)/[a-z]+-(api|web)")
            """)
        #expect((100...Self.events / 10).contains(q9))
        let q10 = try await found(#"_raw.contains("xmr-miners/xmrig")"#)
        #expect((3...12).contains(q10))
        let q11 = try await rows(
            nil, by: ["remoteIP"], aggregates: ["first(stageTimestamp)"],
            having: #"first(stageTimestamp) >= timestamp("2026-10-31T00:00:00Z")"#)
        #expect(q11.contains { if case .string(let address) = $0[0] { address.hasPrefix("192.0.2.") } else { false } })
        let q12 = try await rows(
            nil, by: ["responseStatus.code"], aggregates: ["count", "sum(latency)", "avg(latency)"])
        #expect(q12.count >= 10)
    }
}
