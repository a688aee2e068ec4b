/// Spreads every bit of `value` over all 64: the finaliser of SplitMix64.
///
/// All that lives longer than one event (names, uids, addresses) is such a mix of the seed and of what it belongs to. So nothing
/// has to be remembered between the events of an object, and any window of time can be made alone.
@inline(__always)
func mixed(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
}

@inline(__always)
func mixed(_ one: UInt64, _ other: UInt64) -> UInt64 {
    mixed(mixed(one) ^ (other &* 0xD6E8_FEB8_6659_FD93))
}

@inline(__always)
func mixed(_ one: UInt64, _ other: UInt64, _ third: UInt64) -> UInt64 { mixed(mixed(one, other), third) }

/// SplitMix64: a sequence that is the same on every machine.
///
/// The mathematical library's logarithm differs between systems in its last bits, so that the bytes of a log would; what is needed
/// of it is here, made of additions and multiplications.
struct Random {
    private var state: UInt64

    @inline(__always)
    init(_ seed: UInt64) { state = seed }

    @inline(__always)
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// 0 up to `limit`, without it.
    @inline(__always)
    mutating func below(_ limit: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(limit)).high)
    }

    /// 0 up to 1, without it.
    @inline(__always)
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    @inline(__always)
    mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// A place among `count` where the first is drawn twice as often as the second, thrice as often as the third, and so on
    /// (Zipf).
    @inline(__always)
    mutating func skewed(_ count: Int) -> Int {
        guard count > 1 else { return 0 }
        return min(count - 1, Int(Exponential.powerOfTwo(unit() * Exponential.logarithm(Double(count + 1)))) - 1)
    }

    /// About the normal distribution, from -3.5 to 3.5.
    @inline(__always)
    mutating func normal() -> Double {
        let bits = next()
        var sum = 0.0
        for shift: UInt64 in [0, 16, 32, 48] { sum += Double((bits >> shift) & 0xFFFF) }
        return (sum - 131_070) / 37_837
    }

    /// Log-normal: half are below `median`, and each `spread` is a factor of two.
    @inline(__always)
    mutating func logNormal(median: Double, spread: Double) -> Double {
        median * Exponential.powerOfTwo(normal() * spread)
    }
}

enum Exponential {
    /// 2 to the power of `x`, to about a thousandth.
    @inline(__always)
    static func powerOfTwo(_ x: Double) -> Double {
        let whole = x.rounded(.down)
        let part = x - whole
        let fraction = 1 + part * (0.695_976 + part * (0.224_942 + part * 0.079_082))
        return Double(bitPattern: UInt64(1023 + Int64(whole)) << 52) * fraction
    }

    /// The logarithm to base 2 of a number from 1 up, to about a hundredth.
    @inline(__always)
    static func logarithm(_ x: Double) -> Double {
        let part = x.significand - 1
        return Double(x.exponent) + part * (1.344_6 - part * 0.344_6)
    }
}
