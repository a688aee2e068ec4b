/// The encodings of a page of 64-bit integers (times in microseconds).
///
///     byte 0      form: 0 delta to the value before, 1 difference to another column's value in the same row
///     byte 1      flags: 2 partner
///     byte 2      planes
///     byte 3      0
///     bytes 4-7   number of symbols
///     …           with `partner`: a bit for each value whose row has a partner, 1 = the value is written
///     …           planes of zigzag differences
package enum IntegerForm: UInt8, Sendable {
    case delta = 0
    case relative = 1
}

package enum IntegerCoder {
    @inline(__always) static func zigzag(_ v: Int64) -> UInt64 { UInt64(bitPattern: (v &<< 1) ^ (v >> 63)) }
    @inline(__always) static func unzigzag(_ v: UInt64) -> Int64 {
        Int64(bitPattern: v >> 1) ^ -Int64(bitPattern: v & 1)
    }

    /// Appends the decoded form of a page with the values of the rows for which `isPresent`.
    /// - Parameters:
    ///   - values: one a row.
    ///   - reference: the values of the column that `.relative` refers to, one a row.
    package static func encode(
        _ values: UnsafePointer<Int64>, rows: Int, isPresent: (Int) -> Bool, form: IntegerForm,
        reference: UnsafePointer<Int64>?, partners: PartnerDistances?, to output: inout ByteArena
    ) {
        let symbols = UnsafeMutablePointer<UInt64>.allocate(capacity: max(rows, 1))
        defer { symbols.deallocate() }
        output.append(form.rawValue)
        output.append(partners == nil ? 0 : 2)
        let header = output.count
        output.append(integer: UInt16(0))
        output.append(integer: UInt32(0))
        var count = 0
        var all: UInt64 = 0
        var last: Int64 = 0
        var bits: UInt8 = 0
        var used = 0
        for row in 0..<rows where isPresent(row) {
            let value = values[row]
            if let partners, partners[row] != 0 {
                let before = row - Int(partners[row])
                let same = isPresent(before) && values[before] == value
                bits |= (same ? 0 : 1) << UInt8(used & 7)
                used += 1
                if used & 7 == 0 {
                    output.append(bits)
                    bits = 0
                }
                if same { continue }
            }
            let base: Int64
            if form == .relative, let reference { base = reference[row] } else { base = last }
            let symbol = zigzag(value &- base)
            last = value
            symbols[count] = symbol
            all |= symbol
            count += 1
        }
        if used & 7 != 0 { output.append(bits) }
        let planes = BytePlanes.planes(for: all)
        output.base.storeBytes(of: UInt8(planes), toByteOffset: header, as: UInt8.self)
        (output.base + header + 2).copyMemory(from: [UInt32(count).littleEndian], byteCount: 4)
        BytePlanes.append(UnsafeBufferPointer(start: symbols, count: count), planes: planes, to: &output)
    }

    /// Decodes a page into `target` (one a row; rows that are not present get 0).
    package static func decode(
        _ page: UnsafeRawBufferPointer, rows: Int, isPresent: (Int) -> Bool, reference: UnsafePointer<Int64>?,
        partners: PartnerDistances?, into target: UnsafeMutablePointer<Int64>
    ) throws(SegmentError) {
        var reader = ByteReader(page, context: "a page of integers")
        let formByte: UInt8 = try reader.integer()
        let flags: UInt8 = try reader.integer()
        let planes = Int(try reader.integer(as: UInt8.self))
        let zero: UInt8 = try reader.integer()
        let count = Int(try reader.integer(as: UInt32.self))
        guard let form = IntegerForm(rawValue: formByte), flags == 0 || flags == 2, zero == 0, count <= rows,
            planes <= 8
        else { throw .corrupt("a page of integers has an impossible header") }
        guard form == .delta || reference != nil, flags == 0 || partners != nil else {
            throw .corrupt("a page of integers refers to values that are not there")
        }
        let follows = flags == 2 ? partners : nil
        var bitmap = UnsafeRawBufferPointer(start: nil, count: 0)
        if let follows {
            var paired = 0
            for row in 0..<rows where isPresent(row) && follows[row] != 0 { paired += 1 }
            bitmap = try reader.bytes((paired + 7) / 8)
        }
        let symbols = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: count)
        defer { symbols.deallocate() }
        try BytePlanes.decode(try reader.bytes(planes * count), planes: planes, into: symbols)
        guard reader.remaining == 0 else { throw .corrupt("a page of integers has bytes left over") }
        var next = 0
        var paired = 0
        var last: Int64 = 0
        for row in 0..<rows {
            guard isPresent(row) else {
                target[row] = 0
                continue
            }
            if let follows, follows[row] != 0 {
                let own = (bitmap[paired >> 3] >> UInt8(paired & 7)) & 1 != 0
                paired += 1
                if !own {
                    target[row] = target[row - Int(follows[row])]
                    continue
                }
            }
            guard next < count else { throw .corrupt("a page of integers has too few values") }
            let base: Int64
            if form == .relative, let reference { base = reference[row] } else { base = last }
            let value = base &+ unzigzag(symbols[next])
            next += 1
            last = value
            target[row] = value
        }
        guard next == count else { throw .corrupt("a page of integers has values left over") }
    }
}
