/// The bytes of an event; `Event` is what they are delivered as here.
private typealias StoredEvent = Event

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
    /// Matches whose events were not read yet.
    private var found: [Found] = []
    /// Matches that were not given out yet, the next one last.
    private var waiting: [SequenceMatch<Key, Event>] = []

    private struct Found {
        var key: Key
        var run: Run
        var then: TimedRow
    }

    private var runLimit: Int { 1_000_000 }
    /// Matches whose events are read together, row group by row group; less if their texts are long.
    private var batch: Int { 256 }
    private var batchBytes: Int { 32 << 20 }

    init(_ sequence: SequenceMatches<Key, Event>) {
        self.sequence = sequence
        rows = KeyedRows(
            sequence.scan, conditions: [sequence.first, sequence.then], keys: sequence.keys.keys)
        texts = RowTexts(sequence.scan)
    }

    func next() throws -> SequenceMatch<Key, Event>? {
        while waiting.isEmpty {
            if found.count >= batch || index == page.count && !found.isEmpty {
                try load()
                break
            }
            if index == page.count {
                if let last = page.last { forgetRuns(before: last.place.rank) }
                page = try rows.next()
                index = 0
                if page.isEmpty { return nil }
            }
            let row = page[index]
            index += 1
            // Events without a time are the last ones.
            if row.place.rank == .max {
                index = page.count
                if found.isEmpty { return nil }
                continue
            }
            try visit(row)
        }
        return waiting.popLast()
    }

    private func visit(_ row: KeyedRows.Row) throws {
        let time = row.place.rank
        for key in try row.facts.combinations() {
            let run = runs[key]
            let isRunning = run.map { time - $0.last <= sequence.within } ?? false
            if row.facts.fulfils[1], isRunning, let run, let output = sequence.keys.output(key) {
                runs[key] = nil
                found.append(Found(key: output, run: run, then: row.place))
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

    /// Reads the events of the matches that were found: each row group is decoded once for all of them.
    private func load() throws {
        var count = min(batch, found.count)
        while true {
            let places = found[..<count].flatMap { [$0.run.first, $0.then] }
            var events = [StoredEvent?](repeating: nil, count: places.count)
            var bytes = 0
            for place in places.indices.sorted(by: { places[$0].place < places[$1].place }) {
                try checkCancellation()
                let event = try texts.event(places[place], of: rows.pages.segment(of: places[place]))
                bytes += event.bytes.count
                if bytes > batchBytes, count > 1 { break }
                events[place] = event
            }
            guard bytes <= batchBytes || count == 1 else {
                count = (count + 1) / 2
                continue
            }
            for index in (0..<count).reversed() {
                let match = found[index]
                guard let first = events[2 * index], let then = events[2 * index + 1] else { continue }
                waiting.append(
                    SequenceMatch(
                        key: match.key, first: Event(first, at: match.run.first.position(in: .oldest)),
                        firstCount: match.run.count, then: Event(then, at: match.then.position(in: .oldest)),
                        gap: .microseconds(match.then.rank - match.run.last)))
            }
            found.removeFirst(count)
            return
        }
    }

    private func forgetRuns(before time: Int64) {
        runs = runs.filter { time - $0.value.last <= sequence.within }
    }
}
