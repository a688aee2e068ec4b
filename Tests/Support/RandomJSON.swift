/// JSON as no encoder would write it.
package struct RandomJSON {
    package var random: SeededRandom
    private var output: [UInt8] = []

    package init(_ random: SeededRandom) { self.random = random }

    /// An object on one line.
    package mutating func object(depth: Int = 4) -> [UInt8] {
        output.removeAll(keepingCapacity: true)
        if random.oneIn(20) { space() }
        appendObject(depth)
        if random.oneIn(20) { space() }
        return output
    }

    private mutating func add(_ text: String) { output.append(contentsOf: text.utf8) }

    private mutating func space() {
        for _ in 0..<random.below(3) { output.append(random.pick([0x20, 0x09, 0x0d])) }
    }

    private mutating func appendObject(_ depth: Int) {
        add("{")
        space()
        let count = random.below(7)
        for i in 0..<count {
            if i > 0 {
                add(",")
                space()
            }
            key()
            space()
            add(":")
            space()
            value(depth)
            space()
        }
        add("}")
    }

    /// Few names, so that keys are repeated within an object and between objects.
    private static let keys = [
        "a", "b", "a.b", "", "a\\u002eb", "\\u0000", "requestObject", "responseObject", "auditID", "stageTimestamp",
        "requestReceivedTimestamp", "user", "groups", "x", "y", "spec", "replicas", "l", "n", "key with spaces", "\\\"",
        "metadata", "labels", "app", "\u{e9}", "e\u{301}", "a/b", "*", "[0]", "$", "0", "\u{7f}", "requestObject.x",
    ]

    private mutating func key() {
        output.append(0x22)
        if random.oneIn(30) {
            output.append(contentsOf: [0x6b, random.pick([0xff, 0xfe, 0xc0, 0x80])])
        } else {
            add(random.pick(Self.keys))
        }
        output.append(0x22)
    }

    private mutating func value(_ depth: Int) {
        switch random.below(depth > 0 ? 9 : 6) {
        case 0: number()
        case 1: add(random.pick(["true", "false", "null"]))
        case 2, 3: string()
        case 4: time()
        case 5: uuid()
        case 6: appendObject(depth - 1)
        case 7: array(depth - 1)
        default: nested()
        }
    }

    private mutating func array(_ depth: Int) {
        add("[")
        space()
        let count = random.below(4)
        for i in 0..<count {
            if i > 0 {
                add(",")
                space()
            }
            value(depth)
            space()
        }
        add("]")
    }

    /// Deep, and of both kinds of containers.
    private mutating func nested() {
        let depth = random.oneIn(50) ? 2000 : random.below(40)
        var ends: [String] = []
        for _ in 0..<depth {
            let isObject = random.oneIn(2)
            add(isObject ? "{\"d\":" : "[")
            ends.append(isObject ? "}" : "]")
        }
        add("1")
        for end in ends.reversed() { add(end) }
    }

    private mutating func number() {
        add(
            random.pick([
                "0", "-0", "1", "1.0", "1e3", "1E+3", "1E400", "1e-999", "200", "403", "9223372036854775808", "-1.5e-7",
                String(repeating: "7", count: 400), "0.000", "18446744073709551616",
            ]))
    }

    private mutating func string() {
        output.append(0x22)
        for _ in 0..<random.below(12) {
            if random.oneIn(8) {
                output.append(UInt8(0x80 + random.below(0x80)))
            } else {
                add(
                    random.pick([
                        "a", "bc", "0123456789", " ", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t",
                        "\\u0000", "\\ud800",
                        "\\uDFFF\\ud800", "\\u00E9", "é", "日本", "🙂", "{", "}", "[", "]", ",", ":", "\u{7f}",
                        "system:node:",
                    ]))
            }
        }
        output.append(0x22)
    }

    private mutating func time() {
        add(
            random.pick([
                "\"2024-06-16T04:00:0\(random.below(10)).\(100_000 + random.below(900_000))Z\"",
                "\"2024-02-29T23:59:59.999999Z\"", "\"2023-02-29T00:00:00.000000Z\"", "\"2024-06-16T04:00:00Z\"",
                "\"2024-06-16T04:00:00.000000z\"", "\"2024-06-16T04:00:60.000000Z\"", "\"0000-01-01T00:00:00.000000Z\"",
                "\"9999-12-31T23:59:59.999999Z\"", "\"2024-06-16T04:00:00.000000+00:00\"",
            ]))
    }

    private mutating func uuid() {
        let digits = Array("0123456789abcdef")
        func hex(_ n: Int, _ random: inout SeededRandom) -> String { String((0..<n).map { _ in random.pick(digits) }) }
        let text = [8, 4, 4, 4, 12].map { hex($0, &random) }.joined(separator: "-")
        add("\"" + (random.oneIn(4) ? text.uppercased() : random.oneIn(4) ? String(text.dropLast()) : text) + "\"")
    }
}
