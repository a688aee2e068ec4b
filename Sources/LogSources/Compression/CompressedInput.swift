/// The compressed side of a decompressor: a source with a buffer, in which one can look ahead, and a position.
final class CompressedInput {
    /// The file, for messages.
    let path: String?

    /// How many bytes have been consumed.
    private(set) var offset: UInt64 = 0

    /// Whether the source has said that it ended. It is not asked again: a terminal would wait for more.
    private(set) var isExhausted = false

    private let source: any ByteStream
    private var storage: [UInt8]
    private var unread = 0..<0

    init(_ source: any ByteStream, path: String?) {
        self.source = source
        self.path = path
        storage = [UInt8](repeating: 0, count: DecompressionLimits.inputBuffer)
    }

    /// How many bytes are at hand.
    var count: Int { unread.count }

    /// Reads until `wanted` bytes are at hand or the source ends, and returns how many there are. `wanted` is a few
    /// bytes, the length of some header, and never more than the buffer holds.
    func fill(atLeast wanted: Int) throws -> Int {
        precondition(wanted <= storage.count)
        while unread.count < wanted, !isExhausted {
            // The few bytes left over from the last filling move to the front, to make room behind them.
            for (target, position) in unread.enumerated() { storage[target] = storage[position] }
            unread = 0..<unread.count
            let received = try storage.withUnsafeMutableBytes { bytes in
                try source.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[unread.upperBound...]))
            }
            precondition((0...(storage.count - unread.upperBound)).contains(received), "a stream read past its buffer")
            isExhausted = received == 0
            unread = 0..<(unread.upperBound + received)
        }
        return unread.count
    }

    /// The next bytes at hand, `limit` of them at most, without consuming them.
    func peek(_ limit: Int) -> ArraySlice<UInt8> {
        storage[unread.prefix(limit)]
    }

    /// How many of the bytes at hand are zeros, counted from the first.
    var leadingZeros: Int {
        let bytes = storage[unread]
        return (bytes.firstIndex { $0 != 0 } ?? bytes.endIndex) - bytes.startIndex
    }

    /// Gives the bytes at hand to `body`. They are valid until it returns.
    func withUnread<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        storage.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[unread])) }
    }

    /// Marks the first `count` bytes at hand as used.
    func consume(_ count: Int) {
        unread = (unread.lowerBound + count)..<unread.upperBound  // traps if there are not as many
        offset += UInt64(count)
    }

    /// Reads on into a buffer: the bytes at hand first, then straight from the source.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let received: Int
        if unread.isEmpty {
            if isExhausted { return 0 }
            received = try source.read(into: buffer)
            isExhausted = received == 0 && !buffer.isEmpty
            offset += UInt64(received)
        } else {
            received = min(unread.count, buffer.count)
            buffer.copyBytes(from: peek(received))
            consume(received)
        }
        return received
    }
}
