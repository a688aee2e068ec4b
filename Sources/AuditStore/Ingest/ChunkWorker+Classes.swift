import SegmentFormat
import Shredding

/// Chunks of a store whose rules choose retention classes.
extension ChunkWorker {
    /// Reads all of the chunk's lines into `text`.
    /// - Returns: false if the file no longer holds what it held; the reason is in the result then.
    func readWhole(_ chunk: Chunk, from file: any ReadableFile, _ result: inout ChunkResult) throws -> Bool {
        while textCapacity < chunk.count { growText(holding: 0) }
        do throws(AuditStoreError) {
            let target = UnsafeMutableRawBufferPointer(start: text, count: chunk.count)
            guard try file.read(at: chunk.offset, into: target) == chunk.count else { return refuse(chunk, &result) }
            let last = UnsafeRawBufferPointer(target).suffix(InputCheckpoint.window)
            return InputRecognition.hash(last) == chunk.checkpoint?.end || refuse(chunk, &result)
        } catch {
            result.failure = error
            return false
        }
    }

    /// Shreds the chunk's lines into segments of one retention class each.
    func appendByClass(_ chunk: Chunk, _ base: UnsafeRawPointer, _ result: inout ChunkResult) throws {
        let all = UnsafeRawBufferPointer(start: base, count: chunk.count)
        var start = 0
        while start < all.count {
            // No more than a segment has room for, however short the lines are, and at least one.
            let limit = UnsafeRawBufferPointer(rebasing: all[start..<min(all.count, start + Limits.rawBytesPerChunk)])
            let length = LastByte.index(of: 0x0a, in: limit).map { $0 + 1 }
            let end = length.map { start + $0 } ?? (LineFeeds.first(in: all, from: start) ?? all.count - 1) + 1
            try appendByClass(chunk, all, start..<end, &result)
            start = end
        }
    }

    /// Shreds lines, and, where they turn out to be of several classes, once more class by class: that takes half as long as to
    /// divide the finished columns.
    private func appendByClass(
        _ chunk: Chunk, _ all: UnsafeRawBufferPointer, _ range: Range<Int>, _ result: inout ChunkResult
    ) throws {
        guard let classifier else { return }
        let lines = UnsafeRawBufferPointer(rebasing: all[range])
        let base = lines.baseAddress!
        let marks = chunk.marks.within(range)
        var refused: Set<Int> = []
        builder.start(storeValues: storeValues)
        try builder.append(linesFrom: base, to: base + lines.count, marks: marks) { failure, line in
            let offset = line.baseAddress! - base
            refused.insert(offset)
            try refuse(line, of: chunk, at: chunk.offset + UInt64(range.lowerBound + offset), failure, &result)
        }
        guard let metadata = try builder.finish() else { return }
        let first = result.events
        result.events += UInt64(metadata.rows)
        result.rawBytes += metadata.rawBytes
        let whole = try SegmentReader(MemorySource(name: chunk.input, bytes: builder.withBytes { Array($0) }))
        let classes = try classifier.classes(of: whole)
        if let only = classes.only {
            let sequences = first...(result.events - 1)
            return try write(metadata, of: chunk, sequences: sequences, retentionClass: only, &result)
        }
        let rows = metadata.rowGroups.map { Int($0.rows) }
        for (retentionClass, runs) in LineRun.byClass(lines, classes, rows: rows, refused: refused) {
            builder.start(storeValues: storeValues)
            for run in runs {
                builder.goOn(atSequence: run.sequence - runs[0].sequence)
                try builder.append(
                    linesFrom: base + run.range.lowerBound, to: base + run.range.upperBound,
                    marks: marks.within(run.range)
                ) { failure, _ in throw failure }
            }
            guard let part = try builder.finish() else { continue }
            let last = builder.lastSequence
            try write(
                part, of: chunk, sequences: first + runs[0].sequence...first + runs[0].sequence + last,
                retentionClass: retentionClass, &result)
        }
    }
}
