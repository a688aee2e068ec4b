import KubernetesAudit
import TestSupport
import Testing

@testable import AuditStore

/// What a policy may say, and where it says that it may not.
@Suite struct PolicyParsingTests {
    private func rules(_ text: String) throws -> RetentionRules {
        let compile = try #require(KubernetesAudit.description.retentionRules)
        return try compile(text)
    }

    private static let head = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"

    @Test func classes() throws {
        let rules = try rules(
            Self.head + """
                # A comment.
                metadata: {name: retention}
                omitStages: [RequestReceived]
                rules:
                - level: Metadata
                  users: ["system:kube-scheduler"]
                  months: 1
                - resources:
                  - group: ""          # core
                    resources: [secrets, configmaps]
                  retain: for ever
                - verbs: [delete]
                  class: deletions
                  retain: 24 months
                - verbs: [create]
                  class: deletions
                - nonResourceURLs: ["/healthz*"]
                """)
        let classes = [
            RetentionRules.Class(name: "1 month", months: 1), RetentionRules.Class(name: "for ever", months: nil),
            RetentionRules.Class(name: "deletions", months: 24),
        ]
        #expect(rules.classes == classes)
        #expect(rules.rules.map(\.className) == ["1 month", "for ever", "deletions", "deletions", "default"])
        let json = #"{"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [{"verbs": ["get"], "months": 3}]}"#
        #expect(try self.rules(json).classes == [RetentionRules.Class(name: "3 months", months: 3)])
    }

    @Test(arguments: [
        ("", "line 1, column 1: there is nothing in it"), ("[]", "a mapping is wanted here, and this is a list"),
        ("kind: Policy\nrules: []", "`apiVersion` has to be `audit.k8s.io/v1`"),
        ("apiVersion: audit.k8s.io/v1\nkind: Pod", "line 2, column 7: `kind` has to be `Policy`"),
        (head + "rules: []", "there are no rules"),
        (head + "rules:\n- verb: [get]", "line 4, column 3: this is none of the keys level, users"),
        (head + "rules:\n- verbs: get", "line 4, column 10: a list is wanted here, and this is a text"),
        (head + "rules:\n- verbs: [[get]]", "line 4, column 11: a text is wanted here, and this is a list"),
        (head + "rules:\n- verbs: [get]\n  verbs: [list]", "line 5, column 3: `verbs` is there twice"),
        (head + "rules:\n- level: All", "line 4, column 10: `All` is no level"),
        (head + "rules:\n- months: 0", "line 4, column 11: a number of months, from 1 to 1200"),
        (head + "rules:\n- months: many", "a number of months"),
        (head + "rules:\n- retain: always", "write `for ever` or `24 months`"),
        (head + "rules:\n- months: 3\n  retain: for ever", "say the same"),
        (head + "rules:\n- class: a", "no rule says how long the class `a` is kept"),
        (
            head + "rules:\n- {class: a, months: 1}\n- {class: a, months: 2}",
            "line 5, column 3: an earlier rule gives the class `a` another duration"
        ),
        (head + "rules:\n- {class: default, months: 1}", "retain --months"),
        (head + "rules:\n- {nonResourceURLs: [/a], namespaces: [b]}", "not both"),
        (head + "rules:\n- nonResourceURLs: [a]", "`a` is no path"),
        (head + "rules:\n- nonResourceURLs: ['/a*b']", "is no path"),
        (head + "rules:\n- resources: [{resourceNames: [a]}]", "`resourceNames` need `resources`"),
        (head + "omitStages: [Done]\nrules: [{}]", "`Done` is none of RequestReceived"),
        (head + "rules:\n- verbs: [get", "line 5, column 1"), (head + "rules:\n\t- a", "line 4, column 1"),
        (head + "a: &x 1\nrules: [*x]", "anchors are not read here"),
        (head + "rules: [*x]", "aliases are not read here"),
        (head + "rules: !!seq []", "tags are not read here"),
        (head + "rules: [{}]\n---\na: 1", "a second document begins here"),
        (String(repeating: "[", count: 60_000), "nested too deeply"),
        (String(repeating: "{a: ", count: 100), "nested too deeply"),
    ]) func wrong(text: String, message: String) {
        #expect {
            try rules(text)
        } throws: { error in
            guard let error = error as? AuditStoreError, error.code == .invalidArgument else { return false }
            if !error.message.contains(message) { Issue.record("\(error.message)") }
            return error.message.hasPrefix("the policy at line ")
        }
    }

    /// Whatever the bytes, there is an answer.
    @Test(arguments: Seeds.fixed) func garbage(seed: UInt64) {
        var random = Seeds.announce(seed, "garbage policies")
        let tokens = [
            "rules", ":", " ", "\n", "-", "[", "]", "{", "}", "\"", "'", "verbs", "&a", "*a", "!!x", "#", "|", ">",
            "\t", "get",
            ",", "\u{0}", "\u{fffd}", "%", "---", "...", "months: 3", "? ", "<<",
        ]
        for _ in 0..<2000 {
            let text = (0..<random.below(40)).map { _ in random.pick(tokens) }.joined()
            _ = try? rules(text)
            _ = try? rules(Self.head + "rules:\n" + text)
        }
    }
}
