/// Puts the bytes of the codec `fragments` together again.
///
/// Stored bytes (integers little-endian):
///
///     0   u32  bytes of the commands
///     4   u32  of which stored; as many: they are stored as they are, fewer: lz4
///     8   u32  bytes of the literals
///     12  …    commands, then literals: what is left, lz4 if it is fewer than the literals' bytes
///
/// A command is three varints: bytes of literals that come next, bytes to copy after them, and how far back from where
/// they go they are copied from (a distance less than the length repeats). Literals that no command takes end the page.
enum FragmentDecoder {
    static let headerBytes = 12

    static func decode(
        _ stored: UnsafeRawBufferPointer, into target: UnsafeMutableRawPointer, count: Int
    ) throws(SegmentError) {
        var reader = ByteReader(stored, context: "a page of fragments")
        let commandBytes = Int(try reader.integer(as: UInt32.self))
        let commandsStored = Int(try reader.integer(as: UInt32.self))
        let literalBytes = Int(try reader.integer(as: UInt32.self))
        // A command takes at most fifteen bytes and is written for at least thirty-two.
        guard literalBytes <= count, commandBytes <= count else {
            throw .corrupt("a page of fragments has an impossible header")
        }
        let commands = try part(try reader.bytes(commandsStored), count: commandBytes)
        defer { extendLifetime(commands) }
        let literals = try part(try reader.bytes(reader.remaining), count: literalBytes)
        defer { extendLifetime(literals) }
        try join(commands.bytes, literals.bytes, into: target, count: count)
    }

    private static func part(_ stored: UnsafeRawBufferPointer, count: Int) throws(SegmentError) -> ByteArena {
        var raw = ByteArena(capacity: count)
        try decompress(stored, codec: stored.count == count ? .none : .lz4, into: raw.base, count: count)
        raw.commit(count)
        return raw
    }

    private static func join(
        _ commands: UnsafeRawBufferPointer, _ literals: UnsafeRawBufferPointer, into target: UnsafeMutableRawPointer,
        count: Int
    ) throws(SegmentError) {
        var reader = ByteReader(commands, context: "the commands of a page of fragments")
        var done = 0
        var taken = 0
        while reader.remaining > 0 {
            let fresh = try reader.count(limit: literals.count - taken)
            // In bounds: as many literals are left, and the target has room for them.
            guard fresh <= count - done else { throw .corrupt("a page of fragments has too many literals") }
            if fresh > 0 { (target + done).copyMemory(from: literals.baseAddress! + taken, byteCount: fresh) }
            done += fresh
            taken += fresh
            let length = try reader.count(limit: count - done)
            let distance = try reader.count(limit: done)
            guard length > 0, distance > 0 else { throw .corrupt("a page of fragments has an empty copy") }
            // In bounds: the target has room for `length` bytes, and the source begins `distance` bytes before.
            let to = target + done
            let from = to - distance
            if distance >= length {
                to.copyMemory(from: from, byteCount: length)
            } else {
                for i in 0..<length {
                    to.storeBytes(of: from.load(fromByteOffset: i, as: UInt8.self), toByteOffset: i, as: UInt8.self)
                }
            }
            done += length
        }
        let rest = literals.count - taken
        guard done + rest == count else {
            throw .corrupt(
                "a page of fragments has a wrong length", expected: "\(count) bytes", found: "\(done + rest)")
        }
        if rest > 0 { (target + done).copyMemory(from: literals.baseAddress! + taken, byteCount: rest) }
    }
}
