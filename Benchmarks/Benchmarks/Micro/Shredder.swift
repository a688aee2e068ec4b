import Benchmark
import KubernetesAudit
import Shredding

/// Lines to a young segment, in memory: parsing, columns, encoding, compression.
func shreddingBenchmarks() {
    let sample = Samples.log("apiserver-sample")
    for (name, log) in [
        ("with bodies", sample), ("metadata", Samples.withoutBodies(sample)), ("odd JSON", Samples.log("edge")),
    ] {
        let padded = log + [UInt8](repeating: 0x0a, count: 64)
        let count = log.count
        Benchmark("shredder: \(name)") { benchmark in
            // What it has learnt of the events' shapes is kept from chunk to chunk, as a load keeps it.
            let builder = SegmentBuilder(schema: KubernetesAudit.description.shredding, storeColumns: [])
            for isMeasured in [false, true] {
                if isMeasured { benchmark.startMeasurement() }
                builder.start(storeValues: [])
                try padded.withUnsafeBytes { bytes in
                    let start = bytes.baseAddress!
                    try builder.append(linesFrom: start, to: start + count) { _, _ in }
                }
                let metadata = try builder.finish()
                if isMeasured { benchmark.stopMeasurement() }
                blackHole(metadata?.rows)
            }
        }
    }
}
