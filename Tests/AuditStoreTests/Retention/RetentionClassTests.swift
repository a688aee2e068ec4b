import KubernetesAudit
import SegmentFormat
import Shredding
import TestSupport
import Testing

@testable import AuditStore

/// Classes that rules choose at ingest: segments of one class, and the order of the events across them.
@Suite struct RetentionClassTests {
    private static let policy = """
        apiVersion: audit.k8s.io/v1
        kind: Policy
        rules:
        - users: [user-1]
          months: 1
        - users: [user-2]
          retain: for ever
        """

    private static let realPolicy = """
        apiVersion: audit.k8s.io/v1
        kind: Policy
        rules:
        - verbs: [get, list, watch]
          months: 1
        - resources: [{group: "", resources: [secrets, configmaps, serviceaccounts/token]}]
          retain: for ever
        - userGroups: ["system:nodes"]
          months: 3
        """

    private static func store(_ files: MemoryFileSystem = MemoryFileSystem()) throws -> TestStore {
        let store = TestStore(files, schema: KubernetesAudit.description)
        try store.directory.lockForWriting(schema: store.core.schema.name).unlock()
        return store
    }

    @Test func realEvents() async throws {
        let store = try Self.store()
        let log = SmallLogs.real(4000)
        try await store.ingest(("before", Array(text(lines(log).prefix(100)))))
        _ = try store.core.setPolicy(Self.realPolicy, by: "anna", dryRun: false)
        let rest = text(lines(log).dropFirst(100))
        try await store.ingest(("after", rest), threads: 2)
        #expect(try ExpiryTests.lines(store) == log)
        let young = try store.manifest()
        #expect(Set(young.segments.map(\.retentionClass)) == [0, 1, 2, 3])
        #expect(young.retention.classes.map(\.name) == ["default", "1 month", "for ever", "3 months"])
        #expect(try store.problems().isEmpty)

        _ = try store.core.compact()
        #expect(try ExpiryTests.lines(store) == log)
        let compacted = try store.manifest()
        #expect(compacted.segments.count == 4 && compacted.segments.allSatisfy(\.isCompacted))
        #expect(try store.problems().isEmpty)
        // Each event is where the rules say.
        let snapshot = try store.core.snapshot()
        for segment in snapshot.segments {
            let events = try snapshot.reader(segment).events()
            for line in lines(events).prefix(500) where segment.retentionClass == 1 {
                let text = String(decoding: line, as: UTF8.self)
                #expect(["get", "list", "watch"].contains { text.contains("\"verb\":\"\($0)\"") })
            }
        }
    }

    /// Byte for byte in the order they came, also where days, classes and loads are mixed.
    @Test func theOrderHolds() async throws {
        let store = try Self.store()
        _ = try store.core.setPolicy(Self.policy, by: nil, dryRun: false)
        let events = (0..<300).map { SmallLogs.event($0, day: 16 + $0 / 7 % 3) } + [Array("{\"a\":1}".utf8)]
        try await store.ingest(("a", text(events)))
        #expect(try ExpiryTests.lines(store) == text(events))
        #expect(try store.manifest().segments.count == 10)
        try await store.ingest(("b", SmallLogs.events(300..<400)))
        _ = try store.core.compact()
        #expect(try ExpiryTests.lines(store) == text(events) + SmallLogs.events(300..<400))
        #expect(try store.manifest().segments.count == 10)
        #expect(try store.problems().isEmpty)
    }

