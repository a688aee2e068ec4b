import SegmentFormat

extension EventScan {
    /// Merges the segments by ingest sequence. A segment is opened when its first sequence is reached, and let go of after
    /// its last event, so that as few as possible are open at a time.
    ///
    /// - Parameters:
    ///   - first: events with a smaller sequence are passed over.
    ///   - body: gets an event and its sequence; false ends it.
    func forEachInIngestOrder(
        limit: Int, from first: UInt64 = 0, _ body: (UnsafeRawBufferPointer, UInt64) throws -> Bool
    ) throws {
        guard limit > 0 else { return }
        let predicate = wholePredicate
        let segments = first == 0 ? segments : segments.filter { $0.lastSequence >= first }
        var nextSegment = 0
        var open: [RowCursor] = []
        var delivered = 0
        var counts = ScanCounts(of: segments, among: snapshot.segments)
        defer {
            for cursor in open { counts.add(cursor.counts) }
            counts.segmentsPrunedByLimit = segments.count - nextSegment
            options.recorder?.record(counts)
        }
        while true {
            // Whoever has the smallest sequence is next; a segment that is not open yet may have a smaller one.
            var best = Self.smallest(open)
            while nextSegment < segments.count,
                best.map({ segments[nextSegment].firstSequence < open[$0].sequence }) ?? true
            {
                let segment = segments[nextSegment]
                nextSegment += 1
                try checkCancellation()
                let reader = try reader(segment)
                let prepared = try predicate.prepared(for: reader, schema: schema)
                if case .constant(false) = prepared {
                    counts.segmentsPrunedByDictionary += 1
                    continue
                }
                let cursor = try RowCursor(segment, reader, prepared, from: first)
                if try cursor.advance() { open.append(cursor) } else { counts.add(cursor.counts) }
                best = Self.smallest(open)
            }
            guard let best else { return }
            let cursor = open[best]
            // Up to the next sequence that another segment has, rows are this one's without looking at the others.
            var bound = nextSegment < segments.count ? segments[nextSegment].firstSequence : .max
            for (i, other) in open.enumerated() where i != best { bound = min(bound, other.sequence) }
            repeat {
                guard try body(try cursor.event(), cursor.sequence) else { return }
                delivered += 1
                if delivered == limit { return }
                if try !cursor.advance() {
                    counts.add(open.remove(at: best).counts)
                    break
                }
            } while cursor.sequence <= bound
        }
    }

    private static func smallest(_ cursors: [RowCursor]) -> Int? {
        cursors.indices.min { cursors[$0].sequence < cursors[$1].sequence }
    }
}
