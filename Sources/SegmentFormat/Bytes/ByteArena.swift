import CKernels

/// Growable memory for bytes that are written once and read many times.
///
/// Values are appended by the million while events are shredded, so this is plain memory with an explicit capacity:
/// no reference count, no uniqueness check and no initialisation of bytes that are about to be overwritten.
package struct ByteArena: ~Copyable, @unchecked Sendable {
    @usableFromInline package var base: UnsafeMutableRawPointer
    @usableFromInline package var count: Int
    @usableFromInline package var capacity: Int

    /// Readers load up to this many bytes past the last one; they stay inside the allocation.
    @usableFromInline static var padding: Int { 64 }

    @inlinable
    package init(capacity: Int = 1024) {
        self.capacity = max(capacity, 64)
        count = 0
        base = .allocate(byteCount: self.capacity + Self.padding, alignment: 16)
    }

    deinit { base.deallocate() }

    /// The bytes written so far; valid until the next change.
    ///
    /// An arena that is not copied dies after its last use, which the use of its bytes is not: one in a local variable
    /// needs `defer { extendLifetime(arena) }`.
    @inlinable package var bytes: UnsafeRawBufferPointer { .init(start: base, count: count) }

    @inlinable
    package mutating func reserve(_ additional: Int) {
        if count + additional > capacity { grow(additional) }
    }

    @usableFromInline
    mutating func grow(_ additional: Int) {
        var wanted = capacity * 2
        while wanted < count + additional { wanted *= 2 }
        let new = UnsafeMutableRawPointer.allocate(byteCount: wanted + Self.padding, alignment: 16)
        new.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = new
        capacity = wanted
    }

    @inlinable
    package mutating func append(_ source: UnsafeRawPointer, count n: Int) {
        reserve(n)
        (base + count).copyMemory(from: source, byteCount: n)
        count += n
    }

    /// The same for bytes behind which thirty-two more can be read: faster where they are few.
    @inline(__always)
    mutating func append(padded source: UnsafeRawPointer, count n: Int) {
        reserve(n)
        // In bounds: the padding is as large as what is written past the end.
        ck_copy(base + count, source, UInt64(truncatingIfNeeded: n))
        count += n
    }

    @inlinable
    package mutating func append(_ source: UnsafeRawBufferPointer) {
        guard let start = source.baseAddress else { return }
        append(start, count: source.count)
    }

    @inlinable
    package mutating func append(_ source: borrowing ByteArena) {
        append(source.base, count: source.count)
    }

    @inlinable
    package mutating func append(_ byte: UInt8) {
        reserve(1)
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Little-endian, whatever the machine.
    @inlinable
    package mutating func append<T: FixedWidthInteger>(integer value: T) {
        reserve(MemoryLayout<T>.size)
        base.storeBytes(of: value.littleEndian, toByteOffset: count, as: T.self)
        count += MemoryLayout<T>.size
    }

    /// An unsigned integer in groups of seven bits, low group first (LEB128).
    @inlinable
    package mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    @inlinable package mutating func append(varint value: Int) { append(varint: UInt64(value)) }

    /// A length as a varint, then the bytes.
    @inlinable
    package mutating func append(string: String) {
        var string = string
        string.withUTF8 {
            append(varint: $0.count)
            append(UnsafeRawBufferPointer($0))
        }
    }

    /// Sets the count without writing: for compressors, which write into `base + count` themselves.
    @inlinable
    package mutating func commit(_ n: Int) {
        precondition(n >= 0 && count + n <= capacity)
        count += n
    }

    /// Leaves room for `n` bytes that will be written later.
    package mutating func appendGap(_ n: Int) {
        reserve(n)
        count += n
    }

    /// Makes room for `n` bytes at `place`, and moves what was there behind it.
    package mutating func insertGap(_ n: Int, at place: Int) {
        precondition(place >= 0 && place <= count)
        reserve(n)
        (base + place + n).copyMemory(from: base + place, byteCount: count - place)
        count += n
    }

    @inlinable
    package mutating func removeAll() { count = 0 }

    /// Hands the memory over, and leaves an empty arena.
    package mutating func take() -> ByteArena {
        let taken = self
        self = ByteArena(capacity: 0)
        return taken
    }

    /// Forgets the bytes from `n` on.
    @inlinable
    package mutating func shorten(to n: Int) {
        precondition(n >= 0 && n <= count)
        count = n
    }

    /// Gives memory back after an unusually large use, so that one huge event does not stay paid for.
    package mutating func removeAll(keepingAtMost limit: Int) {
        count = 0
        guard capacity > limit else { return }
        base.deallocate()
        capacity = limit
        base = .allocate(byteCount: capacity + Self.padding, alignment: 16)
    }

    /// A copy as an array, for the small things that outlive the arena.
    package func array() -> [UInt8] { Array(bytes) }
}
