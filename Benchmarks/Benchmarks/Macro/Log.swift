import AuditStore
import Benchmark
import Foundation
import KubernetesAudit
import QuerySuite

/// A log, and a compacted store of it, which is made when it is needed first.
final class Log: Sendable {
    private let path: String
    private let prepared: Task<(events: EventQuery<KubernetesAudit>, about: About), any Error>

    /// What the questions ask for: taken from the log, so that they find something.
    private struct About: Sendable {
        var auditID: String
        var namespace: String
        var first: Instant
        var last: Instant
    }

    init(path: String) {
        self.path = path
        prepared = Task {
            let directory = Log.newDirectory()
            Cleaning.remove(directory)
            let store = try await AuditStore(at: directory, schema: KubernetesAudit.self)
            try await store.ingest(files: [path])
            try await store.compact()
            let events = try store.events
            let (first, last) = try await events.aggregate(.min(\.stageTime), .max(\.stageTime))
            let namespaces =
                try await events
                .where { $0.object.resource == "deployments" && $0.verb.isIn(["create", "update", "patch", "delete"]) }
                .group { $0.object.namespace }.aggregate(.count).top(1)
            let some = try await events.newestFirst(limit: 1).collect().first
            guard let first, let last, let id = some?.auditID else {
                throw Misuse(description: "\(path) has no events with times")
            }
            return (events, About(auditID: id, namespace: namespaces.first?.key ?? "default", first: first, last: last))
        }
    }

    private static func newDirectory() -> String {
        NSTemporaryDirectory() + "auditstore-benchmark-" + UUID().uuidString
    }

    func load(_ benchmark: Benchmark, threads: Int) async throws {
        let directory = Self.newDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = try await AuditStore(at: directory, schema: KubernetesAudit.self)
        var options = IngestOptions()
        options.threads = threads
        benchmark.startMeasurement()
        blackHole(try await store.ingest(files: [path], options: options).events)
        benchmark.stopMeasurement()
    }

    func suite(_ query: String) async throws -> Suite {
        let (events, about) = try await prepared.value
        let question = Question(
            query, threads: 1, namespace: about.namespace, since: "\(about.first)", until: "\(about.last)",
            auditID: about.auditID,
            lastDay: "\(about.last - .seconds(86_400))")
        return Suite(events: events.threads(1), question: question)
    }
}

/// Removes directories when the process ends: until then somebody reads in them.
enum Cleaning {
    private static let lock = NSLock()
    nonisolated(unsafe) private static var directories: [String] = []
    private static let atExit: Void = {
        atexit {
            for directory in Cleaning.directories { try? FileManager.default.removeItem(atPath: directory) }
        }
    }()

    static func remove(_ directory: String) {
        _ = atExit
        lock.withLock { directories.append(directory) }
    }
}
