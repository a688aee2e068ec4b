import TestSupport

/// Small logs for tests that load them hundreds of times.
enum SmallLogs {
    /// An event at a time of June 2024.
    static func event(_ i: Int, day: Int = 16, second: Int = 0) -> [UInt8] {
        let two = { (n: Int) in n < 10 ? "0\(n)" : "\(n)" }
        let id = "0000000\(i % 10)-73c5-4758-89dc-f32d8f08f64\(i / 10 % 10)"
        return Array(
            """
            {"kind":"Event","level":"Request","auditID":"\(id)","stage":"ResponseComplete","requestURI":"/api/\(i)",\
            "verb":"create","user":{"username":"user-\(i % 3)","groups":["a","b"]},\
            "responseStatus":{"metadata":{},"code":\(200 + i % 2)},\
            "requestObject":{"kind":"Deployment","spec":{"replicas":\(i),\
            "template":{"spec":{"containers":[{"image":"app:\(i)"}]}}}},\
            "requestReceivedTimestamp":"2024-06-\(two(day))T04:00:\(two(second)).000\(100 + i % 800)Z",\
            "stageTimestamp":"2024-06-\(two(day))T04:00:\(two(second)).000\(200 + i % 800)Z"}
            """.utf8)
    }

    static func events(_ range: Range<Int>, day: Int = 16) -> [UInt8] { text(range.map { event($0, day: day) }) }

    /// The first `n` events of the sample, which are real.
    static func real(_ n: Int) -> [UInt8] { text(lines(Fixture.sample).prefix(n)) }
}
