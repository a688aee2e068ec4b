import AuditStore
import SegmentFormat
import TestSupport
import Testing

@testable import AuditStore

/// What a writer compacts beside its stream. Work is chosen by the clock of the file system, which tests move.
@Suite struct BackgroundCompactionTests {
    private static let hour: Int64 = 3_600_000_000

    /// A disk at a time when the days of all events are over.
    private static func disk() -> MemoryFileSystem {
        let files = MemoryFileSystem()
        files.wait(microseconds: 10_000 * 24 * hour)
        return files
    }

    private static func compaction(
        _ store: TestStore, _ options: CompactionOptions = CompactionOptions(),
        isPressed: @escaping @Sendable () -> Bool = { false }
    ) throws -> BackgroundCompaction {
        BackgroundCompaction(
            core: store.core, options: options, lease: try WriterLease(store.core), isPressed: isPressed)
    }

    @Test func smallSegmentsOfAnOpenDay() async throws {
        let files = Self.disk()
        let store = TestStore(files)
        var input: [UInt8] = []
        for i in 0..<9 {
            let part = SmallLogs.events(i * 10..<i * 10 + 10)
            try await store.ingest(("\(i)", part))
            input += part
        }
        let compaction = try Self.compaction(store)
        #expect(try await compaction.step())
        #expect(try await compaction.step() == false)
        #expect(try store.manifest().segments.map(\.isCompacted) == [false])
        #expect(try store.events() == input)
        #expect(try store.problems().isEmpty)
        // The day has been over for years, and for half an hour nothing came to it.
        files.wait(microseconds: Self.hour)
        #expect(try await compaction.step())
        #expect(try store.manifest().segments.map(\.isCompacted) == [true])
        #expect(try store.events() == input)
        #expect(compaction.activity.report.merges == 2)
        #expect(compaction.activity.current == nil && compaction.activity.failure == nil)
    }

    @Test func aDayThatIsNotOverIsNotRewritten() async throws {
        let files = Self.disk()
        let store = TestStore(files)
        try await store.ingest(("a", SmallLogs.events(0..<10)))
        let compaction = try Self.compaction(store)
        let day = try #require(store.manifest().segments.first?.day)
        files.wait(microseconds: day * 24 * Self.hour - files.now)
        #expect(try await compaction.step() == false)
        files.wait(microseconds: 24 * Self.hour)
        #expect(try await compaction.step() == false)
        files.wait(microseconds: Self.hour)
        // What is late waits for what comes with it.
        try await store.ingest(("b", SmallLogs.events(10..<20)))
        #expect(try await compaction.step() == false)
        files.wait(microseconds: Self.hour)
        #expect(try await compaction.step())
        #expect(try store.manifest().segments.map(\.isCompacted) == [true])
    }

    @Test func aDamagedSegmentIsLeft() async throws {
        let files = Self.disk()
        let store = TestStore(files)
        for i in 0..<3 { try await store.ingest(("\(i)", SmallLogs.events(i * 10..<i * 10 + 10))) }
        let segment = try store.manifest().segments[1]
        let path = store.directory.location(store.directory.name(of: segment))
        var bytes = try #require(files.file(path))
        bytes[60] ^= 0xff
        files.put(bytes, at: path)
        let compaction = try Self.compaction(store)
        #expect(try await compaction.step() == false)
        files.wait(microseconds: Self.hour)
        while try await compaction.step() {}
        #expect(compaction.activity.report.failures.map(\.file) == [path])
        #expect(try store.manifest().segments.map(\.isCompacted) == [true, false, true])
        #expect(try store.manifest().segments[1] == segment)
    }

