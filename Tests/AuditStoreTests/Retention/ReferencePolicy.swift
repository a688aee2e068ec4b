import Foundation

/// The rules of a Kubernetes audit policy, written down from kube-apiserver's `checker.go` line by line, on parsed JSON: what the
/// compiled rules are compared with.
struct ReferencePolicy {
    struct Rule: Codable {
        var level: String?
        var users: [String]?
        var userGroups: [String]?
        var verbs: [String]?
        var resources: [GroupResources]?
        var namespaces: [String]?
        var nonResourceURLs: [String]?
        var omitStages: [String]?
        var months: Int
    }

    struct GroupResources: Codable {
        var group: String
        var resources: [String]?
        var resourceNames: [String]?
    }

    var rules: [Rule]

    /// The policy as JSON.
    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        let rules = self.rules.map { String(decoding: try! encoder.encode($0), as: UTF8.self) }
        return
            "{\"apiVersion\": \"audit.k8s.io/v1\", \"kind\": \"Policy\", \"rules\": [\(rules.joined(separator: ",\n"))]}"
    }

    /// The months of the first rule that matches.
    func months(_ event: [String: Any]) -> Int? { rules.first { Self.matches($0, event) }?.months }

    private static func matches(_ rule: Rule, _ event: [String: Any]) -> Bool {
        let user = event["user"] as? [String: Any]
        let object = event["objectRef"] as? [String: Any]
        // Ours: the event's own level and stage.
        if let level = rule.level, event["level"] as? String != level { return false }
        if let stages = rule.omitStages, stages.contains(event["stage"] as? String ?? "") { return false }
        if let users = rule.users, !users.isEmpty {
            guard let name = user?["username"] as? String, users.contains(name) else { return false }
        }
        if let wanted = rule.userGroups, !wanted.isEmpty {
            guard let groups = user?["groups"] as? [String] else { return false }
            var matched = false
            for group in groups where wanted.contains(group) { matched = true }
            if !matched { return false }
        }
        if let verbs = rule.verbs, !verbs.isEmpty {
            guard let verb = event["verb"] as? String, verbs.contains(verb) else { return false }
        }
        if !(rule.namespaces ?? []).isEmpty || !(rule.resources ?? []).isEmpty {
            return object?["resource"] is String && matchesResource(rule, object ?? [:])
        }
        if let urls = rule.nonResourceURLs, !urls.isEmpty {
            if object?["resource"] is String { return false }
            guard let uri = event["requestURI"] as? String else { return false }
            let path =
                uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init) ?? ""
            return urls.contains { matchesPath(path, $0) }
        }
        return true
    }

    private static func matchesPath(_ path: String, _ spec: String) -> Bool {
        if spec == "*" { return true }
        if spec == path { return true }
        if spec.hasSuffix("*"), path.hasPrefix(String(spec.dropLast())) { return true }
        return false
    }

    private static func matchesResource(_ rule: Rule, _ object: [String: Any]) -> Bool {
        func text(_ key: String) -> String { object[key] as? String ?? "" }
        if let namespaces = rule.namespaces, !namespaces.isEmpty, !namespaces.contains(text("namespace")) {
            return false
        }
        guard let groups = rule.resources, !groups.isEmpty else { return true }
        let (resource, subresource) = (text("resource"), text("subresource"))
        var combined = resource
        if subresource != "" { combined = resource + "/" + subresource }
        let name = text("name")
        for group in groups where group.group == text("apiGroup") {
            let resources = group.resources ?? []
            if resources.isEmpty { return true }
            for wanted in resources {
                let names = group.resourceNames ?? []
                guard names.isEmpty || names.contains(name) else { continue }
                if wanted == combined || wanted == "*" { return true }
                if wanted.hasPrefix("*/"), subresource == String(wanted.dropFirst(2)) { return true }
                if wanted.hasSuffix("/*"), resource == String(wanted.dropLast(2)) { return true }
            }
        }
        return false
    }
}
