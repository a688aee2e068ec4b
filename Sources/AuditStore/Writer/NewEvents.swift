import SegmentFormat

/// The events of appends that are not known yet.
struct NewEvents: ~Copyable {
    var lines: ByteArena
    var ends: [Int] = []
    var count: Int { ends.count }
    /// Of the events, by their place.
    var flagged: [Int] = []
    var digests: [EventDigest] = []
    var progress: [InputProgress] = []
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
        if let progress = append.progress { self.progress.join(progress) }
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
}
