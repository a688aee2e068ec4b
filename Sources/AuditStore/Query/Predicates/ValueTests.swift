/// The tests that both surfaces of the query language are made of.
extension ValueTest {
    /// How a value stands to another.
    package enum Comparison: Sendable {
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual

        @inline(__always)
        package func holds(_ order: Int) -> Bool {
            switch self {
            case .equal: order == 0
            case .notEqual: order != 0
            case .less: order < 0
            case .lessOrEqual: order <= 0
            case .greater: order > 0
            case .greaterOrEqual: order >= 0
            }
        }

        /// The comparison with its sides exchanged.
        package var flipped: Comparison {
            switch self {
            case .equal, .notEqual: self
            case .less: .greater
            case .lessOrEqual: .greaterOrEqual
            case .greater: .less
            case .greaterOrEqual: .lessOrEqual
            }
        }
    }

    /// Values of other types than the constant's are unequal to it, and neither smaller nor larger.
    package static func compare(_ comparison: Comparison, _ constant: EventValue) -> ValueTest {
        if case .string(let string) = constant {
            let bytes = Array(string.utf8)
            return ValueTest(
                value: { value in
                    guard case .string(var other) = value else { return comparison == .notEqual }
                    return other.withUTF8 { comparison.holds(order(UnsafeRawBufferPointer($0), bytes)) }
                }, text: { comparison.holds(order($0, bytes)) }, onlyText: comparison == .equal ? string : nil)
        }
        return ValueTest(value: { value in
            isComparable(value, constant) ? comparison.holds(value.order(to: constant)) : comparison == .notEqual
        })
    }

    package static func isComparable(_ a: EventValue, _ b: EventValue) -> Bool {
        switch (a, b) {
        case (.string, .string), (.bool, .bool), (.time, .time), (.duration, .duration), (.list, .list), (.json, .json):
            true
        case (.integer, .integer), (.integer, .double), (.double, .integer), (.double, .double): true
        default: false
        }
    }

    package static func isIn(_ constants: [EventValue]) -> ValueTest {
        let set = Set(constants)
        var texts: Set<[UInt8]> = []
        for case .string(let string) in constants { texts.insert(Array(string.utf8)) }
        let known = texts
        return ValueTest(value: { set.contains($0) }, text: { known.contains(Array($0)) })
    }

    package static func hasPrefix(_ prefix: String) -> ValueTest {
        let bytes = Array(prefix.utf8)
        return .text { $0.count >= bytes.count && $0[..<bytes.count].elementsEqual(bytes) }
    }

    package static func hasSuffix(_ suffix: String) -> ValueTest {
        let bytes = Array(suffix.utf8)
        return .text { $0.count >= bytes.count && $0[($0.count - bytes.count)...].elementsEqual(bytes) }
    }

    package static func contains(_ part: String) -> ValueTest {
        let search = ByteSearch(Array(part.utf8))
        return .text(needle: Needle(search.pattern, isEnough: true)) { search.isIn($0) }
    }

    /// A part of the text matches; linear in the text, whatever the expression.
    package static func matches(_ expression: RegularExpression) -> ValueTest {
        .text(
            needle: expression.requiredLiteral.flatMap { Needle($0, isEnough: false) },
            makeText: {
                let matcher = expression.makeMatcher()
                return { matcher.matches($0) }
            }, { expression.matches($0) })
    }

    package static func isContained(in networks: IPNetworkSet) -> ValueTest {
        .text { text in IPAddress.parse(text).map(networks.contains) ?? false }
    }

    package static func order(_ a: UnsafeRawBufferPointer, _ b: [UInt8]) -> Int {
        let n = min(a.count, b.count)
        var i = 0
        while i < n {
            if a[i] != b[i] { return a[i] < b[i] ? -1 : 1 }
            i += 1
        }
        return a.count < b.count ? -1 : a.count > b.count ? 1 : 0
    }
}

/// Looks for a text within others: its first byte by vectors of 16, then the rest.
package struct ByteSearch: Sendable {
    package let pattern: [UInt8]

    package init(_ pattern: [UInt8]) { self.pattern = pattern }

    package func isIn(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let first = pattern.first else { return true }
        guard let last = pattern.last, text.count >= pattern.count, let base = text.baseAddress else { return false }
        let lastOffset = pattern.count - 1
        let end = text.count - lastOffset
        let firsts = SIMD16<UInt8>(repeating: first)
        let lasts = SIMD16<UInt8>(repeating: last)
        var i = 0
        // In bounds: i + 16 + lastOffset <= text.count.
        while i + 16 <= end {
            let a = (base + i).loadUnaligned(as: SIMD16<UInt8>.self)
            let b = (base + i + lastOffset).loadUnaligned(as: SIMD16<UInt8>.self)
            let candidates = (a .== firsts) .& (b .== lasts)
            if any(candidates) {
                for lane in 0..<16 where candidates[lane] { if matches(base + i + lane) { return true } }
            }
            i += 16
        }
        while i < end {
            if matches(base + i) { return true }
            i += 1
        }
        return false
    }

    @inline(__always)
    private func matches(_ p: UnsafeRawPointer) -> Bool {
        for (i, byte) in pattern.enumerated() where p.load(fromByteOffset: i, as: UInt8.self) != byte { return false }
        return true
    }
}
