/// Goes through the rows of both conditions by time, and keeps the runs of first events that may still become a match.
final class SequenceSearch<Key: Sendable, Event: DecodableEvent> {
    private struct Run {
        var first: TimedRow
        var count: Int
        /// Time of the last of them.
        var last: Int64
    }

    private let sequence: SequenceMatches<Key, Event>
    private var rows: KeyedRows
    private var texts: RowTexts
    private var runs: [[EventValue]: Run] = [:]
    private var page: [KeyedRows.Row] = []
    private var index = 0
    /// Matches of the current row that were not given out yet: an event with a list can have several.
    private var waiting: [SequenceMatch<Key, Event>] = []

    private var runLimit: Int { 1_000_000 }

    init(_ sequence: SequenceMatches<Key, Event>) {
        self.sequence = sequence
        rows = KeyedRows(
            sequence.scan, conditions: [sequence.first, sequence.then], keys: sequence.keys.keys)
        texts = RowTexts(sequence.scan)
    }

    func next() throws -> SequenceMatch<Key, Event>? {
        while waiting.isEmpty {
            if index == page.count {
                if let last = page.last { forgetRuns(before: last.place.rank) }
                page = try rows.next()
                index = 0
                if page.isEmpty { return nil }
            }
            let row = page[index]
            index += 1
            // Events without a time are the last ones.
            guard row.place.rank != .max else { return nil }
            try visit(row)
        }
        return waiting.removeFirst()
    }

    private func visit(_ row: KeyedRows.Row) throws {
        let time = row.place.rank
        for key in try row.facts.combinations() {
            let run = runs[key]
            let isRunning = run.map { time - $0.last <= sequence.within } ?? false
            if row.facts.fulfils[1], isRunning, let run, let output = sequence.keys.output(key) {
                runs[key] = nil
                waiting.append(
                    SequenceMatch(
                        key: output, first: try event(run.first), firstCount: run.count, then: try event(row.place),
                        gap: .microseconds(time - run.last)))
                if row.facts.fulfils[0] { runs[key] = Run(first: row.place, count: 1, last: time) }
            } else if row.facts.fulfils[0] {
                if isRunning, var run {
                    run.count += 1
                    run.last = time
                    runs[key] = run
                } else {
                    runs[key] = Run(first: row.place, count: 1, last: time)
                }
            }
        }
        if runs.count > runLimit {
            forgetRuns(before: time)
            guard runs.count <= runLimit else {
                throw AuditStoreError(
                    .limit, "too many keys wait for their second event at a time", expected: "at most \(runLimit)",
                    found: "\(runs.count)")
            }
        }
    }

    private func event(_ row: TimedRow) throws -> Event {
        Event(try texts.event(row, of: rows.pages.segment(of: row)), at: row.position(in: .oldest))
    }

    private func forgetRuns(before time: Int64) {
        runs = runs.filter { time - $0.value.last <= sequence.within }
    }
}
