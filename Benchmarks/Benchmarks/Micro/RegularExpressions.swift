import AuditStore
import Benchmark

/// Patterns over the distinct paths of requests: as predicates are evaluated, once a value.
func regularExpressionBenchmarks() {
    var random = Samples.Random(state: 4)
    let kinds = ["secrets", "configmaps", "pods", "deployments", "endpoints"]
    let paths = (0..<20_000).map { _ -> [UInt8] in
        let team = ["payments", "search", "web"][random.below(3)]
        let stage = ["prod", "test"][random.below(2)]
        return Array(
            "/api/v1/namespaces/\(team)-\(stage)/\(kinds[random.below(kinds.count)])/\(team)-api-\(random.below(5000))"
                .utf8)
    }
    for (name, pattern) in [
        ("a literal", "/secrets/"), ("alternatives", "/namespaces/[a-z]+-prod/(secrets|configmaps)/[a-z]+-(api|web)"),
        ("without a literal", "(a|b|c|d|e)*[0-9]{3,9}$"), ("any case", "(?i)PAYMENTS-PROD/[^/]+/.*-1[0-9]+$"),
    ] {
        Benchmark("regular expression: \(name)") { benchmark in
            let matcher = try RegularExpression(pattern).makeMatcher()
            benchmark.startMeasurement()
            var found = 0
            for path in paths where path.withUnsafeBytes({ matcher.matches($0) }) { found += 1 }
            benchmark.stopMeasurement()
            blackHole(found)
        }
    }
}
