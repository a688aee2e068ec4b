import KubernetesAudit
import Testing

@testable import AuditStore

/// Whatever a condition says, it is refused with a place and a reason, or evaluated: nothing traps and nothing hangs.
@Suite struct CompilerFuzzTests {
    private static let seeds: [UInt64] = [1, 2, 3, UInt64.random(in: .min ... .max)]

    private static let fields = [
        "verb", "user.username", "user.groups", "sourceIPs", "remoteIP", "latency", "stageTimestamp",
        "requestReceivedTimestamp", "responseStatus.code", "requestObject.spec.containers", "requestObject",
        "requestObject.spec.containers[*].image", "sourceIPs[0]", "annotations[\"a/b\"]", "isTerminal", "_raw",
        "auditID",
    ]
    private static let literals = [
        "1", "-5", "1.5", "1e300", "18446744073709551615u", "\"x\"", "\"10.0.0.0/8\"", "\"2024-06-16T04:00:00Z\"",
        "\"1h\"",
        "true", "false", "null", "[]", "[1, \"x\", true]", "[[1], [2]]", "\"(a+)+$\"", "\"a(\"", "\"\"", "\"é\\u0000\"",
    ]
    private static let tests = ["startsWith", "endsWith", "contains", "matches"]
    private static let operators = ["==", "!=", "<", "<=", ">", ">=", "in"]

    /// Text that mostly parses, and often makes no sense.
    private struct Generator {
        var random: SeededGenerator
        var variables: [String] = []

        mutating func below(_ n: Int) -> Int { Int.random(in: 0..<n, using: &random) }
        mutating func pick(_ values: [String]) -> String { values[below(values.count)] }

        mutating func term(_ depth: Int) -> String {
            switch below(depth > 0 ? 9 : 3) {
            case 0: return pick(CompilerFuzzTests.literals)
            case 1: return pick(CompilerFuzzTests.fields)
            case 2:
                return variables.isEmpty
                    ? pick(CompilerFuzzTests.fields) : pick(variables) + pick(["", "", ".name", "[0]"])
            case 3: return "size(\(term(depth - 1)))"
            case 4: return "\(pick(["ip", "timestamp", "duration"]))(\(term(depth - 1)))"
            case 5: return "[\(term(depth - 1)), \(term(depth - 1))]"
            default: return "(\(condition(depth - 1)))"
            }
        }

        mutating func condition(_ depth: Int) -> String {
            guard depth > 0 else { return "\(term(0)) \(pick(CompilerFuzzTests.operators)) \(term(0))" }
            switch below(9) {
            case 0: return "\(condition(depth - 1)) && \(condition(depth - 1))"
            case 1: return "\(condition(depth - 1)) || \(condition(depth - 1))"
            case 2: return "!(\(condition(depth - 1)))"
            case 3: return "\(term(depth - 1)).\(pick(CompilerFuzzTests.tests))(\(term(depth - 1)))"
            case 4: return "has(\(pick(CompilerFuzzTests.fields)))"
            case 5: return "cidr(\(term(depth - 1))).containsIP(\(term(depth - 1)))"
            case 6, 7:
                let list = below(2) == 0 ? term(0) : "[\(term(0)), \(term(0))]"
                let variable = "v\(below(3))"
                variables.append(variable)
                defer { variables.removeLast() }
                return "\(list).\(pick(["exists", "all"]))(\(variable), \(condition(depth - 1)))"
            default: return "\(term(depth - 1)) \(pick(CompilerFuzzTests.operators)) \(term(depth - 1))"
            }
        }
    }

    @Test(arguments: seeds)
    func conditions(seed: UInt64) throws {
        print("CompilerFuzzTests.conditions: seed \(seed)")
        var events = EventGenerator(seed: seed)
        let fixture = try QueryFixture([(0..<20).map { _ in events.line() } + TypedQueryTests.lines])
        var generator = Generator(random: SeededGenerator(seed: seed))
        var compiled = 0
        for _ in 0..<1200 {
            let text = generator.condition(generator.below(5))
            do throws(ExpressionError) {
                _ = try ExpressionCompiler.predicate(text, fields: TextFields(KubernetesAudit.description), now: 0)
            } catch {
                #expect(error.range.upperBound <= text.utf8.count && !error.message.isEmpty, "seed \(seed): \(text)")
                continue
            }
            compiled += 1
            // What holds and what does not hold are all events together.
            let holds = try fixture.lines(TextEvents(where: text)).count
            let others = try fixture.lines(TextEvents(where: "!(\(text))")).count
            #expect(holds + others == fixture.lines.count, "seed \(seed): \(text)")
        }
        #expect(compiled > 100, "seed \(seed)")
    }

    /// The texts beside conditions: aggregates, widths, orders, conditions on columns.
    @Test(arguments: seeds)
    func questions(seed: UInt64) async throws {
        print("CompilerFuzzTests.questions: seed \(seed)")
        let fixture = try TypedQueryTests.fixture()
        var generator = Generator(random: SeededGenerator(seed: seed))
        let names = [
            "count", "distinct", "approxDistinct", "topK", "histogram", "quantile", "approxQuantile", "stddev", "p50",
            "x",
        ]
        let arguments = [
            "latency", "verb", "stageTimestamp", "1", "0.5", "-1", "[1,2]", "[", "]", "", "a[\"b,c\"]", "1e99", "nan",
        ]
        let widths = ["1h", "1w", "2months", "1y", "0h", "-1d", "99999999999999w", "1mont", "h", "3d12h", "1us"]
        var answered = 0
        for _ in 0..<800 {
            let count = 1 + generator.below(3)
            let aggregates = (0..<count).map { _ in
                let name = generator.pick(names)
                let more = (0..<generator.below(2)).map { _ in "," + generator.pick(arguments) }.joined()
                let field = generator.below(6) == 0 ? generator.pick(arguments) : generator.pick(["latency", "verb"])
                return name == "count" || generator.below(20) == 0 ? name : "\(name)(\(field)\(more))"
            }
            let having = ["\(aggregates[0]) > 1", "has(\(aggregates[0]))", "count in [1]", aggregates[0], "verb == "]
            let query = TextQuery(
                by: generator.below(2) == 0 ? [] : ["verb"],
                every: generator.below(2) == 0 ? nil : generator.pick(widths),
                aggregates: aggregates, having: generator.below(2) == 0 ? nil : generator.pick(having),
                top: generator.below(3) == 0 ? generator.below(3) : nil,
                limit: generator.below(3) == 0 ? generator.below(3) : nil,
                order: generator.below(4) == 0 ? generator.pick(aggregates) + ":desc" : nil)
            do {
                _ = try await fixture.ask(query)
                answered += 1
            } catch let error as ExpressionError {
                #expect(!error.message.isEmpty)
            }
        }
        #expect(answered > 50, "seed \(seed)")
    }
}
