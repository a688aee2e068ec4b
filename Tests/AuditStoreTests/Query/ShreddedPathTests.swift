import KubernetesAudit
import SegmentFormat
import TestSupport
import Testing

@testable import AuditStore

/// A path within a body gives the same answer whether it stays in the body's text or has a column of its own, on real bodies, and it is
/// the answer that parsed JSON gives.
@Suite struct ShreddedPathTests {
    /// Real events with a body, young and compacted. Their schema names paths; Kubernetes' has none at present.
    private struct Stores: Sendable {
        let lines: [String]
        let young: Snapshot
        let compacted: Snapshot
    }

    private static let stores = Task {
        let lines = TestSupport.lines(Fixture.sample).map { String(decoding: $0, as: UTF8.self) }
            .filter { $0.utf8.count < 20_000 && $0.contains("\"requestObject\":") }.prefix(2_000)
        let store = TestStore()
        try await store.ingest(("log", Array(lines.map { $0 + "\n" }.joined().utf8)))
        let young = try store.directory.snapshot().1
        // Opened before compaction removes its files.
        for segment in young.segments { _ = try young.reader(segment) }
        _ = try store.core.compact()
        return Stores(lines: Array(lines), young: young, compacted: try store.directory.snapshot().1)
    }

    private static func hasColumn(_ path: String, _ snapshot: Snapshot) throws -> Bool {
        let name = path.split(separator: ".").joined(separator: "\u{1}")
        return try snapshot.segments.contains { try snapshot.reader($0).column(path: name) != nil }
    }

    @Test(
        arguments: [
            ("requestObject.spec.replicas", true), ("responseObject.spec.replicas", true),
            ("requestObject.metadata.labels.app", true), ("requestObject.kind", false),
            ("requestObject.metadata.name", false),
            ("responseObject.status.readyReplicas", false), ("responseObject.metadata.generation", false),
        ])
    func columnAndTextAgree(path: String, isShredded: Bool) async throws {
        let stores = try await Self.stores.value
        #expect(try !Self.hasColumn(path, stores.young))
        #expect(try Self.hasColumn(path, stores.compacted) == isShredded)
        let reference = try ReferenceStore(stores.lines)
        let present = reference.groups([path], where: .has(path))
        #expect(!present.isEmpty)
        let some = try #require(present.keys.compactMap { $0[0] }.max())
        for condition in [ReferenceCondition.has(path), .compare(path, "==", some), .compare(path, "<", some)] {
            let expected = reference.groups([path], where: condition)
            let question = TextQuery(where: condition.text, by: [path])
            for snapshot in [stores.young, stores.compacted] {
                let result = try await question.run(
                    on: snapshot, schema: KubernetesAudit.description, now: QueryFixture.now)
                var found: [[ReferenceValue?]: Int] = [:]
                for row in result.rows {
                    guard case .int(let count) = row[1] else { continue }
                    found[[ReferenceValue(row[0])]] = Int(count)
                }
                #expect(found == expected)
            }
        }
    }
}

extension ReferenceValue {
    /// nil for null.
    fileprivate init?(_ value: TextValue) {
        switch value {
        case .string(let text): self = .text(text)
        case .int(let number): self = .number(Double(number))
        case .double(let number): self = .number(number)
        default: return nil
        }
    }
}
