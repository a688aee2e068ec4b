/// The decoded values of a column in one row group, one a row, in as few bytes as the largest of them needs.
///
/// Most columns have few codes: a quarter of the memory keeps four times as much, and widening 65,536 of them takes microseconds.
final class PackedPage: CachedPage, @unchecked Sendable {
    // Written by one thread until it is handed out, and never after that.
    private let bytes: UnsafeMutableRawBufferPointer
    /// Bytes a value: 1, 2 or 4 for codes, 4 or 8 for integers.
    private var width = 1
    /// What is added to each integer.
    private var base: Int64 = 0

    init(capacity: Int) {
        bytes = .allocate(byteCount: max(capacity, 16), alignment: 16)
    }

    deinit { bytes.deallocate() }

    override var memory: Int { bytes.count }
    var capacity: Int { bytes.count }

    private func pointer<T>(_ type: T.Type) -> UnsafeMutablePointer<T> {
        bytes.baseAddress!.assumingMemoryBound(to: type)
    }

    // MARK: Codes

    static func width(ofCodesUpTo largest: UInt32) -> Int { largest < 256 ? 1 : largest < 65_536 ? 2 : 4 }

    /// Precondition: no value needs more than `width` bytes, and the capacity is enough.
    func pack(_ codes: UnsafeBufferPointer<UInt32>, width: Int) {
        self.width = width
        switch width {
        case 1: Self.narrow(codes, pointer(UInt8.self))
        case 2: Self.narrow(codes, pointer(UInt16.self))
        default: Self.narrow(codes, pointer(UInt32.self))
        }
    }

    func widen(into target: UnsafeMutableBufferPointer<UInt32>) {
        switch width {
        case 1: Self.widen(pointer(UInt8.self), target)
        case 2: Self.widen(pointer(UInt16.self), target)
        default: Self.widen(pointer(UInt32.self), target)
        }
    }

    @inline(__always)
    func code(_ row: Int) -> UInt32 {
        switch width {
        case 1: UInt32(pointer(UInt8.self)[row])
        case 2: UInt32(pointer(UInt16.self)[row])
        default: pointer(UInt32.self)[row]
        }
    }

    @inline(__always)
    private static func narrow<T: FixedWidthInteger>(
        _ source: UnsafeBufferPointer<UInt32>, _ target: UnsafeMutablePointer<T>
    ) {
        for i in 0..<source.count { target[i] = T(truncatingIfNeeded: source[i]) }
    }

    @inline(__always)
    private static func widen<T: FixedWidthInteger>(
        _ source: UnsafeMutablePointer<T>, _ target: UnsafeMutableBufferPointer<UInt32>
    ) {
        for i in 0..<target.count { target[i] = UInt32(truncatingIfNeeded: source[i]) }
    }

    // MARK: Integers

    /// The smallest of the values, and the bytes that a value needs above it.
    static func form(of integers: UnsafeBufferPointer<Int64>) -> (base: Int64, width: Int) {
        var smallest = Int64.max
        var largest = Int64.min
        for integer in integers {
            smallest = min(smallest, integer)
            largest = max(largest, integer)
        }
        let (range, overflow) = largest.subtractingReportingOverflow(smallest)
        return !overflow && range >= 0 && range <= Int64(UInt32.max) ? (smallest, 4) : (0, 8)
    }

    func pack(_ integers: UnsafeBufferPointer<Int64>, base: Int64, width: Int) {
        self.width = width
        self.base = base
        if width == 4 {
            let target = pointer(UInt32.self)
            for i in 0..<integers.count { target[i] = UInt32(truncatingIfNeeded: integers[i] &- base) }
        } else {
            let target = pointer(Int64.self)
            for i in 0..<integers.count { target[i] = integers[i] }
        }
    }

    func widen(into target: UnsafeMutableBufferPointer<Int64>) {
        if width == 4 {
            let source = pointer(UInt32.self)
            for i in 0..<target.count { target[i] = base &+ Int64(source[i]) }
        } else {
            let source = pointer(Int64.self)
            for i in 0..<target.count { target[i] = source[i] }
        }
    }

    @inline(__always)
    func integer(_ row: Int) -> Int64 {
        width == 4 ? base &+ Int64(pointer(UInt32.self)[row]) : pointer(Int64.self)[row]
    }

    // MARK: UUIDs

    /// Room for UUIDs, or what was written there.
    func uuids(_ count: Int) -> UnsafeMutableBufferPointer<UUIDBytes> {
        UnsafeMutableBufferPointer(start: pointer(UUIDBytes.self), count: count)
    }
}
