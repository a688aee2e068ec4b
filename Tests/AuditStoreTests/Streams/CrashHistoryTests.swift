import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Histories of appends, loads, seals, compactions, failing calls, full disks, kills and losses of power: no acknowledged
/// event is lost, none is there twice, none that was never appended, and the store opens.
///
///     AUDITSTORE_CRASH_HISTORIES=10000 swift test --filter CrashHistoryTests      runs so many
///     AUDITSTORE_CRASH_SEED=4711 swift test --filter CrashHistoryTests            runs from this seed on, one unless told
@Suite struct CrashHistoryTests {
    private static func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }

    /// A writer found events that were never on the disk and wrote their digests, the power was lost, and the same events sent again
    /// were taken for duplicates.
    @Test(arguments: [213, 20_262_906, 20_263_224, 20_264_575, 20_266_102, 20_267_871] as [UInt64])
    func whatOnceWentWrong(seed: UInt64) async {
        let failure = await CrashHistory(seed: seed).run()
        #expect(failure == nil)
    }

    @Test func nothingIsLost() async {
        let seed = Self.number("AUDITSTORE_CRASH_SEED")
        let count = Self.number("AUDITSTORE_CRASH_HISTORIES") ?? (seed == nil ? 200 : 1)
        let first = seed ?? 1
        var failed = 0
        var tried = 0
        for seed in first..<first + count {
            tried += 1
            let history = CrashHistory(seed: seed)
            guard let failure = await history.run() else { continue }
            failed += 1
            let shrunk = await history.shrunk()
            let shortFailure = await shrunk.run() ?? "not again"
            Issue.record("seed \(seed): \(failure)\n  shortest: \(shortFailure)\n  \(shrunk)")
            if failed == 5 { break }
        }
        print("\(tried) crash histories, from seed \(first) on: \(failed) failed")
    }
}
