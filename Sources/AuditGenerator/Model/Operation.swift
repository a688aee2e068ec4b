/// What is asked of the apiserver.
enum Operation: UInt8, CaseIterable {
    // Kubelets.
    case leaseRenew, nodeStatusPatch, nodeRead, podStatusPatch, podRead, podRemove, tokenCreate, secretRead, configRead
    case secretWatch, configWatch, podWatchOfNode, csiNodeRead, runtimeClassWatch
    // The control plane.
    case electionRead, electionRenew, podBind, podCreate, podDelete, eventCreate, replicaSetCreate,
        replicaSetScale
    case replicaSetStatus, replicaSetDelete, deploymentStatus, sliceUpdate, jobCreate, jobStatus, jobDelete
    case cronJobStatus, scalerStatus, nodePatch, namespaceRead, quotaStatus, podEvict
    case podWatch, serviceWatch, sliceWatch, nodeWatch, deploymentWatch, eventWatch, customWatch
    // Operators, programs and pipelines.
    case podList, podListAll, nodeList, serviceList, sliceList, ingressList, customRead, customList, customStatusPatch
    case certificateUpdate, subjectReview, tokenReview, configList, configUpdate, configCreate, configPatch, secretList
    case secretListAll, secretUpdate, secretCreate, deploymentRead, deploymentList, deploymentPatch, deploymentApply
    case deploymentJSONPatch, deploymentCreate, deploymentUpdate, deploymentDelete, scalePatch, serviceApply,
        roleBindingCreate
    case roleBindingList, clusterRoleBindingCreate, podMetricsList, endpointsList
    // People.
    case podLog, podExec, podForward, selfReview, eventList, namespaceList, podDeleteByHand
    // What is no resource.
    case discovery, health, metrics, outsidePath

    static let forms: [Form] = allCases.map(\.form)

    private var form: Form {
        switch self {
        case .leaseRenew:
            Form(
                "update", "leases", "Lease", group: "coordination.k8s.io", query: "?timeout=10s", name: .node,
                versioned: true,
                request: .lease, response: .lease)
        case .nodeStatusPatch:
            Form(
                "patch", "nodes", "Node", sub: "status", query: "?timeout=10s", name: .node, cluster: true,
                request: .nodeStatusPatch,
                response: .node)
        case .nodeRead:
            Form(
                "get", "nodes", "Node", query: #"?resourceVersion=0\u0026timeout=10s"#, name: .node, cluster: true,
                response: .node)
        case .podStatusPatch:
            Form(
                "patch", "pods", "Pod", sub: "status", name: .pod, request: .podStatusPatch, response: .pod,
                level: .request)
        case .podRead: Form("get", "pods", "Pod", name: .pod, response: .pod)
        case .podRemove: Form("delete", "pods", "Pod", name: .pod, request: .deleteOptions, response: .pod)
        case .tokenCreate:
            Form("create", "serviceaccounts", "TokenRequest", sub: "token", name: .account, redacted: true, code: 201)
        case .secretRead: Form("get", "secrets", "Secret", name: .config, redacted: true)
        case .configRead: Form("get", "configmaps", "ConfigMap", name: .config, redacted: true)
        case .secretWatch:
            Self.watch(
                "secrets", name: .config, query: #"?allowWatchBookmarks=true\u0026fieldSelector=metadata.name%3D"#)
        case .configWatch:
            Self.watch(
                "configmaps", name: .config, query: #"?allowWatchBookmarks=true\u0026fieldSelector=metadata.name%3D"#)
        case .podWatchOfNode:
            Self.watch(
                "pods", name: .node, cluster: true,
                query: #"?allowWatchBookmarks=true\u0026fieldSelector=spec.nodeName%3D"#)
        case .csiNodeRead:
            Form(
                "get", "csinodes", "CSINode", group: "storage.k8s.io", name: .node, cluster: true,
                response: .workloadObject)
        case .runtimeClassWatch: Self.watch("runtimeclasses", group: "node.k8s.io", cluster: true)
        case .electionRead:
            Form(
                "get", "leases", "Lease", group: "coordination.k8s.io", query: "?timeout=5s", name: .component,
                response: .lease)
        case .electionRenew:
            Form(
                "update", "leases", "Lease", group: "coordination.k8s.io", query: "?timeout=5s", name: .component,
                versioned: true,
                request: .lease, response: .lease)
        case .podBind:
            Form(
                "create", "pods", "Binding", sub: "binding", name: .pod, versioned: true, request: .binding,
                response: .success,
                code: 201)
        case .podCreate:
            Form("create", "pods", "Pod", request: .pod, response: .pod, level: .requestResponse, code: 201)
        case .podDelete:
            Form("delete", "pods", "Pod", name: .pod, request: .deleteOptions, response: .pod, level: .request)
        case .eventCreate: Form("create", "events", "Event", name: .event, request: .event, response: .event, code: 201)
        case .replicaSetCreate:
            Form(
                "create", "replicasets", "ReplicaSet", group: "apps", name: .replicaSet, request: .replicaSet,
                response: .replicaSet,
                level: .request, code: 201)
        case .replicaSetScale:
            Form(
                "update", "replicasets", "ReplicaSet", group: "apps", name: .replicaSet, versioned: true,
                request: .replicaSet,
                response: .replicaSet, level: .request)
        case .replicaSetStatus:
            Form(
                "update", "replicasets", "ReplicaSet", group: "apps", sub: "status", name: .replicaSet, versioned: true,
                request: .replicaSet, response: .replicaSet)
        case .replicaSetDelete:
            Form(
                "delete", "replicasets", "ReplicaSet", group: "apps", name: .replicaSet, request: .deleteOptions,
                response: .success,
                level: .request)
        case .deploymentStatus:
            Form(
                "update", "deployments", "Deployment", group: "apps", sub: "status", name: .workload, versioned: true,
                request: .deployment, response: .deployment)
        case .sliceUpdate:
            Form(
                "update", "endpointslices", "EndpointSlice", group: "discovery.k8s.io", name: .slice, versioned: true,
                request: .slice,
                response: .slice)
        case .jobCreate:
            Form(
                "create", "jobs", "Job", group: "batch", name: .job, request: .job, response: .job,
                level: .requestResponse, code: 201)
        case .jobStatus:
            Form(
                "update", "jobs", "Job", group: "batch", sub: "status", name: .job, versioned: true, request: .job,
                response: .job)
        case .jobDelete:
            Form(
                "delete", "jobs", "Job", group: "batch", name: .job, request: .deleteOptions, response: .success,
                level: .request)
        default: laterForm
        }
    }

    private static func watch(
        _ resource: StaticString, group: StaticString = "", version: StaticString = "v1", name: Form.Naming = .none,
        cluster: Bool = false, query: StaticString = "?allowWatchBookmarks=true"
    ) -> Form {
        Form("watch", resource, group: group, version: version, query: query, name: name, cluster: cluster)
    }
}
