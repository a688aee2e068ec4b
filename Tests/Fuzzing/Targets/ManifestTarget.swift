import SegmentFormat

@testable import AuditStore

/// A manifest: any bytes, and any payload under a right length and checksum. What can be read comes back when it is written.
enum ManifestTarget {
    static func run(_ input: UnsafeRawBufferPointer) -> Int32 {
        _ = try? Manifest(decoding: input)
        guard let version = input.first else { return 0 }
        let payload = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        var whole = ByteArena()
        defer { extendLifetime(whole) }
        whole.append(integer: Manifest.magic)
        whole.append(integer: UInt32(version % 4))
        whole.append(integer: UInt32(0))
        whole.append(integer: UInt64(payload.count))
        whole.append(payload)
        whole.append(integer: XXH64.hash(whole.bytes))
        guard let manifest = try? Manifest(decoding: whole.bytes) else { return 0 }
        var first = ByteArena()
        manifest.encode(to: &first)
        var second = ByteArena()
        do { try Manifest(decoding: first.bytes).encode(to: &second) } catch { fatalError("\(error)") }
        expect(first.array() == second.array(), "a manifest changes when it is written again")
        extendLifetime(first)
        // Whoever plans with it survives it.
        for partition in CompactionPolicy.partitions(manifest.segments) {
            _ = CompactionPolicy.tier(partition)
            _ = CompactionPolicy.settled(partition)
        }
        return 0
    }
}
