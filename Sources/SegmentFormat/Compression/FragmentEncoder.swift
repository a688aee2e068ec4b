/// Writes texts as copies of earlier bytes of the page and of what is new: the codec `fragments`.
///
/// The bodies of a chunk mostly repeat earlier ones, a few bytes apart: an object's former version, the request that a
/// response answers. Who appends them knows where they repeat; `FragmentDecoder` has the layout.
package struct FragmentEncoder: ~Copyable {
    /// What is new, one piece after another.
    private(set) var literals = ByteArena(capacity: 1 << 16)
    /// For each copy: bytes of literals before it, its length, and how far back it starts (varints).
    private(set) var commands = ByteArena(capacity: 1 << 16)
    /// Of each text, as varints.
    private(set) var lengths = ByteArena(capacity: 1 << 12)
    package private(set) var count = 0
    /// Bytes of the texts so far.
    package private(set) var rawCount = 0
    /// Literals since the last copy.
    private var pending = 0

    /// A shorter repeat costs more as a command than it saves.
    package static let shortestCopy = 32

    package init() {}

    package mutating func removeAll() {
        literals.removeAll(keepingAtMost: 8 << 20)
        commands.removeAll(keepingAtMost: 8 << 20)
        lengths.removeAll(keepingAtMost: 1 << 20)
        count = 0
        rawCount = 0
        pending = 0
    }

    /// Appends new bytes, then `length` bytes that stand `distance` bytes before.
    package mutating func append(
        _ literal: UnsafeRawPointer, count n: Int, copying length: Int, distance: Int
    ) {
        literals.append(literal, count: n)
        commands.reserve(30)
        append(varint: pending + n)
        append(varint: length)
        append(varint: distance)
        pending = 0
        rawCount += n + length
    }

    /// Appends new bytes that end a text of `length` bytes.
    package mutating func finishText(_ literal: UnsafeRawPointer, count n: Int, length: Int) {
        literals.append(literal, count: n)
        pending += n
        rawCount += n
        lengths.append(varint: length)
        count += 1
    }

    /// In bounds: thirty bytes were reserved for three varints, and one of a number below 2^63 takes at most nine.
    @inline(__always)
    private mutating func append(varint value: Int) {
        var rest = UInt(truncatingIfNeeded: value)
        var at = commands.base + commands.count
        while rest >= 0x80 {
            at.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
            at += 1
            rest >>= 7
        }
        at.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
        commands.commit(at + 1 - (commands.base + commands.count))
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

    /// Puts the literals of the page, and its commands, into arenas of the caller's. What the page begins with is known last,
    /// and becomes literals of the first copy.
    func page(literals whole: inout ByteArena, commands shifted: inout ByteArena) {
        whole.removeAll(keepingAtMost: 8 << 20)
        whole.append(varint: count)
        whole.append(lengths)
        whole.append(literals)
        shifted.removeAll(keepingAtMost: 8 << 20)
        guard commands.count > 0 else { return }
        var first = 0
        var taken = 0
        while true {
            let byte = commands.base.load(fromByteOffset: taken, as: UInt8.self)
            first |= Int(byte & 0x7f) << (7 * taken)
            taken += 1
            if byte < 0x80 { break }
        }
        shifted.append(varint: first + headBytes)
        shifted.append(commands.base + taken, count: commands.count - taken)
    }
}
