// This one must compile: what the others get wrong, done right.
import AuditStore
import KubernetesAudit

func question(_ events: EventQuery<KubernetesAudit>) async throws {
    let networks: IPNetworkSet = ["10.0.0.0/8", "fd00::/8"]
    let groups =
        try events
        .where { $0.response.code == 403 && !$0.remoteIP.isContained(in: networks) }
        .where { try $0.requestURI.matches("/secrets/") }
        .where { $0.requestObject["spec"]["replicas"].as(Int.self) > 3 || $0.verb == $0.stage }
        .where { $0.verb.satisfies { (verb: String) in verb.count > 3 } }
        .group { ($0.verb, $0.user.groups.elements(), $0.stageTime.bucket(.days(1), in: .utc)) }
        .aggregate(
            .count, .sum(\.latency), .quantile(0.5, of: \.latency), .histogram(\.latency, width: .milliseconds(10)),
            .mostFrequent(3, of: \.user.name), .max(\.requestObject["spec"]["replicas"].int)
        )
        .having { $0.value.0 > 10 }
        .order(.descending) { $0.value.0 }
        .limit(10)
    let answer = groups.having { $0.key.0 != "get" }.order(by: \.key.1)
    for ((verb, group, day), (count, sum, median, buckets, users, replicas)) in try await answer.rows() {
        let texts: [String] = [verb, group, users.first?.value ?? ""]
        let numbers: [Int] = [count, buckets.count, replicas ?? 0]
        let durations: [Duration?] = [sum, median]
        let start: Instant = day
        _ = (texts, numbers, durations, start)
    }
    let everything: (Int, Int, Int) = try await events.aggregate(
        .count, .approximateDistinct(\.auditID), .mismatches(\.requestObject["spec"]["replicas"].int))
    _ = everything
}
