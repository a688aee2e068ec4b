import Foundation
import KubernetesAudit
import SegmentFormat
import TestSupport
import Testing

@testable import AuditStore

/// Random policies on real events and on odd ones: each event gets the class that the reference gives it.
@Suite struct PolicyMatchingTests {
    @Test(arguments: Seeds.fixed) func asTheReference(seed: UInt64) throws {
        var random = Seeds.announce(seed, "policies")
        let real = lines(Fixture.sample).enumerated().filter { $0.offset % 23 == 0 }.map {
            String(decoding: $0.element, as: UTF8.self)
        }
        let events = real + Self.odd
        let parsed = try events.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as! [String: Any] }
        let fixture = try QueryFixture([
            Array(events.prefix(events.count / 2)), Array(events.dropFirst(events.count / 2)),
        ])
        var matched = 0
        for number in 0..<120 {
            let policy = ReferencePolicy(rules: (0..<1 + random.below(6)).map { Self.rule($0, parsed, &random) })
            let compile = try #require(KubernetesAudit.description.retentionRules)
            let rules = try compile(policy.text)
            var state = RetentionState()
            for (index, known) in rules.classes.enumerated() {
                state.classes.append(RetentionClass(name: known.name, months: known.months, id: UInt64(index + 1)))
            }
            let classifier = RetentionClassifier(rules, state, schema: KubernetesAudit.description)
            var event = 0
            for segment in fixture.snapshot.segments {
                let reader = try fixture.snapshot.reader(segment)
                let classes = try classifier.classes(of: reader)
                for group in reader.metadata.rowGroups.indices {
                    for row in 0..<Int(reader.metadata.rowGroups[group].rows) {
                        let id = classes.id(row, group: group)
                        let found = id == 0 ? nil : state.retentionClass(id).months
                        let expected = policy.months(parsed[event])
                        matched += expected == nil ? 0 : 1
                        if found != expected {
                            Issue.record(
                                "seed \(seed), policy \(number): \(String(describing: found)) and not \(String(describing: expected))\n\(events[event])\n\(policy.text)"
                            )
                            return
                        }
                        event += 1
                    }
                }
            }
        }
        #expect(matched > 1000, "the policies are about events that are there")
    }

    /// Events that lack what rules ask for, or have it in another form.
    private static let odd = [
        #"{}"#, #"{"user":{}}"#, #"{"user":{"username":"a","groups":[]},"verb":"get"}"#,
        #"{"user":{"username":null,"groups":null},"verb":"get","requestURI":"/healthz?verbose=1"}"#,
        #"{"user":{"username":"a"},"requestURI":"/apis?x=/b","verb":"get","level":"Metadata"}"#,
        #"{"objectRef":{"resource":"pods","subresource":"log","namespace":"","apiGroup":""},"verb":"get"}"#,
        #"{"objectRef":{"resource":"pods","subresource":"","name":"x"},"verb":"list","requestURI":"/api/v1/pods"}"#,
        #"{"objectRef":{"resource":"deployments","subresource":"status","apiGroup":"apps","namespace":"n"},"verb":"update"}"#,
        #"{"objectRef":{"namespace":"n","apiVersion":"v1"},"verb":"get","requestURI":"/api"}"#,
        #"{"objectRef":{},"verb":"get","requestURI":"/version/"}"#,
    ]

    private static func rule(_ number: Int, _ events: [[String: Any]], _ random: inout SeededRandom)
        -> ReferencePolicy.Rule
    {
        // Conditions are taken from events, so that they match some.
        func texts(_ path: [String], plus extra: [String] = []) -> [String] {
            (0..<1 + random.below(3)).compactMap { _ in
                if random.oneIn(6), !extra.isEmpty { return random.pick(extra) }
                var value: Any? = random.pick(events)
                for key in path { value = (value as? [String: Any])?[key] }
                if let list = value as? [String] { return list.isEmpty ? nil : random.pick(list) }
                return value as? String
            }
        }
        var rule = ReferencePolicy.Rule(months: number + 1)
        if random.oneIn(4) { rule.level = random.pick(["Metadata", "Request", "RequestResponse", "None"]) }
        if random.oneIn(4) { rule.users = texts(["user", "username"]) }
        if random.oneIn(4) { rule.userGroups = texts(["user", "groups"]) }
        if random.oneIn(3) { rule.verbs = texts(["verb"]) }
        if random.oneIn(5) { rule.omitStages = [random.pick(["RequestReceived", "ResponseComplete"])] }
        if random.oneIn(4) {
            rule.nonResourceURLs = (0..<1 + random.below(2)).map { _ in
                random.pick(["*", "/healthz*", "/readyz", "/api*", "/apis", "/version/", "/livez/*", "/openapi/v3*"])
            }
            return rule
        }
        if random.oneIn(3) { rule.namespaces = texts(["objectRef", "namespace"], plus: ["", "kube-system"]) }
        if random.oneIn(2) {
            rule.resources = (0..<1 + random.below(2)).map { _ in
                var group = ReferencePolicy.GroupResources(
                    group: random.oneIn(2) ? "" : texts(["objectRef", "apiGroup"]).first ?? "")
                guard !random.oneIn(4) else { return group }
                group.resources = (0..<1 + random.below(3)).map { _ in
                    let resource = texts(["objectRef", "resource"]).first ?? "pods"
                    let subresource = texts(["objectRef", "subresource"]).first ?? "status"
                    return random.pick([
                        resource, resource, "\(resource)/\(subresource)", "\(resource)/*", "*/\(subresource)", "*",
                        "*/*", "pods/log", "deployments/status",
                    ])
                }
                if random.oneIn(3) { group.resourceNames = texts(["objectRef", "name"], plus: [""]) }
                return group
            }
        }
        return rule
    }
}
