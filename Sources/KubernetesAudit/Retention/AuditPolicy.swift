import AuditStore

/// Rules in the form of a Kubernetes audit policy, which say how long events are kept: the first rule that matches an event
/// gives its class.
///
/// The rules are those of kube-apiserver; instead of what to log they say how long to keep it, by three keys of our own:
/// `months`, `retain` and `class`.
struct AuditPolicy {
    var omitStages: [String] = []
    var rules: [Rule] = []

    /// Empty lists match everything.
    struct Rule {
        var level: String?
        var users: [String] = []
        var userGroups: [String] = []
        var verbs: [String] = []
        var resources: [GroupResources] = []
        var namespaces: [String] = []
        var nonResourceURLs: [String] = []
        var omitStages: [String] = []
        /// The name of the class of events that match.
        var className = RetentionClass.standardName
        /// What the rule says of the class; the outer nil: nothing.
        var months: Int??
        var place: YAMLNode.Place
    }

    /// Resources of one API group; the core group is the empty text.
    struct GroupResources {
        var group = ""
        var resources: [String] = []
        var resourceNames: [String] = []
    }

    static func error(_ message: String, at place: YAMLNode.Place) -> AuditStoreError {
        AuditStoreError(.invalidArgument, "the policy at line \(place.line), column \(place.column): \(message)")
    }
}
