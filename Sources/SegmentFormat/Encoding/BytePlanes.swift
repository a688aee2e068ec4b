/// Unsigned integers as planes of bytes: all the highest bytes, then all the next, down to the lowest.
///
/// A plane is a light encoding by itself (its width follows the largest value), it widens at the speed of memory, and a
/// compressor behind it sees each byte in the company of its like. Bit-packing was measured beside it: a quarter smaller
/// without a compressor, larger with one, and never faster to read (Docs/Decisions.md).
package enum BytePlanes {
    /// Planes needed for values up to `largest`: 0 when all are zero.
    package static func planes(for largest: UInt64) -> Int { (64 - largest.leadingZeroBitCount + 7) / 8 }

    package static func append<T: FixedWidthInteger & UnsignedInteger>(
        _ values: UnsafeBufferPointer<T>, planes: Int, to output: inout ByteArena
    ) {
        let n = values.count
        output.reserve(planes * n)
        for plane in (0..<planes).reversed() {
            // In bounds: `n` bytes were reserved for each plane.
            let target = (output.base + output.count).assumingMemoryBound(to: UInt8.self)
            let shift = T(plane * 8)
            for i in 0..<n { target[i] = UInt8(truncatingIfNeeded: values[i] >> shift) }
            output.commit(n)
        }
    }

    /// Widens `planes` planes of `target.count` bytes each.
    package static func decode<T: FixedWidthInteger & UnsignedInteger>(
        _ bytes: UnsafeRawBufferPointer, planes: Int, into target: UnsafeMutableBufferPointer<T>
    ) throws(SegmentError) {
        let n = target.count
        guard planes <= MemoryLayout<T>.size, bytes.count == planes * n else {
            throw .corrupt("byte planes of a wrong size", expected: "\(planes) × \(n) bytes", found: "\(bytes.count)")
        }
        guard n > 0, let out = target.baseAddress else { return }
        guard planes > 0, let source = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            out.update(repeating: 0, count: n)
            return
        }
        // In bounds: the size was checked above; each plane has n bytes.
        switch planes {
        case 1:
            for i in 0..<n { out[i] = T(source[i]) }
        case 2:
            let low = source + n
            for i in 0..<n { out[i] = (T(source[i]) &<< 8) | T(low[i]) }
        case 3:
            let middle = source + n
            let low = source + 2 * n
            for i in 0..<n { out[i] = (T(source[i]) &<< 16) | (T(middle[i]) &<< 8) | T(low[i]) }
        default:
            for i in 0..<n { out[i] = T(source[i]) }
            for plane in 1..<planes {
                let next = source + plane * n
                for i in 0..<n { out[i] = (out[i] &<< 8) | T(next[i]) }
            }
        }
    }
}
