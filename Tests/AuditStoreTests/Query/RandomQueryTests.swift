import Testing

@testable import AuditStore

/// Random questions, answered by the engine and by the reference.
@Suite struct RandomQueryTests {
    private static func value(_ value: TextValue) -> ReferenceValue? {
        switch value {
        case .string(let text): .text(text)
        case .int(let number): .number(Double(number))
        case .double(let number): .number(number)
        default: nil
        }
    }

    @Test(arguments: 1...20)
    func groups(seed: Int) async throws {
        var generator = EventGenerator(seed: UInt64(seed))
        let fixture = try QueryFixture(generator.segments(4, lines: 300))
        let reference = try ReferenceStore(fixture.lines)
        for number in 0..<25 {
            let condition = generator.condition(depth: 3)
            let fields = generator.fields()
            var expected = reference.groups(fields, where: condition)
            if fields.isEmpty, expected.isEmpty { expected = [[]: 0] }
            let result = try await fixture.ask(
                TextQuery(where: condition.text, by: fields, aggregates: ["count"], threads: 1 + number % 3))
            var found: [[ReferenceValue?]: Int] = [:]
            for row in result.rows {
                guard case .int(let count) = row.last! else { continue }
                let key = row.dropLast().map(Self.value)
                #expect(found[key] == nil)
                found[key] = Int(count)
            }
            #expect(found == expected, "seed \(seed), question \(number): \(condition.text) by \(fields)")
        }
    }

    @Test(arguments: 1...10)
    func events(seed: Int) throws {
        var generator = EventGenerator(seed: UInt64(seed) << 32)
        let fixture = try QueryFixture(generator.segments(5, lines: 200))
        let reference = try ReferenceStore(fixture.lines)
        for number in 0..<20 {
            let condition = generator.condition(depth: 3)
            let expected = zip(fixture.lines, reference.events).filter { condition.holds($0.1) }.map(\.0)
            let found = try fixture.lines(TextEvents(where: condition.text))
            #expect(found.count == expected.count, "seed \(seed), question \(number): \(condition.text)")
            #expect(
                found.elementsEqual(expected) { $0.utf8.elementsEqual($1.utf8) },
                "seed \(seed), question \(number): \(condition.text)")
        }
    }

    @Test(arguments: 1...10)
    func aggregates(seed: Int) async throws {
        var generator = EventGenerator(seed: UInt64(seed) << 16)
        let fixture = try QueryFixture(generator.segments(3, lines: 400))
        let reference = try ReferenceStore(fixture.lines)
        let condition = generator.condition(depth: 2)
        let expected = reference.collect("responseStatus.code", by: "verb", where: condition)
        let result = try await fixture.ask(
            TextQuery(
                where: condition.text, by: ["verb"],
                aggregates: ["distinct", "sum", "min", "max", "p50"].map { "\($0)(responseStatus.code)" }))
        #expect(result.rows.count == expected.count)
        for row in result.rows {
            let values = try #require(expected[Self.value(row[0])]).sorted()
            let numbers = values.map { value in if case .number(let number) = value { number } else { 0.0 } }
            #expect(row[1] == .int(Int64(Set(values).count)))
            guard !values.isEmpty else {
                #expect(row[2...] == [.null, .null, .null, .null])
                continue
            }
            let median = numbers[(numbers.count + 1) / 2 - 1]
            #expect(
                row[2...] == [numbers.reduce(0, +), numbers.first!, numbers.last!, median].map { .int(Int64($0)) }[...])
        }
    }
}
