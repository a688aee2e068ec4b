import SegmentFormat

@testable import AuditStore

/// Files of the WAL: any bytes, and bytes under right checksums that no writer wrote.
///
/// A reader of the store and the next writer both open it, and find the same number of events.
enum WALTarget {
    nonisolated(unsafe) private static var store = MemoryFileSystem()
    nonisolated(unsafe) private static var secret = StoreSecret(first: 0, second: 0)

    static func prepare() async {
        do {
            var options = WriterOptions()
            options.compaction = nil
            options.sealAge = nil
            let writer = try await TestStore(store).core.writer(options)
            try await writer.append(Array("{\"auditID\":\"a\"}".utf8))
            store = store.copy()
            secret = try TestStore(store).manifest().secret!
        } catch { fatalError("\(error)") }
    }

    static func run(_ input: UnsafeRawBufferPointer) -> Int32 {
        let files = store.copy()
        var bytes: [UInt8]
        if input.first == 0 {
            bytes = Array(input.dropFirst())
        } else {
            bytes = blocks(UnsafeRawBufferPointer(rebasing: input.dropFirst()))
        }
        files.put(bytes, at: TestStore.path + "/wal/0000000001.wal")
        do {
            let read = try TestStore(files).core.snapshot().segments.reduce(0) { $0 + $1.rows }
            let recovery = try Recovery(core: TestStore(files).core, options: WriterOptions())
            expect(read <= recovery.report.events, "\(read) are read and \(recovery.report.events) recovered")
            recovery.lease.end()
            _ = try TestStore(files).problems()
        } catch let error as AuditStoreError {
            expect(error.code == .unsupportedVersion, "opening fails: \(error)")
        } catch { fatalError("\(error)") }
        return 0
    }

    /// A file header, and blocks of which each takes as its payload so many bytes of the input as its second byte says.
    private static func blocks(_ input: UnsafeRawBufferPointer) -> [UInt8] {
        var output = ByteArena()
        WALFormat.appendHeader(file: 1, secret: secret, to: &output)
        var record: UInt64 = 0
        var rest = input
        while rest.count >= 4 {
            let (flags, count, records) = (rest[0], Int(rest[1]), Int(rest[2] & 15))
            record = record &+ UInt64(rest[3] & 3)
            rest = UnsafeRawBufferPointer(rebasing: rest[4...])
            let payload = UnsafeRawBufferPointer(rebasing: rest[..<min(count, rest.count)])
            rest = UnsafeRawBufferPointer(rebasing: rest[payload.count...])
            let seed = WALFormat.seed(secret, file: 1, offset: UInt64(output.bytes.count))
            let header = WALBlockHeader(
                kind: flags & 3 == 1 ? .window : flags & 3 == 2 ? .readEvents : .events,
                codec: flags & 4 == 0 ? .none : .lz4,
                storedBytes: payload.count, rawBytes: flags & 4 == 0 ? payload.count : Int(flags >> 3) * 16,
                firstRecord: record, records: records, time: 0, checksum: XXH64.hash(payload, seed: ~seed))
            header.append(to: &output, seed: seed)
            output.append(payload)
            record += UInt64(records)
        }
        return output.array()
    }
}
