/// Appends the pieces of events to memory that grows by whole events.
///
/// A template is code: literals, and calls for the holes between them. Every piece checks that there is room, so that a wrong bound
/// on the length of an event ends the program and writes nowhere else.
struct TextWriter: ~Copyable {
    private var start: UnsafeMutablePointer<UInt8>
    private var cursor: UnsafeMutablePointer<UInt8>
    private var end: UnsafeMutablePointer<UInt8>

    init(capacity: Int) {
        start = .allocate(capacity: capacity)
        cursor = start
        end = start + capacity
    }

    deinit { start.deallocate() }

    var count: Int { cursor - start }
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

    mutating func removeAll() { cursor = start }

    /// Makes room for `count` bytes more: called once an event.
    @inline(__always)
    mutating func reserve(_ count: Int) {
        if end - cursor < count { grow(by: count) }
    }

    private mutating func grow(by count: Int) {
        let used = self.count
        let capacity = max((end - start) * 2, used + count)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: start, count: used)
        start.deallocate()
        (start, cursor, end) = (larger, larger + used, larger + capacity)
    }

    /// `count` bytes at the end, which the caller writes.
    @inline(__always)
    mutating func take(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        precondition(end - cursor >= count)
        defer { cursor += count }
        return cursor
    }

    @inline(__always)
    mutating func put(_ literal: StaticString) {
        take(literal.utf8CodeUnitCount).update(from: literal.utf8Start, count: literal.utf8CodeUnitCount)
    }

    @inline(__always)
    mutating func put(_ text: Text) { take(text.count).update(from: text.start, count: text.count) }

    @inline(__always)
    mutating func put(byte: UInt8) { take(1).pointee = byte }

    mutating func put(decimal value: some BinaryInteger) {
        var value = UInt64(value)
        var digits = 1
        var limit: UInt64 = 10
        while value >= limit {
            digits += 1
            // The largest number has 20 digits, and 10 to the power of 20 is none.
            if digits == 20 { break }
            limit *= 10
        }
        let to = take(digits)
        for place in (0..<digits).reversed() {
            to[place] = 0x30 + UInt8(truncatingIfNeeded: value % 10)
            value /= 10
        }
    }

    /// 16 hexadecimal digits.
    @inline(__always)
    mutating func put(hexadecimal value: UInt64) { Self.hexadecimal(value, to: take(16)) }

    /// A UUID of 128 bits, whose version and variant are set: 4 is what Kubernetes makes.
    @inline(__always)
    mutating func put(uuid high: UInt64, _ low: UInt64, version: UInt64 = 4) {
        var digits: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        let to = take(36)
        withUnsafeMutableBytes(of: &digits) { buffer in
            // 32 bytes: what two numbers of 64 bits need.
            let from = buffer.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self)
            Self.hexadecimal(high & ~0xF000 | version << 12, to: from)
            Self.hexadecimal(low & ~(0xC << 60) | 0x8 << 60, to: from + 16)
            to.update(from: from, count: 8)
            (to + 9).update(from: from + 8, count: 4)
            (to + 14).update(from: from + 12, count: 4)
            (to + 19).update(from: from + 16, count: 4)
            (to + 24).update(from: from + 20, count: 12)
        }
        for place in [8, 13, 18, 23] { to[place] = 0x2D }
    }

    /// The UUID that belongs to `key`.
    @inline(__always)
    mutating func put(uuidOf key: UInt64) { put(uuid: mixed(key, 1), mixed(key, 2)) }

    mutating func put(address: UInt32, separator: UInt8 = 0x2E) {
        for shift: UInt32 in [24, 16, 8, 0] {
            put(decimal: (address >> shift) & 0xFF)
            if shift > 0 { put(byte: separator) }
        }
    }

    /// Eight digits at once: each half byte becomes a byte, and then a digit.
    @inline(__always)
    private static func hexadecimal(_ value: UInt64, to: UnsafeMutablePointer<UInt8>) {
        func digits(_ half: UInt32) -> UInt64 {
            var spread = UInt64(half)
            spread = (spread | spread << 16) & 0x0000_FFFF_0000_FFFF
            spread = (spread | spread << 8) & 0x00FF_00FF_00FF_00FF
            spread = (spread | spread << 4) & 0x0F0F_0F0F_0F0F_0F0F
            let letters = (spread &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
            return spread &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
        }
        let bytes = UnsafeMutableRawPointer(to)
        bytes.storeBytes(of: digits(UInt32(truncatingIfNeeded: value >> 32)).bigEndian, as: UInt64.self)
        bytes.storeBytes(of: digits(UInt32(truncatingIfNeeded: value)).bigEndian, toByteOffset: 8, as: UInt64.self)
    }
}
