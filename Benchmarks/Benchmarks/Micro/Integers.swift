import Benchmark
import SegmentFormat

/// Times of a row group: differences to the one before, and to another column.
func integerBenchmarks() {
    var random = Samples.Random(state: 2)
    var time: Int64 = 1_718_510_400_000_000
    let received = (0..<Samples.rows).map { _ -> Int64 in
        time += Int64(random.below(20_000))
        return time
    }
    let done = received.map { $0 + Int64(random.below(80_000)) }
    for (name, form) in [("delta", IntegerForm.delta), ("relative", .relative)] {
        Benchmark("integers: \(name), encode") { benchmark in
            var page = ByteArena(capacity: 1 << 20)
            benchmark.startMeasurement()
            encode(done, form, received, to: &page)
            benchmark.stopMeasurement()
            blackHole(page.count)
        }
        Benchmark("integers: \(name), decode") { benchmark in
            var page = ByteArena(capacity: 1 << 20)
            defer { extendLifetime(page) }
            encode(done, form, received, to: &page)
            var target = [Int64](repeating: 0, count: done.count)
            let bytes = page.bytes
            benchmark.startMeasurement()
            try received.withUnsafeBufferPointer { reference in
                try target.withUnsafeMutableBufferPointer { target in
                    try IntegerCoder.decode(
                        bytes, rows: done.count, isPresent: { _ in true }, reference: reference.baseAddress,
                        partners: nil,
                        into: target.baseAddress!)
                }
            }
            benchmark.stopMeasurement()
            blackHole(target[done.count - 1])
        }
    }
}

private func encode(_ values: [Int64], _ form: IntegerForm, _ reference: [Int64], to page: inout ByteArena) {
    values.withUnsafeBufferPointer { values in
        reference.withUnsafeBufferPointer { reference in
            IntegerCoder.encode(
                values.baseAddress!, rows: values.count, isPresent: { _ in true }, form: form,
                reference: reference.baseAddress,
                partners: nil, to: &page)
        }
    }
}
