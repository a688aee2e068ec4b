import Shredding

/// What is known of lines besides their text, by where they begin.
struct LineMarks: Sendable {
    /// Lines that share their identity with an earlier event and are not equal to it. Ascending.
    var flagged: [Int] = []
    /// Lines from which on events come from elsewhere; before the first of them, from where the chunk does. Ascending.
    var origins: [(offset: Int, origin: EventOrigin)] = []

    /// Says that the lines from `offset` on are of `origin`.
    mutating func goOn(from origin: EventOrigin, at offset: Int) {
        if origins.last?.origin != origin { origins.append((offset, origin)) }
    }

    private static func first(in count: Int, where holds: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Those of a part of the lines, counted from its first.
    func within(_ range: Range<Int>) -> LineMarks {
        var marks = LineMarks()
        let flags = Self.first(in: flagged.count) { flagged[$0] >= range.lowerBound }
        marks.flagged = flagged[flags...].prefix { $0 < range.upperBound }.map { $0 - range.lowerBound }
        // The last one before the part is that of its first lines.
        let begin = max(0, Self.first(in: origins.count) { origins[$0].offset > range.lowerBound } - 1)
        marks.origins = origins[begin...].prefix { $0.offset < range.upperBound }
            .map { (max(0, $0.offset - range.lowerBound), $0.origin) }
        return marks
    }
}

extension SegmentBuilder {
    /// Shreds the lines from `start` up to `end`, which is behind a line feed.
    ///
    /// - Parameter marks: counted from `start`.
    func append(
        linesFrom start: UnsafeRawPointer, to end: UnsafeRawPointer, marks: LineMarks,
        malformed: (JSONFailure, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var flagged = marks.flagged[...]
        var begin = 0
        func append(upTo next: Int) throws {
            let part = flagged.prefix { $0 < next }
            flagged = flagged[part.endIndex...]
            try self.append(
                linesFrom: start + begin, to: start + next, flagged: part.map { $0 - begin }, malformed: malformed)
            begin = next
        }
        for (offset, origin) in marks.origins {
            if offset > begin { try append(upTo: offset) }
            goOn(storeValues: origin.storeValues)
        }
        try append(upTo: end - start)
    }
}
