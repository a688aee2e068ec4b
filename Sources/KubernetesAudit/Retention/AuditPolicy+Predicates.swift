import AuditStore

/// The rules as predicates on events, with the meaning they have in kube-apiserver (`pkg/audit/policy/checker.go`). The attributes of
/// the request are those that the event has of it.
extension AuditPolicy {
    /// The rules, compiled.
    var retentionRules: RetentionRules {
        var classes: [RetentionRules.Class] = []
        for rule in rules {
            guard let months = rule.months, !classes.contains(where: { $0.name == rule.className }) else { continue }
            classes.append(RetentionRules.Class(name: rule.className, months: months))
        }
        return RetentionRules(
            classes: classes,
            rules: rules.map { rule in
                RetentionRules.Rule(predicate: rule.predicate(omitStages), className: rule.className)
            })
    }
}

extension AuditPolicy.Rule {
    fileprivate func predicate(_ policyStages: [String]) -> Predicate {
        var parts: [Predicate] = []
        if let level { parts.append(.isAny([level], of: .level)) }
        let omitted = policyStages + omitStages
        if !omitted.isEmpty { parts.append(.not(.isAny(omitted, of: .stage))) }
        if !users.isEmpty { parts.append(.isAny(users, of: .userName)) }
        if !userGroups.isEmpty { parts.append(.hasAny(userGroups, in: .groups)) }
        if !verbs.isEmpty { parts.append(.isAny(verbs, of: .verb)) }
        if !namespaces.isEmpty || !resources.isEmpty {
            parts.append(.isResourceRequest)
            if !namespaces.isEmpty { parts.append(.isAny(namespaces, ofOptional: .namespace)) }
            if !resources.isEmpty { parts.append(.or(resources.map(\.predicate))) }
        } else if !nonResourceURLs.isEmpty {
            parts.append(.not(.isResourceRequest))
            parts.append(.matchesPath(nonResourceURLs))
        }
        return parts.isEmpty ? .constant(true) : .all(parts)
    }
}

extension AuditPolicy.GroupResources {
    fileprivate var predicate: Predicate {
        var parts: [Predicate] = [.isAny([group], ofOptional: .apiGroup)]
        if !resources.isEmpty, !resources.contains("*") { parts.append(.or(resources.flatMap(Self.choices))) }
        if !resourceNames.isEmpty { parts.append(.isAny(resourceNames, ofOptional: .name)) }
        return .all(parts)
    }

    /// `pods`, `pods/log`, `pods/*` (the pods themselves, too) and `*/status`.
    private static func choices(_ text: String) -> [Predicate] {
        var choices: [Predicate] = [.and([.isAny([text], of: .resource), .isAny([""], ofOptional: .subresource)])]
        for slash in text.indices where text[slash] == "/" {
            let (resource, subresource) = (String(text[..<slash]), String(text[text.index(after: slash)...]))
            choices.append(.and([.isAny([resource], of: .resource), .isAny([subresource], of: .subresource)]))
        }
        if text.hasPrefix("*/") { choices.append(.isAny([String(text.dropFirst(2))], ofOptional: .subresource)) }
        if text.hasSuffix("/*") { choices.append(.isAny([String(text.dropLast(2))], of: .resource)) }
        return choices
    }
}

extension FieldReference {
    fileprivate static let level = FieldReference(keys: ["level"])
    fileprivate static let stage = FieldReference(keys: ["stage"])
    fileprivate static let verb = FieldReference(keys: ["verb"])
    fileprivate static let userName = FieldReference(keys: ["user", "username"])
    fileprivate static let groups = FieldReference(keys: ["user", "groups"])
    fileprivate static let requestURI = FieldReference(keys: ["requestURI"])
    fileprivate static let apiGroup = FieldReference(keys: ["objectRef", "apiGroup"])
    fileprivate static let resource = FieldReference(keys: ["objectRef", "resource"])
    fileprivate static let subresource = FieldReference(keys: ["objectRef", "subresource"])
    fileprivate static let namespace = FieldReference(keys: ["objectRef", "namespace"])
    fileprivate static let name = FieldReference(keys: ["objectRef", "name"])
}

extension Predicate {
    fileprivate static let isResourceRequest = Predicate.test(.resource, .isPresent)

    fileprivate static func isAny(_ texts: [String], of field: FieldReference) -> Predicate {
        let wanted = texts.map { Array($0.utf8) }
        return .test(field, .text { text in wanted.contains { text.elementsEqual($0) } })
    }

    /// A field that is absent counts as the empty text.
    fileprivate static func isAny(_ texts: [String], ofOptional field: FieldReference) -> Predicate {
        let isAny = isAny(texts, of: field)
        return texts.contains("") ? .or([isAny, .not(.test(field, .isPresent))]) : isAny
    }

    fileprivate static func hasAny(_ texts: [String], in field: FieldReference) -> Predicate {
        let wanted = Set(texts)
        return .test(
            field,
            ValueTest(value: { value in
                guard case .list(let elements) = value else { return false }
                return elements.contains { if case .string(let text) = $0 { wanted.contains(text) } else { false } }
            }))
    }

    /// The path of the request, without what is behind `?`.
    fileprivate static func matchesPath(_ specs: [String]) -> Predicate {
        let specs = specs.map { spec -> (exact: [UInt8], prefix: [UInt8]?) in
            (Array(spec.utf8), spec.hasSuffix("*") ? Array(spec.utf8.dropLast()) : nil)
        }
        return .test(
            .requestURI,
            .text { uri in
                let path = uri.prefix { $0 != 0x3f }
                return specs.contains { spec in
                    path.elementsEqual(spec.exact) || spec.prefix.map { path.starts(with: $0) } ?? false
                }
            })
    }
}
