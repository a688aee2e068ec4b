import Benchmark
import SegmentFormat

/// A megabyte of a real log: to a page of a young segment, of a compacted one, and back.
func compressionBenchmarks() {
    let text = Array(Samples.log("apiserver-sample").prefix(1 << 20))
    for (name, policy) in [("lz4", CompressionPolicy.fast()), ("zstd 9", .strong(level: 9))] {
        Benchmark("compression: \(name), compress") { benchmark in
            let compressor = Compressor()
            var page = ByteArena(capacity: 2 << 20)
            benchmark.startMeasurement()
            let codec = text.withUnsafeBytes { compressor.append($0, to: &page, policy: policy) }
            benchmark.stopMeasurement()
            blackHole(codec)
            blackHole(page.count)
        }
        Benchmark("compression: \(name), decompress") { benchmark in
            let compressor = Compressor()
            var page = ByteArena(capacity: 2 << 20)
            defer { extendLifetime(page) }
            let codec = text.withUnsafeBytes { compressor.append($0, to: &page, policy: policy) }
            var target = [UInt8](repeating: 0, count: text.count)
            let bytes = page.bytes
            benchmark.startMeasurement()
            try target.withUnsafeMutableBytes {
                try decompress(bytes, codec: codec, into: $0.baseAddress!, count: text.count)
            }
            benchmark.stopMeasurement()
            blackHole(target[text.count - 1])
        }
    }
}
