import AuditStore
import KubernetesAudit
import TestSupport
import Testing

/// A store that version 1 wrote, compacted and young segments and a quarantined line: later versions read it for ever.
@Suite struct GoldenTests {
    @Test func versionOneIsRead() async throws {
        let store = try await AuditStore(at: Fixture.path("golden-v1/store"), schema: KubernetesAudit.self)
        var text: [UInt8] = []
        try store.forEachEvent {
            text.append(contentsOf: $0)
            text.append(0x0a)
        }
        #expect(text == Fixture.log("golden-v1/events"))

        let report = try await store.verify()
        #expect(report.problems.map(\.description) == [])
        #expect(report.events == 450)
        let figures = try store.statistics
        #expect(figures.segments == 2 && figures.youngSegments == 1 && figures.quarantined == 1)

        var quarantined: [String] = []
        try store.core.directory.forEachQuarantined { bytes, line in
            quarantined.append(
                "\(line.input):\(line.offset): \(line.reason): \(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(quarantined == ["g2.ndjson:268236: not a JSON object: not an event"])
        let refused = try await store.answer(TextQuery(where: "responseStatus.code == 403"))
        #expect(refused.rows == [[.int(18)]])
        let clusters = try await store.answer(TextQuery(by: ["cluster"]))
        #expect(clusters.rows == [[.string("golden"), .int(350)], [.null, .int(100)]])
    }
}
