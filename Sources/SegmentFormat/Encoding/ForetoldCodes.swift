/// Codes that follow from another column's. What depends on a user (groups, address, agent), on a shape or on a path is the same as
/// the last time for nearly all rows, and no compressor sees that from one column alone.
extension CodeCoder {
    /// Appends the bits of partners and of the reference, and leaves the symbols of the other rows in `symbols`.
    /// - Returns: how many these are.
    func appendForetold(
        _ codes: UnsafeBufferPointer<UInt32>, novelty: Bool, firstNew: UInt32, partners: PartnerDistances?,
        reference: ReferenceCodes, to output: inout ByteArena
    ) -> Int {
        output.append(integer: UInt16(reference.columns.first))
        output.append(integer: UInt16(reference.columns.second.map { $0 + 1 } ?? 0))
        let countPlace = output.count
        output.append(integer: UInt32(0))
        let last = lastSeen(upTo: reference.largest)
        var partnerBits = BitWriter()
        var foretoldBits = BitWriter()
        var next = firstNew
        var count = 0
        for i in 0..<codes.count {
            let code = codes[i]
            let place = Int(reference.codes[i])
            let expected = last[place]
            last[place] = code
            if let distance = partners.map({ Int($0[i]) }), distance != 0 {
                let isOwn = code != codes[i - distance]
                partnerBits.append(isOwn)
                if !isOwn { continue }
            }
            if expected != Self.nothing {
                foretoldBits.append(expected != code)
                if expected == code { continue }
            }
            symbols[count] = Self.symbol(code, next: &next, novelty: novelty)
            count += 1
        }
        (output.base + countPlace).copyMemory(from: [UInt32(foretoldBits.count).littleEndian], byteCount: 4)
        partnerBits.finish(to: &output)
        foretoldBits.finish(to: &output)
        return count
    }

    /// Fills each row with what its partner has, with what was foretold, or with its own symbol.
    func follow(
        _ reference: ReferenceCodes, _ foretoldBits: UnsafeRawBufferPointer, _ foretold: Int,
        partners: PartnerDistances?,
        _ partnerBits: UnsafeRawBufferPointer, _ source: UnsafeMutablePointer<UInt32>, _ available: Int,
        into target: UnsafeMutableBufferPointer<UInt32>
    ) throws(SegmentError) {
        guard let last = lastSeen(upTo: reference.largest).baseAddress, let out = target.baseAddress,
            let places = reference.codes.baseAddress
        else { return }
        let rows = target.count
        var own = 0
        var paired = 0
        var told = 0
        // In bounds: there are as many places and distances as rows; who gives the codes of a column has checked them against
        // its largest, and who gives distances that none lies before the first row; bits and symbols are counted here.
        let distances = partners?.baseAddress
        for i in 0..<rows {
            let place = Int(truncatingIfNeeded: places[i])
            let expected = last[place]
            if let distances, distances[i] != 0 {
                let isOwn = Self.bit(paired, of: partnerBits)
                paired &+= 1
                if !isOwn {
                    out[i] = out[i &- Int(truncatingIfNeeded: distances[i])]
                    last[place] = out[i]
                    continue
                }
            }
            if expected != Self.nothing {
                guard told < foretold else { throw .corrupt("a page of codes foretells too few rows") }
                let isOwn = Self.bit(told, of: foretoldBits)
                told &+= 1
                if !isOwn {
                    out[i] = expected
                    continue
                }
            }
            guard own < available else { throw .corrupt("a page of codes has too few symbols") }
            out[i] = source[own]
            last[place] = source[own]
            own &+= 1
        }
        guard own == available, told == foretold else { throw .corrupt("a page of codes has symbols left over") }
    }

    @inline(__always)
    private static func bit(_ index: Int, of bits: UnsafeRawBufferPointer) -> Bool {
        (bits.baseAddress.unsafelyUnwrapped.load(fromByteOffset: index &>> 3, as: UInt8.self) &>> UInt8(index & 7)) & 1
            != 0
    }

    /// How many rows would have a symbol of their own: what a reference is worth, at a glance.
    func misses(_ codes: UnsafeBufferPointer<UInt32>, partners: PartnerDistances?, reference: ReferenceCodes) -> Int {
        let last = lastSeen(upTo: reference.largest)
        var misses = 0
        for i in 0..<codes.count {
            let code = codes[i]
            let place = Int(reference.codes[i])
            let expected = last[place]
            last[place] = code
            if expected == code { continue }
            if let distance = partners.map({ Int($0[i]) }), distance != 0, code == codes[i - distance] { continue }
            misses += 1
        }
        return misses
    }
}

/// Bits, low ones of a byte first.
private struct BitWriter {
    private var bytes: [UInt8] = []
    private var byte: UInt8 = 0
    private(set) var count = 0

    mutating func append(_ bit: Bool) {
        byte |= (bit ? 1 : 0) << UInt8(count & 7)
        count += 1
        guard count & 7 == 0 else { return }
        bytes.append(byte)
        byte = 0
    }

    mutating func finish(to output: inout ByteArena) {
        if count & 7 != 0 { bytes.append(byte) }
        bytes.withUnsafeBytes { output.append($0) }
    }
}