    /// Every call of the file system fails in turn, or the process dies at it: no event is lost, and later all is merged.
    @Test(arguments: [false, true]) func faults(dies: Bool) async throws {
        let input = SmallLogs.events(0..<20)
        let original = Self.disk()
        let before = TestStore(original)
        try await before.ingest(("a", SmallLogs.events(0..<10)))
        try await before.ingest(("b", SmallLogs.events(10..<20)))
        var random = SeededRandom(seed: 7)
        for call in 1... {
            var files = original.copy()
            files.wait(microseconds: 10_000 * 24 * Self.hour)
            var store = TestStore(files)
            var compaction: BackgroundCompaction? = try Self.compaction(store)
            #expect(try await compaction!.step() == false)
            files.wait(microseconds: Self.hour)
            files.inject(dies ? .dies(call: call) : .failsOnce(call: call))
            do { _ = try await compaction!.step() } catch is AuditStoreError {}
            let isOver = !files.hasFailed
            files.inject(nil)
            if dies {
                files = files.afterPowerLoss(&random)
                compaction = nil
                store = TestStore(files)
                compaction = try Self.compaction(store)
                _ = try await compaction!.step()
                files.wait(microseconds: Self.hour)
            }
            #expect(try store.events() == input)
            while try await compaction!.step() {}
            #expect(try store.events() == input)
            #expect(try store.problems().isEmpty)
            #expect(try store.manifest().segments.map(\.isCompacted) == [true])
            let segments = files.files.keys.filter { $0.hasSuffix(FileNames.segmentSuffix) }
            #expect(segments.count == 1, "\(segments) are there, call \(call)")
            if isOver { break }
        }
    }

    /// Who compacts by command takes over from what runs beside the stream, and neither undoes what the other did.
    @Test func byCommandBesideAStream() async throws {
        let files = Self.disk()
        let store = TestStore(files)
        for i in 0..<2 { try await store.ingest(("\(i)", SmallLogs.events(i * 10..<i * 10 + 10))) }
        let commanded = Flag()
        // Appends seem to wait, which is asked in the middle of the merge.
        let compaction = try Self.compaction(store) {
            if !commanded.isSet {
                commanded.isSet = true
                #expect(throws: Never.self) { try store.core.compact() }
            }
            return false
        }
        #expect(try await compaction.step() == false)
        files.wait(microseconds: Self.hour)
        #expect(try await compaction.step() == false)
        #expect(commanded.isSet)
        #expect(try store.manifest().segments.count == 1)
        #expect(try store.events() == SmallLogs.events(0..<20))
        #expect(try store.problems().isEmpty)
    }

    private final class Flag: @unchecked Sendable {
        // Of one thread.
        var isSet = false
    }

    /// A merge of real events ends soon after it is cancelled, wherever it is; what it wrote is gone.
    @Test func cancellation() async throws {
        let files = Self.disk()
        let store = TestStore(files)
        try await store.ingest(("sample", Fixture.sample))
        let compaction = try Self.compaction(store)
        while try await compaction.step() {}
        let before = try store.manifest()
        files.wait(microseconds: Self.hour)
        var random = SeededRandom(seed: 3)
        for _ in 0..<4 {
            let task = Task { try await compaction.step() }
            try await Task.sleep(for: .milliseconds(20 + random.below(400)))
            task.cancel()
            guard case .failure(let error) = await task.result else { break }
            #expect(error is CancellationError)
            #expect(try store.manifest().segments == before.segments)
        }
        let names = Set(files.files.keys.filter { $0.hasSuffix(FileNames.segmentSuffix) })
        let manifest = try store.manifest()
        let known = manifest.segments.map { store.directory.location(store.directory.name(of: $0)) }
        #expect(
            names.isSubset(
                of: known
                    + manifest.quarantine.map {
                        store.directory.location(store.directory.name(of: $0, quarantine: true))
                    }))
        #expect(areEqual(try store.events(), Fixture.sample))
    }

    @Test func bytesPerSecond() throws {
        let throttle = CompactionThrottle(bytesPerSecond: 1_000_000)
        let start = ContinuousClock.now
        // A quarter of a second may be used at once.
        for _ in 0..<5 {
            throttle.add(bytes: 100_000)
            try throttle.keepPace()
        }
        let elapsed = ContinuousClock.now - start
        #expect(elapsed >= .milliseconds(240))
    }
}
