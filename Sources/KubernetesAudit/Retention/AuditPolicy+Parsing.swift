import AuditStore

extension AuditPolicy {
    private static let levels = ["None", "Metadata", "Request", "RequestResponse"]
    private static let stages = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"]

    /// - Parameter text: YAML or JSON.
    /// - Throws: `AuditStoreError` with the line and the column of what is wrong.
    init(parsing text: String) throws(AuditStoreError) {
        let document = try YAMLParser.parse(text)
        let policy = try YAMLMembers(
            document, keys: ["apiVersion", "kind", "metadata", "omitStages", "omitManagedFields", "rules"])
        try Self.check(try policy.text("apiVersion"), is: "audit.k8s.io/v1", in: policy, "apiVersion")
        try Self.check(try policy.text("kind"), is: "Policy", in: policy, "kind")
        omitStages = try Self.names(policy, "omitStages", of: Self.stages)
        for rule in try policy.list("rules") { rules.append(try Rule(rule)) }
        guard !rules.isEmpty else { throw Self.error("there are no rules", at: document.place) }
        try checkClasses()
    }

    private static func check(
        _ found: String?, is expected: String, in policy: YAMLMembers, _ key: String
    ) throws(AuditStoreError) {
        guard found != expected else { return }
        throw error("`\(key)` has to be `\(expected)`", at: policy.place(of: key))
    }

    fileprivate static func names(
        _ members: YAMLMembers, _ key: String, of known: [String]
    ) throws(AuditStoreError) -> [String] {
        let names = try members.texts(key)
        if let unknown = names.first(where: { !known.contains($0) }) {
            throw error("`\(unknown)` is none of \(known.joined(separator: ", "))", at: members.place(of: key))
        }
        return names
    }

    /// A class has one duration, whatever rules name it, and those of the policy are few.
    private func checkClasses() throws(AuditStoreError) {
        var known: [String: Int?] = [:]
        for rule in rules {
            guard let months = rule.months else { continue }
            if let other = known[rule.className], other != months {
                throw Self.error("an earlier rule gives the class `\(rule.className)` another duration", at: rule.place)
            }
            known[rule.className] = months
        }
        for rule in rules where rule.className != RetentionClass.standardName && known[rule.className] == nil {
            throw Self.error("no rule says how long the class `\(rule.className)` is kept", at: rule.place)
        }
        guard known.count < RetentionClass.largestCount else {
            throw Self.error("more than \(RetentionClass.largestCount - 1) classes", at: rules[0].place)
        }
    }
}

extension AuditPolicy.Rule {
    fileprivate init(_ node: YAMLNode) throws(AuditStoreError) {
        place = node.place
        let rule = try YAMLMembers(
            node,
            keys: [
                "level", "users", "userGroups", "verbs", "resources", "namespaces", "nonResourceURLs", "omitStages",
                "omitManagedFields", "months", "retain", "class",
            ])
        level = try rule.text("level")
        if let level, !AuditPolicy.isLevel(level) {
            throw AuditPolicy.error("`\(level)` is no level", at: rule.place(of: "level"))
        }
        users = try rule.texts("users")
        userGroups = try rule.texts("userGroups")
        verbs = try rule.texts("verbs")
        namespaces = try rule.texts("namespaces")
        nonResourceURLs = try rule.texts("nonResourceURLs")
        omitStages = try AuditPolicy.stages(rule)
        for resource in try rule.list("resources") { resources.append(try AuditPolicy.GroupResources(resource)) }
        if !nonResourceURLs.isEmpty, !resources.isEmpty || !namespaces.isEmpty {
            throw AuditPolicy.error(
                "a rule is about resources or about nonResourceURLs, not both", at: rule.place(of: "nonResourceURLs"))
        }
        for url in nonResourceURLs where !Self.isPath(url) {
            throw AuditPolicy.error(
                "`\(url)` is no path: it begins with `/`, and `*` stands at its end only",
                at: rule.place(of: "nonResourceURLs"))
        }
        try readDuration(rule)
    }

    private static func isPath(_ url: String) -> Bool {
        url == "*" || url.hasPrefix("/") && !url.dropLast().contains("*")
    }

    private mutating func readDuration(_ rule: YAMLMembers) throws(AuditStoreError) {
        let (count, text) = (try rule.text("months"), try rule.text("retain"))
        if let count {
            guard text == nil else { throw AuditPolicy.error("`months` and `retain` say the same", at: place) }
            months = .some(try Self.months(count, at: rule.place(of: "months")))
        } else if let text {
            let words = text.split(separator: " ").map(String.init)
            if words == ["for", "ever"] || words == ["forever"] {
                months = .some(nil)
            } else if words.count == 2, words[1] == "months" || words[1] == "month" {
                months = .some(try Self.months(words[0], at: rule.place(of: "retain")))
            } else {
                throw AuditPolicy.error("write `for ever` or `24 months`", at: rule.place(of: "retain"))
            }
        }
        if let name = try rule.text("class") {
            guard !name.isEmpty, name.utf8.count <= 64 else {
                throw AuditPolicy.error("a class has a name of 1 to 64 bytes", at: rule.place(of: "class"))
            }
            guard name != RetentionClass.standardName || months == nil else {
                throw AuditPolicy.error(
                    "how long the class `default` is kept is not said here: auditstore retain --months",
                    at: rule.place(of: "class"))
            }
            className = name
        } else if let months {
            className = months.map { $0 == 1 ? "1 month" : "\($0) months" } ?? "for ever"
        }
    }

    private static func months(_ text: String, at place: YAMLNode.Place) throws(AuditStoreError) -> Int {
        guard let months = Int(text), (1...RetentionClass.largestMonths).contains(months) else {
            throw AuditPolicy.error("a number of months, from 1 to \(RetentionClass.largestMonths)", at: place)
        }
        return months
    }
}

extension AuditPolicy.GroupResources {
    fileprivate init(_ node: YAMLNode) throws(AuditStoreError) {
        let members = try YAMLMembers(node, keys: ["group", "resources", "resourceNames"])
        group = try members.text("group") ?? ""
        resources = try members.texts("resources")
        resourceNames = try members.texts("resourceNames")
        guard resourceNames.isEmpty || !resources.isEmpty else {
            throw AuditPolicy.error("`resourceNames` need `resources`", at: node.place)
        }
    }
}

extension AuditPolicy {
    fileprivate static func isLevel(_ text: String) -> Bool { levels.contains(text) }

    fileprivate static func stages(_ rule: YAMLMembers) throws(AuditStoreError) -> [String] {
        try names(rule, "omitStages", of: stages)
    }
}
