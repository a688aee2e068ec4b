/// Forms of what operators, pipelines and people do.
extension Operation {
    var laterForm: Form {
        switch self {
        case .cronJobStatus:
            Form(
                "update", "cronjobs", "CronJob", group: "batch", sub: "status", name: .cronJob, versioned: true,
                request: .workloadObject, response: .workloadObject)
        case .scalerStatus:
            Form(
                "update", "horizontalpodautoscalers", "HorizontalPodAutoscaler", group: "autoscaling", version: "v2",
                sub: "status",
                name: .workload, versioned: true, request: .workloadObject, response: .workloadObject)
        case .nodePatch:
            Form(
                "patch", "nodes", "Node", name: .node, cluster: true, request: .nodePatch, response: .node,
                level: .request)
        case .namespaceRead:
            Form("get", "namespaces", "Namespace", name: .namespace, cluster: true, response: .workloadObject)
        case .quotaStatus:
            Form(
                "update", "resourcequotas", "ResourceQuota", sub: "status", name: .workload, versioned: true,
                request: .workloadObject,
                response: .workloadObject)
        case .podEvict:
            Form(
                "create", "pods", "Eviction", sub: "eviction", name: .pod, request: .eviction, response: .success,
                level: .request,
                code: 201)
        case .podWatch: Form("watch", "pods", query: Self.bookmarks, cluster: true)
        case .serviceWatch: Form("watch", "services", query: Self.bookmarks, cluster: true)
        case .sliceWatch:
            Form("watch", "endpointslices", group: "discovery.k8s.io", query: Self.bookmarks, cluster: true)
        case .nodeWatch: Form("watch", "nodes", query: Self.bookmarks, cluster: true)
        case .deploymentWatch: Form("watch", "deployments", group: "apps", query: Self.bookmarks)
        case .eventWatch: Form("watch", "events", query: "?watch=true")
        case .customWatch:
            Form(
                "watch", "applications", group: "argoproj.io", version: "v1alpha1", query: Self.bookmarks, cluster: true
            )
        case .podList: Form("list", "pods", "Pod", query: "?limit=500", response: .list)
        case .podListAll:
            Form("list", "pods", "Pod", query: #"?limit=500\u0026resourceVersion=0"#, cluster: true, response: .list)
        case .nodeList:
            Form("list", "nodes", "Node", query: #"?limit=500\u0026resourceVersion=0"#, cluster: true, response: .list)
        case .serviceList: Form("list", "services", "Service", query: "?limit=500", response: .list)
        case .sliceList: Form("list", "endpointslices", "EndpointSlice", group: "discovery.k8s.io", response: .list)
        case .ingressList: Form("list", "ingresses", "Ingress", group: "networking.k8s.io", response: .list)
        case .customRead:
            Form(
                "get", "applications", "Application", group: "argoproj.io", version: "v1alpha1", name: .custom,
                response: .custom)
        case .customList:
            Form("list", "applications", "Application", group: "argoproj.io", version: "v1alpha1", response: .list)
        case .customStatusPatch:
            Form(
                "patch", "applications", "Application", group: "argoproj.io", version: "v1alpha1", name: .custom,
                request: .customPatch, response: .custom, level: .request)
        case .certificateUpdate:
            Form(
                "update", "certificates", "Certificate", group: "cert-manager.io", sub: "status", name: .workload,
                versioned: true,
                request: .workloadObject, response: .workloadObject, level: .request)
        case .subjectReview:
            Form(
                "create", "subjectaccessreviews", "SubjectAccessReview", group: "authorization.k8s.io", cluster: true,
                request: .review, response: .review, code: 201)
        case .tokenReview:
            Form(
                "create", "tokenreviews", "TokenReview", group: "authentication.k8s.io", cluster: true, redacted: true,
                code: 201)
        case .configList: Form("list", "configmaps", "ConfigMap", query: "?limit=500", redacted: true)
        case .configUpdate:
            Form("update", "configmaps", "ConfigMap", name: .config, versioned: true, redacted: true)
        case .configCreate: Form("create", "configmaps", "ConfigMap", name: .config, redacted: true, code: 201)
        case .configPatch:
            Form("patch", "configmaps", "ConfigMap", query: "?fieldManager=kubectl-edit", name: .config, redacted: true)
        case .secretList: Form("list", "secrets", "Secret", query: "?limit=500", redacted: true)
        case .secretListAll: Form("list", "secrets", "Secret", query: "?limit=500", cluster: true, redacted: true)
        case .secretUpdate: Form("update", "secrets", "Secret", name: .config, versioned: true, redacted: true)
        case .secretCreate: Form("create", "secrets", "Secret", name: .config, redacted: true, code: 201)
        case .deploymentRead:
            Form("get", "deployments", "Deployment", group: "apps", name: .workload, response: .deployment)
        case .deploymentList:
            Form("list", "deployments", "Deployment", group: "apps", query: "?limit=500", response: .list)
        case .deploymentPatch:
            Self.deployment("patch", query: "?fieldManager=kubectl-rollout", request: .deploymentPatch)
        case .deploymentApply:
            Self.deployment("patch", query: #"?fieldManager=argocd-controller\u0026force=true"#, request: .deployment)
        case .deploymentJSONPatch:
            Self.deployment("patch", query: "?fieldManager=kubectl-patch", request: .deploymentPatch)
        case .deploymentCreate:
            Form(
                "create", "deployments", "Deployment", group: "apps", query: "?fieldManager=helm", name: .workload,
                request: .deployment,
                response: .deployment, level: .requestResponse, code: 201)
        case .deploymentUpdate: Self.deployment("update", query: "", request: .deployment, versioned: true)
        case .deploymentDelete:
            Form(
                "delete", "deployments", "Deployment", group: "apps", name: .workload, request: .deleteOptions,
                response: .success,
                level: .request)
        case .scalePatch:
            Form(
                "patch", "deployments", "Scale", group: "apps", sub: "scale", name: .workload, request: .scale,
                response: .scale,
                level: .request)
        case .serviceApply:
            Form(
                "patch", "services", "Service", query: #"?fieldManager=argocd-controller\u0026force=true"#,
                name: .workload, request: .service,
                response: .service, level: .request)
        case .roleBindingCreate:
            Form(
                "create", "rolebindings", "RoleBinding", group: "rbac.authorization.k8s.io", name: .binding,
                request: .roleBinding,
                response: .roleBinding, level: .requestResponse, code: 201)
        case .roleBindingList:
            Form(
                "list", "rolebindings", "RoleBinding", group: "rbac.authorization.k8s.io", query: "?limit=500",
                response: .list)
        case .clusterRoleBindingCreate:
            Form(
                "create", "clusterrolebindings", "ClusterRoleBinding", group: "rbac.authorization.k8s.io",
                name: .binding, cluster: true,
                request: .roleBinding, response: .roleBinding, level: .requestResponse, code: 201)
        case .podMetricsList:
            Form("list", "pods", "PodMetrics", group: "metrics.k8s.io", version: "v1beta1", response: .list)
        case .endpointsList:
            Form("list", "endpoints", "Endpoints", query: "?limit=500", response: .list, deprecated: true)
        case .podLog:
            Form(
                "get", "pods", "Pod", sub: "log", query: #"?container=app\u0026follow=true\u0026tailLines=100"#,
                name: .pod)
        case .podExec:
            Form("get", "pods", "Pod", sub: "exec", query: "?command=", name: .pod, code: 101)
        case .podForward: Form("get", "pods", "Pod", sub: "portforward", query: "?ports=8080", name: .pod, code: 101)
        case .selfReview:
            Form(
                "create", "selfsubjectaccessreviews", "SelfSubjectAccessReview", group: "authorization.k8s.io",
                cluster: true,
                request: .review, response: .review, code: 201)
        case .eventList: Form("list", "events", "Event", query: "?limit=500", response: .list)
        case .namespaceList:
            Form("list", "namespaces", "Namespace", query: "?limit=500", cluster: true, response: .list)
        case .podDeleteByHand:
            Form("delete", "pods", "Pod", name: .pod, request: .deleteOptions, response: .pod, level: .request)
        default: Form("get", "", name: .path, cluster: true)
        }
    }

    private static let bookmarks: StaticString = "?allowWatchBookmarks=true"

    private static func deployment(
        _ verb: StaticString, query: StaticString, request: Form.Body, versioned: Bool = false
    ) -> Form {
        Form(
            verb, "deployments", "Deployment", group: "apps", query: query, name: .workload, versioned: versioned,
            request: request,
            response: .deployment, level: .requestResponse)
    }
}
