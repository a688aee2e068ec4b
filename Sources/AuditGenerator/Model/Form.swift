/// What requests of one operation look like.
struct Form {
    /// Where the name in the path comes from.
    enum Naming: UInt8 {
        case none, node, component, workload, replicaSet, pod, slice, event, config, account, job, cronJob, custom,
            namespace, binding
        /// The path is no resource.
        case path
    }

    enum Body: UInt8 {
        case none, lease, podStatusPatch, pod, binding, eviction, replicaSet, deployment, deploymentPatch, scale, event,
            slice
        case nodeStatusPatch, nodePatch, node, roleBinding, review, job, custom, customPatch, deleteOptions, success,
            list, service
        case workloadObject
    }

    /// What the policy of a managed cluster keeps of it.
    enum Level: UInt8 {
        case metadata, request, requestResponse
    }

    var verb: StaticString
    var resource: StaticString
    var group: StaticString
    var version: StaticString
    var kind: StaticString
    var subresource: StaticString
    var query: StaticString
    var naming: Naming
    var isNamespaced: Bool
    /// `objectRef` has uid and resourceVersion where a body brings them.
    var hasVersion: Bool
    var request: Body
    var response: Body
    /// Of level `mixed`.
    var level: Level
    /// The policy never keeps bodies that may hold secrets.
    var isRedacted: Bool
    /// The apiserver notes that it is out of date.
    var isDeprecated: Bool
    var code: UInt16

    init(
        _ verb: StaticString, _ resource: StaticString, _ kind: StaticString = "", group: StaticString = "",
        version: StaticString = "v1", sub: StaticString = "", query: StaticString = "", name: Naming = .none,
        cluster: Bool = false,
        versioned: Bool = false, request: Body = .none, response: Body = .none, level: Level = .metadata,
        redacted: Bool = false,
        deprecated: Bool = false, code: UInt16 = 200
    ) {
        (self.verb, self.resource, self.kind, self.group, self.version) = (verb, resource, kind, group, version)
        (subresource, self.query, naming, isNamespaced, hasVersion) = (sub, query, name, !cluster, versioned)
        (self.request, self.response, self.level, self.code) = (request, response, level, code)
        (isRedacted, isDeprecated) = (redacted, deprecated)
    }

    /// What is made has its name in the body, and not in the path.
    var isCreation: Bool { verb.utf8Start[0] == UInt8(ascii: "c") && subresource.utf8CodeUnitCount == 0 }
    var isWatch: Bool { verb.utf8CodeUnitCount == 5 && verb.utf8Start[0] == UInt8(ascii: "w") }
}
