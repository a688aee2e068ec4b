@testable import AuditStore

/// Makes events that have everything the engine treats in a way of its own: absent fields, nulls, lists, bodies, several days,
/// duplicates of text in another spelling.
struct EventGenerator {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    static let verbs = ["get", "list", "watch", "create", "update", "patch", "delete"]
    static let users = [
        "alice", "bob", "system:anonymous", "system:node:n1", "system:kube-scheduler",
        "system:serviceaccount:default:builder",
        "system:serviceaccount:kube-system:job-controller", "zo\u{e9}", "zoe\u{301}",
    ]
    static let groups = ["system:authenticated", "system:masters", "system:serviceaccounts", "developers"]
    static let addresses = ["10.0.0.1", "10.1.2.3", "192.168.1.9", "203.0.113.7", "2001:db8::1", "::1"]
    static let agents = ["kubectl/v1.29.0 (linux/amd64)", "curl/7.88.1", "kube-probe/1.29", "Go-http-client/2.0", "k"]
    static let resources = ["pods", "secrets", "deployments", "nodes"]
    static let codes = [200, 201, 401, 403, 404, 409, 500]

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    mutating func line() -> String {
        var parts: [String] = ["\"kind\":\"Event\""]
        let time = Int64(1_718_000_000_000_000) + Int64.random(in: 0..<400_000_000_000, using: &random)
        parts.append("\"auditID\":\"\(uuid())\"")
        parts.append("\"verb\":\"\(Self.verbs.randomElement(using: &random)!)\"")
        if chance(90) {
            var user: [String] = []
            if chance(95) {
                let name = Self.users.randomElement(using: &random)!
                user.append("\"username\":\"" + (chance(5) && name == "alice" ? "\\u0061lice" : name) + "\"")
            }
            if chance(80) {
                let count = Int.random(in: 0...3, using: &random)
                let groups = (0..<count).map { _ in "\"\(Self.groups.randomElement(using: &random)!)\"" }
                user.append(chance(5) ? "\"groups\":null" : "\"groups\":[\(groups.joined(separator: ","))]")
            }
            parts.append("\"user\":{\(user.joined(separator: ","))}")
        }
        if chance(95) {
            let addresses = (0...Int.random(in: 0...1, using: &random)).map { _ in
                "\"\(Self.addresses.randomElement(using: &random)!)\""
            }
            parts.append("\"sourceIPs\":[\(addresses.joined(separator: ","))]")
        }
        if chance(85) { parts.append("\"userAgent\":\"\(Self.agents.randomElement(using: &random)!)\"") }
        if chance(80) {
            var object = ["\"resource\":\"\(Self.resources.randomElement(using: &random)!)\""]
            if chance(70) { object.append("\"namespace\":\"ns\(Int.random(in: 0..<5, using: &random))\"") }
            parts.append("\"objectRef\":{\(object.joined(separator: ","))}")
        }
        if chance(70) {
            let code = Self.codes.randomElement(using: &random)!
            parts.append(
                "\"responseStatus\":{\"metadata\":{},\"code\":\(chance(3) ? "\(code).0" : chance(2) ? "null" : "\(code)")}"
            )
        }
        if chance(20) {
            let replicas = chance(10) ? "\"many\"" : "\(Int.random(in: 0..<4, using: &random))"
            parts.append(
                "\"requestObject\":{\"spec\":{\"replicas\":\(replicas),\"image\":[{\"name\":\"a\"},{\"name\":\"b\"}]}}")
        }
        let received = time - Int64.random(in: 0..<2_000_000, using: &random)
        parts.append("\"requestReceivedTimestamp\":\"\(Instant(microseconds: received))\"")
        if chance(98) {
            var text = Instant(microseconds: time).description
            if chance(3) { text = String(text.dropLast(4)) + "Z" }
            parts.append("\"stageTimestamp\":\"\(text)\"")
        }
        return "{" + parts.joined(separator: ",") + "}"
    }

    private mutating func uuid() -> String {
        let hex = (0..<32).map { _ in String(Int.random(in: 0..<16, using: &random), radix: 16) }.joined()
        var text = hex
        for at in [8, 13, 18, 23] { text.insert("-", at: text.index(text.startIndex, offsetBy: at)) }
        return text
    }

    mutating func segments(_ count: Int, lines: Int) -> [[String]] {
        (0..<count).map { _ in (0..<Int.random(in: 1...lines, using: &random)).map { _ in line() } }
    }

    // MARK: Questions

    mutating func condition(depth: Int) -> ReferenceCondition {
        if depth > 0, chance(70) {
            switch Int.random(in: 0..<3, using: &random) {
            case 0: return .and(condition(depth: depth - 1), condition(depth: depth - 1))
            case 1: return .or(condition(depth: depth - 1), condition(depth: depth - 1))
            default: return .not(condition(depth: depth - 1))
            }
        }
        let comparison = ["==", "!=", "<", "<=", ">", ">="].randomElement(using: &random)!
        switch Int.random(in: 0..<10, using: &random) {
        case 0:
            return .compare(
                "responseStatus.code", comparison, .number(Double(Self.codes.randomElement(using: &random)!)))
        case 1: return .compare("user.username", comparison, .text(Self.users.prefix(7).randomElement(using: &random)!))
        case 2: return .isIn("verb", Self.verbs.shuffled(using: &random).prefix(3).map { .text($0) })
        case 3: return .text("userAgent", ["startsWith", "endsWith", "contains"].randomElement(using: &random)!, "k")
        case 4:
            return .has(
                ["objectRef.namespace", "userAgent", "responseStatus.code", "user.username"].randomElement(
                    using: &random)!)
        case 5: return .holds(.text(Self.groups.randomElement(using: &random)!), "user.groups")
        case 6: return .exists("user.groups", "system:")
        case 7: return .all("sourceIPs", "1")
        case 8:
            return .compare(
                "requestObject.spec.replicas", comparison, .number(Double(Int.random(in: 0..<4, using: &random))))
        default: return .compare("user.kind", comparison, .text("serviceaccount"))
        }
    }

    mutating func fields() -> [String] {
        let all = [
            "verb", "user.username", "user.groups", "remoteIP", "userAgent", "objectRef.namespace",
            "responseStatus.code",
            "requestObject.spec.replicas", "user.kind",
        ]
        return Array(all.shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random)))
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): the same events for the same seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
