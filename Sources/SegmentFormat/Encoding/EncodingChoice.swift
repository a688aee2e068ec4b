/// Which light encoding a page of codes gets.
package enum EncodingChoice {
    /// One look at the runs: what ingest can afford.
    static func quick(_ summary: CodeSummary, rows: Int) -> CodeEncoding {
        CodeEncoding(summary.runs < rows / 16 ? .runs : .values)
    }

    /// Tries the encodings that could pay, compressed at a low level, and takes the smallest. More elaborate ones must win
    /// by a twentieth, because they are a little slower to read.
    static func smallest(
        _ input: ChunkInput, partners: PartnerDistances?, coder: CodeCoder, compressor: Compressor
    ) -> (encoding: CodeEncoding, bytes: Int) {
        var candidates = [CodeEncoding(.values), CodeEncoding(.runs)]
        var largest: UInt32 = 0
        for code in input.codes { largest = max(largest, code) }
        let hasNew = largest >= input.firstNew && largest - input.firstNew >= 32
        if hasNew { candidates.append(CodeEncoding(.values, novelty: true)) }
        if partners != nil {
            candidates.append(CodeEncoding(.values, novelty: hasNew, partner: true))
            candidates.append(CodeEncoding(.runs, novelty: false, partner: true))
        }
        var best = candidates[0]
        var bestSize = Int.max
        var raw = ByteArena(capacity: 1 << 16)
        var compressed = ByteArena(capacity: 1 << 16)
        defer { extendLifetime(raw) }
        for candidate in candidates {
            raw.removeAll()
            compressed.removeAll()
            coder.encode(
                input.codes, as: candidate, firstNew: input.firstNew, partners: candidate.partner ? partners : nil,
                to: &raw)
            _ = compressor.append(raw.bytes, to: &compressed, policy: .strong(level: 3))
            let size = compressed.count
            if bestSize == Int.max || size + size / 20 + 8 < bestSize {
                best = candidate
                bestSize = size
            }
        }
        return (best, bestSize)
    }
}
