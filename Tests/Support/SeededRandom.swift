/// SplitMix64 (Sebastiano Vigna): a sequence of numbers that a seed determines.
package struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    /// 0 ..< bound, near enough to evenly.
    package mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next() % UInt64(bound)) }

    package mutating func oneIn(_ n: Int) -> Bool { below(n) == 0 }

    package mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    package mutating func bytes(_ n: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: n) { buffer, count in
            for i in 0..<n { buffer[i] = UInt8(truncatingIfNeeded: next()) }
            count = n
        }
    }
}

/// The seeds of random tests: the same ones each time, so that what is found once is found again.
package enum Seeds {
    package static let fixed: [UInt64] = [1, 20_261_123]

    /// Prints the seed, so that a failure can be repeated.
    package static func announce(_ seed: UInt64, _ what: String) -> SeededRandom {
        print("\(what): seed \(seed)")
        return SeededRandom(seed: seed)
    }
}
