import AuditStore
import KubernetesAudit

/// The twelve questions, through the typed API.
package struct Suite: Sendable {
    private let events: EventQuery<KubernetesAudit>
    private let question: Question

    package init(events: EventQuery<KubernetesAudit>, question: Question) {
        self.events = events
        self.question = question
    }

    private static let privateNetworks: [IPNetwork] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
    private static let secrets = "/namespaces/[a-z]+-prod/(secrets|configmaps)/[a-z]+-(api|web)"

    package func rows() async throws -> [[Cell]] {
        switch question.query {
        case "Q1":
            let rows = try await events.where { $0.response.code == 403 }
                .group { $0.stageTime.bucket(.hours(1)) }.aggregate(.count).rows()
            return rows.map { [Cell($0.key), Cell($0.value)] }
        case "Q2":
            let rows = try await events.where { $0.response.code.isIn([401, 403]) }
                .group { ($0.user.name.optional, $0.remoteIP.optional) }.aggregate(.count).top(20)
            return rows.map { [Cell($0.key.0), Cell($0.key.1), Cell($0.value)] }
        case "Q3":
            let rows =
                try await events
                .where { $0.user.kind == .serviceAccount && !$0.remoteIP.isContained(in: Self.privateNetworks) }
                .group { ($0.user.name.optional, $0.remoteIP.optional) }.aggregate(.count).rows()
            return rows.map { [Cell($0.key.0), Cell($0.key.1), Cell($0.value)] }
        case "Q4":
            let events = try events.during(instant(question.since)..<instant(question.until))
                .where {
                    $0.verb.isIn(["create", "update", "patch", "delete"]) && $0.object.resource == "deployments"
                        && $0.object.namespace == question.namespace
                }
            return try await events.events(order: .newest, limit: 100).map { [Cell($0.text)] }
        case "Q5":
            let rows = try await events.group {
                ($0.userAgent.optional, $0.remoteIP.optional, $0.response.code.optional)
            }
            .aggregate(.count).top(100)
            return rows.map { [Cell($0.key.0), Cell($0.key.1), Cell($0.key.2), Cell($0.value)] }
        case "Q6":
            let rows = try await events.group { $0.stageTime.bucket(.days(1)) }
                .aggregate(.distinct(\.user.name), .distinct(\.remoteIP)).rows()
            return rows.map { [Cell($0.key), Cell($0.value.0), Cell($0.value.1)] }
        case "Q7":
            let rows = try await events.group { ($0.verb.optional, $0.object.resource.optional) }
                .aggregate(
                    .quantile(0.5, of: \.latency), .quantile(0.95, of: \.latency), .quantile(0.99, of: \.latency)
                ).rows()
            return rows.map { [Cell($0.key.0), Cell($0.key.1), Cell($0.value.0), Cell($0.value.1), Cell($0.value.2)] }
        case "Q8":
            return try await events.where { $0.auditID == question.auditID }.events().map { [Cell($0.text)] }
        case "Q9":
            let matching = try events.where { try $0.userAgent.contains("curl") || $0.requestURI.matches(Self.secrets) }
            return [[Cell(try await matching.count())]]
        case "Q10":
            return try await events.where { $0.raw.contains("xmr-miners/xmrig") }.events().map { [Cell($0.text)] }
        case "Q11":
            let lastDay = try instant(question.lastDay)
            let rows = try await events.group { $0.remoteIP }.aggregate(.first(\.stageTime))
                .having { row in row.value.map { $0 >= lastDay } ?? false }.rows()
            return rows.map { [Cell($0.key), Cell($0.value)] }
        case "Q12":
            let rows = try await events.group { $0.response.code.optional }
                .aggregate(.count, .sum(\.latency), .average(\.latency)).rows()
            return rows.map { [Cell($0.key), Cell($0.value.0), Cell($0.value.1), Cell($0.value.2)] }
        case "by auditID":
            let rows = try await events.group { $0.auditID.optional }.aggregate(.count).top(5)
            return rows.map { [Cell($0.key), Cell($0.value)] }
        case "all by auditID":
            let query = events.options(QueryOptions(memoryBudget: 8_000_000_000)).group { $0.auditID.optional }
            return [[Cell(try await query.aggregate(.count).rows().count)]]
        case "stream by auditID":
            var count = 0
            let query = events.options(QueryOptions(memoryBudget: 100_000_000)).group { $0.auditID.optional }
            for try await _ in try await query.aggregate(.count).stream() { count += 1 }
            return [[Cell(count)]]
        case "rare":
            let rows = try await events.rare(fewerThan: 2, limit: 20) { ($0.auditID, $0.requestURI) }
            return [[Cell(rows.count)]]
        case "first seen":
            let rows = try await events.firstSeen(since: Instant(microseconds: 0), limit: 20) { $0.requestURI }
            return [[Cell(rows.count)]]
        case "by requestURI":
            let rows = try await events.group { ($0.requestURI.optional, $0.user.name.optional) }
                .aggregate(.count, .distinct(\.remoteIP), .quantile(0.99, of: \.latency)).top(10)
            return [[Cell(rows.count)]]
        case "distinct":
            let count = try await events.group { $0.verb.optional }
                .aggregate(.distinct(\.auditID), .distinct(\.stageTime), .distinct(\.requestURI)).rows()
            return [[Cell(count.count)]]
        case "regular expression":
            let pattern = "(a|b|c|d|e)*[0-9]{3,9}([a-z]+-)*prod$"
            return [[Cell(try await events.where { try $0.raw.matches(pattern) }.count())]]
        case "events":
            return try await events.where { $0.verb != "get" }.events(order: .newest, limit: 100_000).map {
                [Cell($0.text)]
            }
        default: throw Misuse(description: "there is no question \(question.query)")
        }
    }

    private func instant(_ text: String) throws -> Instant {
        guard let instant = Instant(text) else { throw Misuse(description: "\(text) is no time") }
        return instant
    }
}

package struct Misuse: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}
