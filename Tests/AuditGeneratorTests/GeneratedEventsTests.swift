import AuditGenerator
import Testing

/// What is in a generated log: shares within bounds, and objects that stay the same from event to event.
@Suite struct GeneratedEventsTests {
    private static let logs = Task {
        var logs: [GeneratedLevel: [GeneratedEvent]] = [:]
        for level in GeneratedLevel.allCases {
            logs[level] = try await Logs.parsed(Logs.bytes(events: 33_000, level: level))
        }
        return logs
    }
    /// Two hours of a cluster, where most objects have many events.
    private static let dense = Task {
        try await Logs.parsed(Logs.bytes(events: 40_000, nodes: 20, level: .requestresponse, days: 1))
    }

    private func log(_ level: GeneratedLevel) async throws -> [GeneratedEvent] {
        try #require(try await Self.logs.value[level])
    }

    private func share(_ events: [GeneratedEvent], _ condition: (GeneratedEvent) -> Bool) -> Double {
        Double(events.count(where: condition)) / Double(events.count)
    }

    @Test(arguments: GeneratedLevel.allCases) func everyEventIsOne(level: GeneratedLevel) async throws {
        let required = [
            "kind", "apiVersion", "level", "auditID", "stage", "requestURI", "verb", "user", "sourceIPs", "userAgent",
        ]
        for event in try await log(level) {
            #expect(
                event.json["kind"] as? String == "Event" && event.json["apiVersion"] as? String == "audit.k8s.io/v1")
            #expect(required.allSatisfy { event.json[$0] != nil })
            #expect(event.time.count == 27 && event.received.count == 27 && event.received <= event.time)
            #expect(event.auditID.count == 36 && Array(event.auditID)[14] == "8", "the mark of a synthetic event")
            #expect((event.resource != nil) == event.path.hasPrefix("/api/v1/") || event.path.hasPrefix("/api"))
        }
    }

    @Test(arguments: GeneratedLevel.allCases) func sharesAreLikeThoseOfClusters(level: GeneratedLevel) async throws {
        let events = try await log(level)
        #expect(0.25...0.45 ~= share(events) { $0.resource == "leases" })
        #expect(0.10...0.30 ~= share(events) { $0.resource == "pods" })
        #expect(0.02...0.08 ~= share(events) { $0.stage == "ResponseStarted" })
        #expect(0.005...0.04 ~= share(events) { $0.code == 403 })
        #expect(0.001...0.02 ~= share(events) { $0.code == 401 && $0.user == nil })
        #expect(0.0005...0.02 ~= share(events) { $0.code == 404 })
        #expect(0.0002...0.02 ~= share(events) { $0.code == 409 })
        #expect(0.03...0.15 ~= share(events) { $0.user?.contains("@") == true })
        #expect(0.25...0.6 ~= share(events) { $0.user?.hasPrefix("system:node:") == true })
        #expect(0.2...0.5 ~= share(events) { $0.user?.hasPrefix("system:serviceaccount:") == true })
        #expect(Set(events.map(\.agent)).count > 200)
        #expect(Set(events.compactMap(\.address)).count > 2000)
    }

    @Test func bodiesAreAsTheLevelSays() async throws {
        #expect(try await share(log(.metadata)) { $0.hasBody } == 0)
        #expect(0.06...0.10 ~= (try await share(log(.mixed)) { $0.hasBody }))
        #expect(0.75...0.95 ~= (try await share(log(.requestresponse)) { $0.hasBody }))
        let mixed = try await log(.mixed)
        #expect(1200...1500 ~= mixed.reduce(0) { $0 + $1.length } / mixed.count)
        for event in try await log(.requestresponse) where event.resource == "secrets" || event.resource == "configmaps"
        {
            #expect(!event.hasBody, "a policy that keeps secrets is no policy")
        }
    }

    @Test func timesAreNearlyInOrder() async throws {
        let times = try await log(.mixed).map(\.time)
        let back = zip(times, times.dropFirst()).count { $0 > $1 }
        #expect((1...times.count / 100).contains(back))
        #expect(Set(times.map { $0.prefix(10) }).count == 396)
        #expect(times[0].hasPrefix("2025-10-01") && times[times.count - 1].hasPrefix("2026-10-31"))
    }

    /// People sleep, and machines do not.
    @Test func nightsAndWeekends() async throws {
        let events = try await log(.metadata)
        func hours(_ range: ClosedRange<String>, _ condition: (GeneratedEvent) -> Bool) -> Int {
            events.count { condition($0) && range.contains(String($0.time.dropFirst(11).prefix(2))) }
        }
        let person: (GeneratedEvent) -> Bool = { $0.user?.contains("@") == true }
        let kubelet: (GeneratedEvent) -> Bool = { $0.resource == "leases" && $0.namespace == "kube-node-lease" }
        // There are offices in three time zones.
        #expect(hours("08"..."11", person) > 3 * hours("00"..."03", person))
        let (day, night) = (hours("08"..."11", kubelet), hours("00"..."03", kubelet))
        #expect(abs(day - night) < day / 4)
    }

    @Test func noTwoRequestsHaveTheSameIdentity() async throws {
        let events = try await Self.dense.value
        #expect(Set(events.map { $0.auditID + $0.stage }).count == events.count)
        // Both stages of a watch are of one request.
        let opened = Dictionary(grouping: events.filter { $0.verb == "watch" }, by: \.auditID).values.filter {
            $0.count == 2
        }
        #expect(opened.count > 100)
        for pair in opened {
            #expect(
                pair[0].path == pair[1].path && pair[0].user == pair[1].user && pair[0].received == pair[1].received)
            #expect(Set(pair.map(\.stage)) == ["ResponseStarted", "ResponseComplete"])
        }
    }

    @Test func anObjectKeepsItsIdentity() async throws {
        var identities: [String: String] = [:]
        var seen = 0
        for event in try await Self.dense.value {
            guard let resource = event.resource, let name = event.name, let uid = event.uid, resource != "events" else {
                continue
            }
            let object = "\(resource)/\(event.namespace ?? "")/\(name)"
            if let former = identities.updateValue(uid, forKey: object) {
                seen += 1
                #expect(former == uid, "\(object)")
            }
        }
        #expect(seen > 1000)
    }

    /// Of every object that is stored again, the version grows with time.
    @Test func resourceVersionsGrow() async throws {
        var last: [String: (time: String, version: UInt64)] = [:]
        var grown = 0
        for event in try await Self.dense.value.sorted(by: { $0.time < $1.time }) {
            guard let stored = event.stored, let uid = stored["uid"] as? String,
                let version = (stored["resourceVersion"] as? String).flatMap(UInt64.init)
            else { continue }
            if let former = last[uid], former.time < event.time {
                grown += 1
                #expect(version >= former.version)
            }
            last[uid] = (event.time, version)
            if let sent = event.version { #expect(sent < version) }
        }
        #expect(grown > 1000)
    }
}
