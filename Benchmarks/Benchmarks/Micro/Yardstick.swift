import Benchmark

/// What a machine takes for plain work of the same kinds: multiplications that depend on each other, and reading memory here and there.
/// Other times are divided by its time, so that a threshold holds on a machine that is twice as fast.
func yardstick() {
    let table = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: 1 << 16)
    for i in table.indices { table[i] = UInt64(i) &* 0x9E37_79B9_7F4A_7C15 }
    // Bytes never change from here on.
    nonisolated(unsafe) let words = UnsafeBufferPointer(table)
    Benchmark("yardstick") { benchmark in
        var hash: UInt64 = 1
        for _ in 0..<1 << 18 { hash = (hash ^ words[Int(hash & 0xffff)]) &* 0x0000_0100_0000_01B3 }
        blackHole(hash)
    }
}
