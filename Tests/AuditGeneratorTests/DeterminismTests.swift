import AuditGenerator
import TestSupport
import Testing

/// Equal options give equal bytes, and other options others.
@Suite struct DeterminismTests {
    /// The first megabyte of each level. Who changes the model changes these, and says so where figures are compared.
    @Test(
        arguments: [
            (GeneratedLevel.metadata, 7_561_091_737_129_268_206 as UInt64), (.mixed, 9_267_133_612_764_905_629),
            (.requestresponse, 6_647_623_236_977_156_994),
        ])
    func firstMegabyte(level: GeneratedLevel, golden: UInt64) async throws {
        let bytes = try await Logs.bytes(events: 1000, level: level)
        #expect(bytes.count > 1_000_000)
        #expect(Logs.digest(bytes.prefix(1_000_000)) == golden)
    }

    /// More than one window, so that threads have something to bring into disorder.
    @Test(arguments: GeneratedLevel.allCases) func threadsChangeNothing(level: GeneratedLevel) async throws {
        let one = try await Logs.bytes(events: 34_000, level: level)
        let three = try await Logs.bytes(events: 34_000, level: level, threads: 3)
        #expect(areEqual(one, three))
    }

    @Test func anotherSeedIsAnotherCluster() async throws {
        let one = try await Logs.parsed(Logs.bytes(events: 2000, seed: 1))
        let other = try await Logs.parsed(Logs.bytes(events: 2000, seed: 2))
        #expect(Set(one.map(\.auditID)).isDisjoint(with: other.map(\.auditID)))
        #expect(Set(one.compactMap(\.uid)).isDisjoint(with: other.compactMap(\.uid)))
    }

    @Test(arguments: [1, 2, 7, 100, 511, 512, 513, 32_767, 32_768, 32_769]) func exactlySoManyEvents(events: Int)
        async throws
    {
        let bytes = try await Logs.bytes(events: events, level: .metadata)
        #expect(lines(bytes).count == events)
        #expect(bytes.last == 0x0A)
    }

    /// One node, one day; and a cluster as large as Kubernetes allows.
    @Test(arguments: [(1, 1), (3, 30), (5000, 2)]) func anySizeOfCluster(nodes: Int, days: Int) async throws {
        let events = try await Logs.parsed(Logs.bytes(events: 3000, nodes: nodes, level: .requestresponse, days: days))
        #expect(events.count == 3000 && events.allSatisfy { !$0.auditID.isEmpty })
    }

    @Test(arguments: [GeneratorOptions.starts.lowerBound, GeneratorOptions.starts.upperBound]) func anyStart(
        start: Int64
    ) async throws {
        var options = GeneratorOptions(events: 3000)
        (options.start, options.days, options.level) = (start, 3660, .requestresponse)
        var bytes: [UInt8] = []
        try await AuditGenerator(options).run { bytes.append(contentsOf: $0) }
        #expect(try Logs.parsed(bytes).count == 3000)
    }

    @Test func optionsOutOfBoundsAreRefused() {
        func check(_ change: (inout GeneratorOptions) -> Void) {
            var options = GeneratorOptions(events: 10)
            change(&options)
            #expect(throws: GeneratorError.self) { _ = try AuditGenerator(options) }
        }
        check { $0.events = 0 }
        check { $0.events = .max }
        check { $0.nodes = 0 }
        check { $0.nodes = 5001 }
        check { $0.days = 0 }
        check { $0.threads = 0 }
        check { $0.start = -1 }
        check { $0.start = .max }
    }

    @Test(arguments: [1, 2]) func stopsWhereTheWriterFails(threads: Int) async throws {
        struct Full: Error {}
        var options = GeneratorOptions(events: 1_000_000_000)
        options.threads = threads
        var pieces = 0
        await #expect(throws: Full.self) {
            try await AuditGenerator(options).run { _ in
                pieces += 1
                if pieces == 3 { throw Full() }
            }
        }
        #expect(pieces == 3)
    }

    @Test(arguments: [1, 2]) func stopsWhenCancelled(threads: Int) async throws {
        var options = GeneratorOptions(events: 1_000_000_000)
        options.threads = threads
        let generator = try AuditGenerator(options)
        let task = Task { try await generator.run { _ in withUnsafeCurrentTask { $0?.cancel() } } }
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
