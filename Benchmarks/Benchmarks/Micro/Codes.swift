import Benchmark
import SegmentFormat

/// Codes of a row group, in each encoding: to a page, and back.
func codeBenchmarks() {
    for shape in CodeShape.allCases {
        let codes = shape.codes
        for (name, encoding) in [
            ("values", CodeEncoding(.values)), ("values, novelty", CodeEncoding(.values, novelty: true)),
            ("runs", CodeEncoding(.runs)), ("runs, novelty", CodeEncoding(.runs, novelty: true)),
        ] {
            Benchmark("codes, \(shape): \(name), encode") { benchmark in
                let coder = CodeCoder()
                var page = ByteArena(capacity: 1 << 20)
                benchmark.startMeasurement()
                codes.withUnsafeBufferPointer {
                    coder.encode($0, as: encoding, firstNew: 1, partners: nil, to: &page)
                }
                benchmark.stopMeasurement()
                blackHole(page.count)
            }
            Benchmark("codes, \(shape): \(name), decode") { benchmark in
                let coder = CodeCoder()
                var page = ByteArena(capacity: 1 << 20)
                defer { extendLifetime(page) }
                codes.withUnsafeBufferPointer {
                    coder.encode($0, as: encoding, firstNew: 1, partners: nil, to: &page)
                }
                var target = [UInt32](repeating: 0, count: codes.count)
                let bytes = page.bytes
                benchmark.startMeasurement()
                try target.withUnsafeMutableBufferPointer { target in
                    try coder.decode(
                        bytes, firstNew: 1, partners: nil,
                        reference: { _ throws(SegmentError) in throw .corrupt("no references") }, into: target)
                }
                benchmark.stopMeasurement()
                blackHole(target[codes.count - 1])
            }
        }
    }
}

/// What columns look like.
enum CodeShape: String, CaseIterable {
    /// A hundred values in any order: a verb, a user.
    case few
    /// Values that stay for a while: a namespace, a node.
    case runs
    /// Nearly all different: a resource version.
    case unique

    var codes: [UInt32] {
        var random = Samples.Random(state: 1)
        var last: UInt32 = 1
        return (0..<Samples.rows).map { row -> UInt32 in
            switch self {
            case .few: return UInt32(1 + random.below(100))
            case .unique: return UInt32(1 + row)
            case .runs:
                if random.below(40) == 0 { last = UInt32(1 + random.below(100)) }
                return last
            }
        }
    }
}