    @Test func classesExpireByTheirMonths() async throws {
        let files = ExpiryTests.files(at: "2024-06-20")
        let store = try Self.store(files)
        _ = try store.core.setPolicy(Self.policy, by: nil, dryRun: false)
        try await store.ingest(("a", SmallLogs.events(0..<60)))
        func left() throws -> Set<String> {
            Set(
                lines(try ExpiryTests.lines(store)).map { line in
                    String(decoding: line, as: UTF8.self).split(separator: "user-")[1].prefix(1).description
                })
        }
        files.wait(microseconds: Instant("2024-07-17")!.microseconds - files.now)
        let first = try store.core.retain(dryRun: false, force: true, by: nil)
        #expect(first.partitions.map(\.retentionClass.name) == ["1 month"] && first.events == 20)
        #expect(try left() == ["0", "2"])
        files.wait(microseconds: Instant("2030-01-01")!.microseconds - files.now)
        #expect(try store.core.retain(dryRun: false, force: true, by: nil).events == 20)
        #expect(try left() == ["2"])
        // A class that new rules name again gets their months, for what is there, too.
        _ = try store.core.setPolicy(
            Self.policy.replacing("retain: for ever", with: "class: for ever\n  months: 12"),
            by: nil, dryRun: false)
        #expect(try store.core.retain(dryRun: false, force: true, by: nil).events == 20)
        #expect(try store.core.statistics().events == 0)
    }

    @Test func streams() async throws {
        let store = try Self.store()
        _ = try store.core.setPolicy(Self.policy, by: nil, dryRun: false)
        let writer = try await store.core.writer(.still)
        for i in 0..<70 { try await writer.append(streamed(i)) }
        try await writer.seal()
        #expect(Set(try store.manifest().segments.map(\.retentionClass)) == [0, 1, 2])
        // Rules that are set while a stream is open are those of its next seal.
        _ = try store.core.setPolicy(nil, by: nil, dryRun: false)
        for i in 70..<90 { try await writer.append(streamed(i)) }
        try await writer.close()
        #expect(try store.manifest().segments.last?.retentionClass == 0)
        #expect(try store.manifest().segments.last?.rows == 20)
        #expect(try ExpiryTests.lines(store) == text((0..<90).map { streamed($0) }))
    }

    /// Classes stay when their rules go, so there is a bound to them: the manifest has to stay readable.
    @Test func tooManyClasses() async throws {
        let store = try Self.store()
        var manifest = try store.manifest()
        for id in 1..<RetentionLimits.classes {
            manifest.retention.classes.append(RetentionClass(name: "class \(id)", months: 1, id: UInt64(id)))
        }
        try store.directory.replaceManifest(manifest)
        for dryRun in [true, false] {
            #expect { try store.core.setPolicy(Self.policy, by: nil, dryRun: dryRun) } throws: {
                ($0 as? AuditStoreError)?.code == .limit
            }
        }
        #expect(try store.manifest().retention.classes == manifest.retention.classes)
    }

    @Test func setting() async throws {
        let store = try Self.store()
        try await store.ingest(("a", SmallLogs.events(0..<3)))
        #expect(try store.core.setPolicy(Self.policy, by: nil, dryRun: true).count == 3)
        #expect(try store.manifest().retention.policy == nil)
        #expect { try store.core.setPolicy("rules", by: nil, dryRun: false) } throws: {
            ($0 as? AuditStoreError)?.code == .invalidArgument
        }
        #expect { try store.core.setPolicy(String(repeating: "#", count: 70_000), by: nil, dryRun: false) } throws: {
            ($0 as? AuditStoreError)?.code == .limit
        }
        _ = try store.core.setPolicy(Self.policy, by: "anna", dryRun: false)
        #expect(try store.manifest().retention.policy == Self.policy)
        let record = try #require(store.manifest().retention.records.last)
        #expect(record.kind == .policySet && record.by == "anna" && record.rule == "2 rules")
        // A schema without rules says so.
        let other = TestStore()
        try await other.ingest(("a", SmallLogs.events(0..<3)))
        #expect { try other.core.setPolicy(Self.policy, by: nil, dryRun: false) } throws: {
            ($0 as? AuditStoreError)?.code == .invalidArgument
        }
    }
}

extension String {
    fileprivate func replacing(_ text: String, with other: String) -> String {
        guard let range = self.firstRange(of: text) else { return self }
        return self[..<range.lowerBound] + other + self[range.upperBound...]
    }
}
