import Foundation
import KubernetesAudit
import Testing

@testable import AuditStore

/// Random questions of all kinds to young, compacted and mixed stores, answered by the engine and by the reference.
///
/// `AUDITSTORE_RANDOM_QUERIES` says how many (some hundred without it), `AUDITSTORE_RANDOM_SEED` with which seed they begin.
@Suite struct RandomQuestionTests {
    private static func number(_ variable: String, _ standard: Int) -> Int {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) } ?? standard
    }

    private static let questionsAStore = 60

    @Test(arguments: [false, true], [false, true]) func answersAreThoseOfTheReference(
        areReal: Bool, areDeleted: Bool
    ) async throws {
        let total = Self.number("AUDITSTORE_RANDOM_QUERIES", 1440) / 4
        let seed = UInt64(Self.number("AUDITSTORE_RANDOM_SEED", 1))
        var asked = 0
        var store: UInt64 = 0
        while asked < total {
            let storeSeed = seed &* 1_000_003 &+ store &* 2 &+ (areReal ? 1 : 0)
            asked += try await ask(storeSeed, areReal: areReal, areDeleted: areDeleted, atMost: total - asked)
            store += 1
        }
        print(
            "\(asked) random questions to \(areReal ? "real" : "random") events\(areDeleted ? ", some of them deleted" : ""), from seed \(seed)"
        )
    }

    private func ask(_ seed: UInt64, areReal: Bool, areDeleted: Bool, atMost limit: Int) async throws -> Int {
        var generator = EventGenerator(seed: seed)
        var pieces = generator.segments(3, lines: 60)
        if areReal { pieces = pieces.map { RandomStores.realLines($0.count, &generator.random) } }
        let states = RandomStores.State.allCases
        let state = states[Int(seed % UInt64(states.count))]
        var lines = pieces.flatMap { $0 }
        let snapshot: Snapshot
        if areDeleted {
            let kept: [Int]
            (snapshot, kept) = try await RandomStores.snapshot(pieces, state, deletingOneIn: 3, &generator.random)
            lines = kept.map { lines[$0] }
        } else {
            snapshot = try await RandomStores.snapshot(pieces, state)
        }
        let reference = try ReferenceStore(lines)
        for number in 0..<min(Self.questionsAStore, limit) {
            let question = generator.question()
            let place = "seed \(seed), \(state)\(areDeleted ? ", deleted" : ""), question \(number): \(question.query)"
            if number % 5 == 4 {
                let order = [EventOrder.ingest, .oldest, .newest][number / 5 % 3]
                let limit = number % 2 == 0 ? nil : number
                try compareEvents(question.condition, order, limit, snapshot, reference, lines, place)
                continue
            }
            var query = question.query
            query.threads = 1 + number % 3
            // Every third one within a budget that makes it go over the events in parts; if the answer needs more, as usual.
            var options = QueryOptions()
            if number % 3 == 0, question.top != nil { options.memoryBudget = 40_000 }
            var result: TextResult?
            do {
                result = try await query.run(
                    on: snapshot, schema: KubernetesAudit.description, now: QueryFixture.now, options: options)
            } catch let error as AuditStoreError where error.code == .limit {
                result = try await query.run(on: snapshot, schema: KubernetesAudit.description, now: QueryFixture.now)
            }
            guard let result else { continue }
            let expected = reference.answer(question)
            compare(result, expected, question, place)
            guard number % 4 == 2, let streamed = try await stream(query, snapshot) else { continue }
            compare(streamed, expected, question, "streamed, \(place)")
        }
        return min(Self.questionsAStore, limit)
    }

    /// The answer row by row, within a budget that makes it go through a temporary file; nil if even its parts need more.
    private func stream(_ query: TextQuery, _ snapshot: Snapshot) async throws -> TextResult? {
        var options = QueryOptions(memoryBudget: 30_000)
        options.files = MemoryFileSystem()
        do {
            let rows = try await query.rows(
                on: snapshot, schema: KubernetesAudit.description, now: QueryFixture.now, options: options)
            var result = TextResult(columns: rows.columns, rows: [], keyColumns: rows.keyColumns)
            for try await row in rows { result.rows.append(row) }
            return result
        } catch let error as AuditStoreError where error.code == .limit { return nil }
    }

    private func compareEvents(
        _ condition: ReferenceCondition, _ order: EventOrder, _ limit: Int?, _ snapshot: Snapshot,
        _ reference: ReferenceStore, _ lines: [String], _ place: String
    ) throws {
        var matching = reference.events.indices.filter { condition.holds(reference.events[$0]) }
        if order != .ingest {
            // Events without a time are last in both orders; of equal times the newest first begins with the last that came.
            let sign: Int64 = order == .newest ? -1 : 1
            let ranks = reference.events.map { event in ReferenceStore.time(event).map { sign * $0 } ?? .max }
            matching.sort { (ranks[$0], sign * Int64($0)) < (ranks[$1], sign * Int64($1)) }
        }
        let expected = matching.prefix(limit ?? .max).map { Array(lines[$0].utf8) }
        var found: [[UInt8]] = []
        try TextEvents(where: condition.text, order: order, limit: limit).run(
            on: snapshot, schema: KubernetesAudit.description, now: QueryFixture.now
        ) { found.append(Array($0)) }
        if found != expected {
            Issue.record("\(found.count) events and not \(expected.count), \(order) \(limit ?? 0): \(place)")
        }
    }

    private func compare(
        _ result: TextResult, _ expected: [ReferenceStore.Row], _ question: RandomQuestion, _ place: String
    ) {
        guard result.rows.count == expected.count else {
            Issue.record("\(result.rows.count) rows and not \(expected.count): \(place)")
            return
        }
        for (row, expected) in zip(result.rows, expected) {
            var cells = row[...]
            var isEqual = true
            if let time = expected.time {
                if case .string(let text)? = cells.popFirst() { isEqual = Instant(text)?.microseconds == time }
            }
            for (cell, value) in zip(cells, expected.keys + expected.values) where !Self.areEqual(cell, value) {
                isEqual = false
            }
            if !isEqual {
                Issue.record("\(row) and not \(expected): \(place)")
                return
            }
        }
    }

    private static func areEqual(_ cell: TextValue, _ value: ReferenceValue?) -> Bool {
        switch (cell, value) {
        case (.null, nil): true
        case (.string(let text), .text(let other)): text.utf8.elementsEqual(other.utf8)
        case (.int(let number), .number(let other)): Double(number) == other
        // Sums are added up in another order.
        case (.double(let number), .number(let other)): abs(number - other) <= 1e-9 * max(1, abs(other))
        default: false
        }
    }
}
