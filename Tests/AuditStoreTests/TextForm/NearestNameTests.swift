import Testing

@testable import AuditStore

@Suite("Suggestion of names")
struct NearestNameTests {
    static let fields = [
        "verb", "user.username", "user.groups", "user.namespace", "sourceIPs", "userAgent", "objectRef.resource",
        "objectRef.namespace", "objectRef.name", "responseStatus.code", "latency", "remoteIP", "stage",
        "stageTimestamp",
    ]

    @Test(
        "The nearest field",
        arguments: [
            ("user.usrname", "user.username"), ("user.usernmae", "user.username"), ("User.Username", "user.username"),
            ("username", "user.username"), ("code", "responseStatus.code"), ("namespace", "user.namespace"),
            ("sourceIps", "sourceIPs"), ("remoteip", "remoteIP"), ("vrb", "verb"),
            ("objectref.resources", "objectRef.resource"),
            ("responsestatus.Code", "responseStatus.code"), ("stagetimestmp", "stageTimestamp"),
            ("verb", nil), ("x", nil), ("", nil), ("image", nil), ("requestObject.spec", nil),
            (String(repeating: "user", count: 1000), nil),
        ] as [(String, String?)])
    func nearest(name: String, expected: String?) {
        #expect(ExpressionError.nearestName(to: name, among: Self.fields) == expected)
    }

    @Test(
        "Edit distance, with swaps of neighbours",
        arguments: [
            ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("abc", "abc", 0), ("abc", "abd", 1), ("abc", "acb", 1),
            ("kitten", "sitting", 3), ("ca", "abc", 3), ("verb", "evrb", 1),
        ])
    func distance(source: String, target: String, expected: Int) {
        #expect(ExpressionError.editDistance(Array(source.utf8), Array(target.utf8)) == expected)
    }

    @Test("An unknown field")
    func unknownField() throws {
        let source = "usr.username == 'a'"
        let root = try Expression(parsing: source)
        let place = try #require(root.kind.children.first)
        guard case .field(let path) = place.kind else {
            Issue.record("not a field")
            return
        }
        let error = ExpressionError.unknownField(path, at: place.range, in: source, knownFields: Self.fields)
        #expect(
            error.description == """
                line 1, column 1: there is no field `usr.username`
                    usr.username == 'a'
                    ^~~~~~~~~~~~
                    hint: did you mean `user.username`?
                """)
    }
}
