import Testing

@testable import AuditStore

/// `exists` and `all` within each other, and lists as values.
@Suite struct QuantifierTests {
    private static let lines = [
        #"{"user":{"username":"a","groups":["a","b"]},"sourceIPs":["8.8.8.8","10.0.0.1"],"requestObject":{"spec":{"containers":[{"name":"web","args":["-v","x"],"env":[{"name":"web"},{"name":"B"}]},{"name":"db","args":[]}]}}}"#,
        #"{"user":{"username":"c","groups":["a","b"]},"sourceIPs":["8.8.8.8"],"requestObject":{"spec":{"containers":[{"name":"web","args":["x"],"env":[{"name":"A"}]}]}}}"#,
        #"{"user":{"username":"d","groups":["d"]},"sourceIPs":["2001:db8::1"],"requestObject":{"spec":{"containers":"none","matrix":[[1,2],[3]]}}}"#,
        #"{"user":{"username":"e"}}"#,
    ]

    /// The numbers of the lines that match.
    private func matching(_ condition: String) throws -> [Int] {
        let found = try QueryFixture([Self.lines]).lines(TextEvents(where: condition))
        return found.compactMap { line in Self.lines.firstIndex(of: line) }
    }

    @Test(arguments: [
        ("requestObject.spec.containers.exists(c, c.env.exists(e, e.name == c.name))", [0]),
        ("requestObject.spec.containers.exists(c, c.env.all(e, e.name != c.name))", [1]),
        ("requestObject.spec.containers.all(c, c.args.exists(a, a == \"x\"))", [1]),
        ("requestObject.spec.containers.exists(c, c.args.size() == 0)", [0]),
        ("requestObject.spec.containers.exists(c, \"-v\" in c.args)", [0]),
        ("requestObject.spec.containers.exists(c, c.args == [\"x\"])", [1]),
        ("requestObject.spec.containers.exists(c, [c.name, \"y\"].exists(n, n == \"db\"))", [0]),
        ("requestObject.spec.matrix.exists(row, row.exists(x, x > 2) && size(row) == 1)", [2]),
        ("requestObject.spec.matrix.exists(row, row == [1, 2])", [2]),
        ("requestObject.spec.matrix.exists(row, [3] == row)", [2]),
        ("sourceIPs.exists(ip, [\"10.0.0.0/8\", \"2001:db8::/32\"].exists(n, cidr(n).containsIP(ip)))", [0, 2]),
        ("[\"10.0.0.0/8\", \"2001:db8::/32\"].exists(n, sourceIPs.exists(ip, cidr(n).containsIP(ip)))", [0, 2]),
        ("[\"a\", \"d\"].exists(x, x == user.username && x in user.groups)", [0, 2]),
        ("[\"a\", \"b\"].all(x, x in user.groups)", [0, 1]),
        ("user.username in user.groups", [0, 2]),
        ("user.groups == [\"a\", \"b\"]", [0, 1]),
        ("user.groups != [\"a\", \"b\"]", [2]),
        ("[\"a\", \"b\"] == user.groups && size([\"a\", \"b\"]) == 2", [0, 1]),
        ("user.groups in [[\"d\"], [\"e\"]]", [2]),
        ("[1, 2].exists(x, [2, 3].exists(y, x == y)) && user.username == \"e\"", [3]),
        ("user.groups.exists(x, [\"b\"].exists(x, x == \"b\"))", [0, 1, 2]),
        ("[\"z\"].exists(x, user.groups.exists(x, x == \"d\"))", [2]),
    ])
    func conditions(condition: String, expected: [Int]) throws {
        #expect(try matching(condition) == expected, "\(condition)")
    }

    @Test(arguments: [
        ("user.groups.exists(x, x == user.username)", "cannot be tested here"),
        ("[user.username, \"x\"] == user.groups", "a list holds values only"),
        ("user.groups.exists(x, size(x))", "this is no condition"),
    ])
    func errors(condition: String, message: String) {
        let error = #expect(throws: ExpressionError.self) { try matching(condition) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    /// Lists within lists multiply: a short text must not become conditions without number.
    @Test func expansionIsLimited() {
        let list = "[" + (0..<300).map(String.init).joined(separator: ",") + "]"
        let condition = "\(list).exists(a, \(list).exists(b, \(list).exists(c, a == b && b == c && verb == \"x\")))"
        let error = #expect(throws: ExpressionError.self) { try matching(condition) }
        #expect(error?.message == "this would be too many conditions")
    }
}
