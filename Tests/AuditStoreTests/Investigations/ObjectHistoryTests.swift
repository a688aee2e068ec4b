import KubernetesAudit
import Testing

@testable import AuditStore

@Suite struct ObjectHistoryTests {
    static func line(
        _ second: Int, _ verb: String, _ name: String? = "api", resource: String = "deployments",
        subresource: String? = nil,
        namespace: String? = "prod", group: String? = "apps", code: Int = 200, stage: String = "ResponseComplete",
        uri: String = "/x", request: String? = nil, response: String? = nil
    ) -> String {
        var object = [#""resource":"\#(resource)""#]
        if let namespace { object.append(#""namespace":"\#(namespace)""#) }
        if let name { object.append(#""name":"\#(name)""#) }
        if let group { object.append(#""apiGroup":"\#(group)""#) }
        if let subresource { object.append(#""subresource":"\#(subresource)""#) }
        var parts = [
            #""stage":"\#(stage)","verb":"\#(verb)","requestURI":"\#(uri)","user":{"username":"u\#(second)"}"#,
            #""objectRef":{\#(object.joined(separator: ","))},"responseStatus":{"code":\#(code)}"#,
        ]
        if let request { parts.append(#""requestObject":\#(request)"#) }
        if let response { parts.append(#""responseObject":\#(response)"#) }
        let time = Instant("2024-06-16T04:00:00Z")! + .seconds(second)
        return "{\(parts.joined(separator: ",")),\"stageTimestamp\":\"\(time)\"}"
    }

    static func deployment(_ replicas: Int, name: String = "api", kind: String = "Deployment") -> String {
        #"{"kind":"\#(kind)","metadata":{"name":"\#(name)","resourceVersion":"\#(replicas)"},"spec":{"replicas":\#(replicas)}}"#
    }

    static let api = ObjectName(resource: "deployments", namespace: "prod", name: "api")

    /// The seconds of the changes, and what they say.
    static func history(
        _ lines: [String], of object: ObjectName = api, since: Int? = nil, where condition: String? = nil
    ) async throws -> [String] {
        var found: [String] = []
        var events = try QueryFixture([lines.shuffled()]).events.matching(condition)
        if let since { events = events.since(Instant("2024-06-16T04:00:00Z")! + .seconds(since)) }
        for try await change in events.history(of: object) {
            let changes = change.changes.map { "\($0.path)=\($0.new?.text ?? "")" }.joined(separator: ",")
            found.append(
                "\(change.event.user?.name?.dropFirst() ?? "") \(change.basis) \(change.isDone ? "done" : "not done")"
                    + (change.isFirst ? " first" : "") + (change.patch.map { " \($0.text)" } ?? "")
                    + (changes.isEmpty || change.isFirst ? "" : " \(changes)"))
        }
        return found
    }

    @Test func versionsInOrder() async throws {
        let lines = [
            Self.line(1, "create", code: 201, request: Self.deployment(1), response: Self.deployment(1)),
            Self.line(2, "get", response: Self.deployment(1)),
            Self.line(3, "patch", request: #"{"spec":{"replicas":2}}"#, response: Self.deployment(2)),
            Self.line(4, "patch", code: 403),
            Self.line(5, "patch", code: 409, request: #"{"x":1}"#, response: #"{"kind":"Status","metadata":{}}"#),
            Self.line(6, "patch", uri: "/x?dryRun=All", request: "{}", response: Self.deployment(9)),
            Self.line(7, "update", subresource: "status", request: Self.deployment(2), response: Self.deployment(3)),
            Self.line(8, "patch", subresource: "scale", response: Self.deployment(7, kind: "Scale")),
            Self.line(9, "patch", request: #"{"spec":{"replicas":4}}"#),
            Self.line(10, "update", request: Self.deployment(5)),
            Self.line(11, "update", request: Self.deployment(6)),
            Self.line(12, "patch"),
            Self.line(13, "patch", response: Self.deployment(8)),
            Self.line(
                14, "delete", request: #"{"kind":"DeleteOptions"}"#, response: #"{"kind":"Status","metadata":{}}"#),
            Self.line(15, "create", code: 201, response: Self.deployment(1)),
            Self.line(16, "patch", stage: "RequestReceived"),
            Self.line(17, "patch", "other"), Self.line(18, "patch", namespace: "dev"),
            Self.line(19, "patch", resource: "replicasets"),
        ]
        #expect(
            try await Self.history(lines) == [
                "1 response done first", "3 response done spec.replicas=2", "4 none not done",
                #"5 patch not done {"x":1}"#, "6 response not done spec.replicas=9", "7 response done spec.replicas=3",
                "8 response done first", #"9 patch done {"spec":{"replicas":4}}"#, "10 request done first",
                "11 request done spec.replicas=6", "12 none done", "13 response done spec.replicas=8", "14 none done",
                "15 response done spec.replicas=1",
            ])
    }

    /// What is not in the answer is still the version that the next one is compared with.
    @Test func changesAreComparedWithTheVersionBefore() async throws {
        let lines = [
            Self.line(1, "create", code: 201, response: Self.deployment(1)),
            Self.line(2, "patch", response: Self.deployment(2)), Self.line(3, "patch", code: 403),
            Self.line(4, "patch", response: Self.deployment(3)), Self.line(5, "patch", response: Self.deployment(4)),
        ]
        #expect(
            try await Self.history(lines, since: 3) == [
                "3 none not done", "4 response done spec.replicas=3", "5 response done spec.replicas=4",
            ])
        #expect(
            try await Self.history(lines, where: "user.username in ['u2', 'u5']") == [
                "2 response done spec.replicas=2", "5 response done spec.replicas=4",
            ])
    }

    @Test func namesThatTheServerChose() async throws {
        let lines = [
            Self.line(1, "create", nil, code: 201, response: Self.deployment(1)),
            Self.line(2, "create", nil, code: 201, response: Self.deployment(1, name: "other")),
            Self.line(3, "deletecollection", nil), Self.line(4, "deletecollection", nil, namespace: "dev"),
            Self.line(5, "create", nil, code: 403),
        ]
        #expect(try await Self.history(lines) == ["1 response done first", "3 none done"])
    }

    @Test func groupsAndObjectsOfTheCluster() async throws {
        let lines = [
            Self.line(1, "patch"), Self.line(2, "patch", group: nil), Self.line(3, "patch", namespace: nil),
            Self.line(4, "patch", group: "old", code: 401, stage: "ResponseStarted"),
        ]
        var object = Self.api
        #expect(try await Self.history(lines, of: object).map(\.first) == ["1", "2", "4"])
        object.apiGroup = "apps"
        #expect(try await Self.history(lines, of: object).map(\.first) == ["1"])
        object.apiGroup = ""
        #expect(try await Self.history(lines, of: object).map(\.first) == ["2"])
        object = ObjectName(resource: "deployments", name: "api")
        #expect(try await Self.history(lines, of: object).map(\.first) == ["3"])
    }
}
