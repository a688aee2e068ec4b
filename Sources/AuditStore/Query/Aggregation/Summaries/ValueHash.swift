import SegmentFormat

/// 64-bit hashes of values, equal for equal values in every segment, for sketches that outlive a row group.
enum ValueHash {
    /// The hash of each id's value, by id; 0 for absent.
    ///
    /// - Parameter check: called now and then; what it throws stops the work.
    static func hashes<Failure: Error>(
        of table: ValueTable, check: () throws(Failure) -> Void
    ) throws(Failure) -> [UInt64] {
        var hashes = [UInt64](repeating: 0, count: table.count + 1)
        if table.isPlain, case .dictionary(let dictionary, _) = table.source {
            try dictionary.forEach { (code, entry) throws(Failure) in
                if code & 1023 == 0 { try check() }
                // Strings need no decoding: the bytes between the quotes are theirs.
                hashes[Int(code)] = RawValue.plainText(entry).map(of(text:)) ?? RawValue.decode(entry).map(of) ?? 0
            }
        } else if table.count > 0 {
            for code in 1...UInt32(table.count) {
                if code & 1023 == 0 { try check() }
                hashes[Int(code)] = table.value(code).map(of) ?? 0
            }
        }
        return hashes
    }

    static func of(_ value: EventValue) -> UInt64 {
        switch value {
        case .string(var string): return string.withUTF8 { of(text: UnsafeRawBufferPointer($0)) }
        case .json(var string): return string.withUTF8 { XXH64.hash(UnsafeRawBufferPointer($0), seed: 1) }
        case .integer(let integer): return mix(UInt64(bitPattern: integer), 2)
        case .double(let double): return mix(double.bitPattern, 3)
        case .bool(let bool): return mix(bool ? 1 : 0, 4)
        case .time(let time): return of(microseconds: time.microseconds)
        case .duration(let microseconds): return of(microseconds: microseconds)
        case .list(let values): return values.reduce(5) { mix($0 &* 31 &+ of($1), 5) }
        }
    }

    /// Of a time or a duration; no field has both.
    @inline(__always)
    static func of(microseconds: Int64) -> UInt64 { mix(UInt64(bitPattern: microseconds), 6) }

    static func of(text bytes: UnsafeRawBufferPointer) -> UInt64 { XXH64.hash(bytes) }

    /// The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): every bit of the input reaches every bit of the output.
    @inline(__always)
    private static func mix(_ value: UInt64, _ seed: UInt64) -> UInt64 {
        var z = value &+ seed &* 0x9e37_79b9_7f4a_7c15
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
