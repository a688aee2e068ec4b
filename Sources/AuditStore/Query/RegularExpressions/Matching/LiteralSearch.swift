extension RegularExpression {
    /// Searches for a short literal, sixteen places at a time by its first and last byte.
    ///
    /// The whole literal is compared only where both agree. Since it has at most
    /// ``RegularExpressionLimits/literalBytes`` bytes, the time stays linear in the text even if they agree everywhere.
    struct LiteralSearch: Sendable {
        let literal: [UInt8]

        init(_ literal: [UInt8]) { self.literal = literal }

        /// The first place of the literal at or after a position, or nil.
        func first(in text: UnsafeRawBufferPointer, from start: Int) -> Int? {
            literal.withUnsafeBytes { literal in
                Self.first(literal, UnsafeRawBufferPointer(rebasing: text[start...])).map { start + $0 }
            }
        }

        private static func first(_ literal: UnsafeRawBufferPointer, _ text: UnsafeRawBufferPointer) -> Int? {
            guard let base = text.baseAddress, let needle = literal.baseAddress, text.count >= literal.count else {
                return nil
            }
            let count = literal.count
            let lastOffset = count - 1
            let places = text.count - lastOffset
            let (first, last) = (literal[0], literal[lastOffset])
            let firsts = SIMD16<UInt8>(repeating: first)
            let lasts = SIMD16<UInt8>(repeating: last)
            var place = 0
            while place + 16 <= places {
                let atFirst = (base + place).loadUnaligned(as: SIMD16<UInt8>.self)
                let atLast = (base + place + lastOffset).loadUnaligned(as: SIMD16<UInt8>.self)
                let agreeing = unsafeBitCast((atFirst .== firsts) .& (atLast .== lasts), to: SIMD2<UInt64>.self)
                if agreeing[0] | agreeing[1] != 0 {
                    for half in 0..<2 {
                        var mask = UInt64(littleEndian: agreeing[half])
                        while mask != 0 {
                            let byte = mask.trailingZeroBitCount / 8
                            let found = place + half * 8 + byte
                            if isEqual(base + found, needle, count) { return found }
                            mask &= ~(0xFF << UInt64(byte * 8))
                        }
                    }
                }
                place += 16
            }
            while place < places {
                if text[place] == first, text[place + lastOffset] == last, isEqual(base + place, needle, count) {
                    return place
                }
                place += 1
            }
            return nil
        }

        private static func isEqual(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Bool {
            // The ends are equal already.
            var index = 1
            while index < count - 1 {
                if a.load(fromByteOffset: index, as: UInt8.self) != b.load(fromByteOffset: index, as: UInt8.self) {
                    return false
                }
                index += 1
            }
            return true
        }
    }
}
