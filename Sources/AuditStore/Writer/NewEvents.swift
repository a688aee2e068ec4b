import SegmentFormat

/// The events of appends that are not known yet.
struct NewEvents: ~Copyable {
    /// Events that follow each other and are of one origin: a block of the WAL.
    struct Run {
        var origin: EventOrigin
        var events: Range<Int>
        var progress: [InputProgress] = []
    }
    var lines: ByteArena
    var ends: [Int] = []
    var count: Int { ends.count }
    /// Of the events, by their place.
    var flagged: [Int] = []
    private(set) var runs: [Run] = []
    var digests: [EventDigest] = []
    private var known: Set<SipHash.Digest> = []
    private var identities: Set<UInt64> = []

    init(lines: consuming ByteArena) {
        self.lines = lines
        self.lines.removeAll(keepingAtMost: 8 << 20)
    }

    private mutating func take(_ line: UnsafeRawBufferPointer) {
        lines.append(line)
        ends.append(lines.bytes.count)
    }

    mutating func add(_ append: PendingAppend, unless window: borrowing DuplicateWindow) -> AppendReceipt {
        let before = count
        defer {
            if let last = runs.indices.last, runs[last].origin == append.origin {
                runs[last].events = runs[last].events.lowerBound..<count
            } else if count > before {
                runs.append(Run(origin: append.origin, events: before..<count))
            }
            // In the block that has the events: both are there after a crash, or neither is.
            if let progress = append.progress, let last = runs.indices.last { runs[last].progress.join(progress) }
        }
        append.lines.withUnsafeBytes { text in
            var start = 0
            for (index, end) in append.ends.enumerated() {
                let line = UnsafeRawBufferPointer(rebasing: text[start..<end])
                start = end
                guard index < append.digests.count else {
                    take(line)
                    continue
                }
                let digest = append.digests[index]
                guard !window.contains(digest), known.insert(digest.bytes).inserted else { continue }
                let isNew = digest.identity.map { identities.insert($0).inserted } ?? true
                if !isNew || window.hasIdentity(digest) { flagged.append(count) }
                digests.append(digest)
                take(line)
            }
        }
        return AppendReceipt(events: count - before, duplicates: append.ends.count - (count - before))
    }

    /// Hands each run over as the events of a block. - Parameter body: gets them, and the place of the first one.
    func forEachBlock(_ body: (WALEvents, Int) throws -> Void) rethrows {
        var flagged = flagged[...]
        for run in runs {
            let first = run.events.lowerBound
            let start = first == 0 ? 0 : ends[first - 1]
            let end = ends[run.events.upperBound - 1]
            let here = flagged.prefix { $0 < run.events.upperBound }
            flagged = flagged[here.endIndex...]
            try body(
                WALEvents(
                    origin: run.origin, flagged: here.map { $0 - first },
                    lines: UnsafeRawBufferPointer(rebasing: lines.bytes[start..<end]),
                    ends: start == 0 && end == lines.bytes.count ? ends : ends[run.events].map { $0 - start },
                    progress: run.progress), first)
        }
    }
}
