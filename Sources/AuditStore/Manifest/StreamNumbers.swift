import SegmentFormat

/// Which sequences the events of streams got when they were sealed.
///
/// The events of streams are numbered as they are acknowledged, from 0 on for the life of the store; what is no event has no number. Their sequences they
/// get when they are sealed, perhaps behind those of a file that was loaded meanwhile. Whoever has seen an event before it
/// was sealed knows by this that it is the same one.
package struct StreamNumbers: Sendable, Equatable {
    /// Events with numbers that follow each other, and so do their sequences.
    package struct Run: Sendable, Equatable {
        package var number: UInt64
        package var sequence: UInt64
        package var count: UInt64
    }
    /// Ascending. Those of seals between which nothing was loaded are one; the oldest ones are forgotten.
    package private(set) var runs: [Run] = []
    /// The number of the first event that is not sealed.
    package private(set) var next: UInt64 = 0

    package static let runLimit = 1024

    package init() {}

    mutating func seal(sequence: UInt64, count: UInt64) {
        guard count > 0 else { return }
        if let last = runs.last, last.sequence + last.count == sequence {
            runs[runs.count - 1].count += count
        } else {
            runs.append(Run(number: next, sequence: sequence, count: count))
            if runs.count > Self.runLimit { runs.removeFirst() }
        }
        next += count
    }

    /// The sequences of sealed events with numbers in the range; nil if they are forgotten.
    func sequences(of numbers: Range<UInt64>) -> [Range<UInt64>]? {
        guard let first = runs.first else { return numbers.isEmpty || numbers.lowerBound >= next ? [] : nil }
        guard numbers.isEmpty || first.number <= numbers.lowerBound else { return nil }
        return runs.compactMap { run in
            let known = numbers.clamped(to: run.number..<run.number + run.count)
            guard !known.isEmpty else { return nil }
            let start = run.sequence + (known.lowerBound - run.number)
            return start..<start + UInt64(known.count)
        }
    }

    func encode(to output: inout ByteArena) {
        output.append(varint: next)
        output.append(varint: runs.count)
        for run in runs {
            output.append(varint: run.number)
            output.append(varint: run.sequence)
            output.append(varint: run.count)
        }
    }

    init(_ reader: inout ByteReader) throws(SegmentError) {
        next = try reader.varint()
        for _ in 0..<(try reader.count(limit: Self.runLimit)) {
            let run = Run(number: try reader.varint(), sequence: try reader.varint(), count: try reader.varint())
            let limit: UInt64 = 1 << 60
            guard run.number <= limit, run.sequence <= limit, run.count <= limit,
                runs.last.map({ $0.number + $0.count == run.number }) ?? true
            else { throw .corrupt("the manifest has impossible numbers of stream events") }
            runs.append(run)
        }
        guard next <= 1 << 60, runs.last.map({ $0.number + $0.count == next }) ?? true else {
            throw .corrupt("the manifest has impossible numbers of stream events")
        }
    }
}
