import AuditStore
import SegmentFormat
import TestSupport

@testable import AuditStore
@testable import KubernetesAudit

/// A tail of simulated logs into a store in memory, which can be killed at any moment.
struct TailFixture {
    static let log = "/logs/audit.log"
    let logs = SimulatedLogs()
    private(set) var files = MemoryFileSystem()
    private(set) var store: TestStore
    private(set) var writer: StreamWriter
    private(set) var engine: TailEngine
    private let paths: [String]
    var options = TailOptions()

    init(paths: [String] = ["/logs"], options: TailOptions = TailOptions()) async throws {
        self.paths = paths
        self.options = options
        store = TestStore(files)
        writer = try await store.core.writer(.still)
        engine = TailEngine(core: store.core, writer: writer, paths: paths, files: logs, options: options)
    }

    /// Begins anew on what a kill, or worse, has left.
    mutating func restart(on left: MemoryFileSystem? = nil) async throws {
        files = left ?? files.afterKill()
        store = TestStore(files)
        writer = try await store.core.writer(.still)
        engine = TailEngine(core: store.core, writer: writer, paths: paths, files: logs, options: options)
    }

    @discardableResult
    func look(atNames: Bool = true) async throws -> TailStatus { try await engine.look(atNames: atNames).status }

    /// Time enough for all that is waited for.
    func settle() async throws {
        for _ in 0..<3 {
            try await look()
            logs.wait(seconds: 6)
        }
        try await look()
    }

    /// The events of the store, in the order they came.
    func events() throws -> [String] {
        lines(try store.events()).map { String(decoding: $0, as: UTF8.self) }.filter { !$0.isEmpty }
    }

    func quarantined() async throws -> [String] {
        try await writer.seal()
        return try store.quarantined().map { String(decoding: $0.line, as: UTF8.self) }
    }
}

/// Lines of a log, of which each is unlike all others.
func logLines(_ range: Range<Int>) -> [UInt8] { text(range.map { streamed($0) }) }

func logTexts(_ range: Range<Int>) -> [String] { range.map { String(decoding: streamed($0), as: UTF8.self) } }
