import CKernels

/// Writes texts as copies of earlier bytes of the page and of what is new: the codec `fragments`.
///
/// The bodies of a chunk mostly repeat earlier ones, a few bytes apart: an object's former version, the request that a
/// response answers. Who appends them knows where they repeat; `FragmentDecoder` has the layout.
package struct FragmentEncoder: ~Copyable {
    /// What is new, one piece after another, behind room for what the page begins with. As large as they get of a chunk:
    /// memory that is not used costs nothing, and growing takes it twice.
    private var literals = ByteArena(capacity: 2 << 20)
    /// For each copy: bytes of literals before it, its length, and how far back it starts (varints).
    private var commands = ByteArena(capacity: 1 << 19)
    /// Of each text, as varints.
    private var lengths = ByteArena(capacity: 1 << 12)
    package private(set) var count = 0
    /// Bytes of the texts so far.
    package private(set) var rawCount = 0
    /// Literals since the last copy.
    private var pending = 0

    /// A shorter repeat costs more as a command than it saves.
    package static let shortestCopy = 32

    /// Bytes before the literals: at first enough for the lengths of ten thousand texts.
    private var room = 32 << 10

    package init() { literals.appendGap(room) }

    package mutating func removeAll() {
        literals.removeAll(keepingAtMost: 8 << 20)
        literals.appendGap(room)
        commands.removeAll(keepingAtMost: 8 << 20)
        lengths.removeAll(keepingAtMost: 1 << 20)
        count = 0
        rawCount = 0
        pending = 0
    }

    /// Appends new bytes, then `length` bytes that stand `distance` bytes before. Behind the new bytes thirty-two can be read.
    package mutating func append(
        _ literal: UnsafeRawPointer, count n: Int, copying length: Int, distance: Int
    ) {
        literals.append(padded: literal, count: n)
        commands.reserve(32)
        // In bounds: three numbers of nine bytes at most, and eight written at once for the last.
        let start = commands.base + commands.count
        var at = start + Self.write(pending + n, at: start)
        at += Self.write(length, at: at)
        at += Self.write(distance, at: at)
        commands.commit(at - start)
        pending = 0
        rawCount += n + length
    }

    /// Appends new bytes that end a text of `length` bytes. Behind them thirty-two can be read.
    package mutating func finishText(_ literal: UnsafeRawPointer, count n: Int, length: Int) {
        literals.append(padded: literal, count: n)
        pending += n
        rawCount += n
        lengths.append(varint: length)
        count += 1
    }

    /// A page has less than 2^56 bytes.
    @inline(__always)
    private static func write(_ value: Int, at target: UnsafeMutableRawPointer) -> Int {
        Int(truncatingIfNeeded: ck_varint(target, UInt64(truncatingIfNeeded: value)))
    }

    /// A place between two texts, to go back to.
    package struct Mark {
        fileprivate var literals: Int
        fileprivate var commands: Int
        fileprivate var rawCount: Int
        fileprivate var pending: Int
    }

    package var mark: Mark {
        Mark(literals: literals.count, commands: commands.count, rawCount: rawCount, pending: pending)
    }

    /// Forgets what came after the last text that was finished, which ended at `mark`.
    package mutating func goBack(to mark: Mark) {
        literals.shorten(to: mark.literals)
        commands.shorten(to: mark.commands)
        rawCount = mark.rawCount
        pending = mark.pending
    }

    /// Bytes of the page: how many texts there are, their lengths, the texts.
    var pageBytes: Int { headBytes + rawCount }

    private var headBytes: Int { (max(1, Int.bitWidth - count.leadingZeroBitCount) + 6) / 7 + lengths.count }

    /// The parts of the page: its commands, of which the first stands apart, and its literals. What the page begins with is
    /// known last, and becomes literals of the first copy.
    mutating func withPage(
        _ body: (
            _ firstCommand: UnsafeRawBufferPointer, _ commands: UnsafeRawBufferPointer,
            _ literals: UnsafeRawBufferPointer
        ) -> Void
    ) {
        var head = ByteArena(capacity: 16)
        head.append(varint: count)
        head.append(lengths)
        if head.count > room {
            literals.insertGap(head.count - room, at: room)
            room = head.count
        }
        let start = room - head.count
        (literals.base + start).copyMemory(from: head.base, byteCount: head.count)
        let whole = UnsafeRawBufferPointer(rebasing: literals.bytes[start...])
        guard commands.count > 0 else { return body(.init(start: nil, count: 0), commands.bytes, whole) }
        var first = 0
        var taken = 0
        while true {
            let byte = commands.base.load(fromByteOffset: taken, as: UInt8.self)
            first |= Int(byte & 0x7f) << (7 * taken)
            taken += 1
            if byte < 0x80 { break }
        }
        let headBytes = head.count
        head.removeAll()
        head.append(varint: first + headBytes)
        body(head.bytes, UnsafeRawBufferPointer(rebasing: commands.bytes[taken...]), whole)
        extendLifetime(head)
    }
}
