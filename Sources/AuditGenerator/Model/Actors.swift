/// All who send requests, by what they are.
struct Actors: Sendable {
    let all: [Actor]
    let node: UInt16
    let scheduler: UInt16
    let controllerManager: UInt16
    let apiserver: UInt16
    let anonymous: UInt16
    let unknown: UInt16
    /// In the order of `Controller`.
    let controllers: Range<Int>
    let operators: Range<Int>
    let daemons: Range<Int>
    /// Programs of the teams that ask the apiserver.
    let readers: Range<Int>
    let pipelines: Range<Int>
    let people: Range<Int>
    /// What people use besides kubectl, as programs.
    let tools: Range<UInt16>
    let curl: UInt16

    subscript(index: UInt16) -> Actor { all[Int(index)] }

    func controller(_ controller: Controller) -> UInt16 { UInt16(controllers.lowerBound + controller.rawValue) }
}

/// The controllers of the controller manager that the model knows.
enum Controller: Int, CaseIterable {
    case deployment, replicaset, endpointslice, job, cronjob, horizontalPodAutoscaler, genericGarbageCollector,
        namespace, node
    case resourcequota, ttlAfterFinished, rootCACertPublisher

    var name: String {
        switch self {
        case .horizontalPodAutoscaler: "horizontal-pod-autoscaler"
        case .genericGarbageCollector: "generic-garbage-collector"
        case .ttlAfterFinished: "ttl-after-finished-controller"
        case .rootCACertPublisher: "root-ca-cert-publisher"
        default: "\(self)-controller"
        }
    }
}

/// Programs that run in the cluster and talk to the apiserver: namespace, service account, and what they call themselves.
struct Installed {
    var namespace: String
    var account: String
    var agent: String
    var major = 1
    var minor: Int

    static let operators = [
        Installed(namespace: "monitoring", account: "prometheus-k8s", agent: "Prometheus/$v", major: 3, minor: 2),
        Installed(
            namespace: "argocd", account: "argocd-application-controller",
            agent: "argocd-application-controller/v0.0.0 (linux/amd64) kubernetes/$Format", minor: 1),
        Installed(
            namespace: "monitoring", account: "kube-state-metrics",
            agent: "kube-state-metrics/v$v (linux/amd64) kube-state-metrics/$c", major: 2, minor: 14),
        Installed(
            namespace: "istio-system", account: "istiod", agent: "pilot-discovery/v$v (linux/amd64) istio/$c", minor: 25
        ),
        Installed(
            namespace: "cert-manager", account: "cert-manager",
            agent: "cert-manager-certificates-issuing/v$v (linux/amd64) cert-manager/$c", minor: 16),
        Installed(
            namespace: "ingress-nginx", account: "ingress-nginx",
            agent: "nginx-ingress-controller/v$v (linux/amd64) ingress-nginx/$c",
            minor: 11),
        Installed(
            namespace: "kube-system", account: "cluster-autoscaler",
            agent: "cluster-autoscaler/v$v (linux/amd64) kubernetes/$c",
            minor: 32),
        Installed(namespace: "external-dns", account: "external-dns", agent: "external-dns/v$v", major: 0, minor: 15),
        Installed(
            namespace: "kube-system", account: "coredns", agent: "coredns/v0.0.0 (linux/amd64) kubernetes/$Format",
            minor: 11),
        Installed(
            namespace: "kube-system", account: "metrics-server",
            agent: "metrics-server/v$v (linux/amd64) kubernetes/$c", major: 0,
            minor: 7),
        Installed(
            namespace: "vault", account: "vault-agent-injector",
            agent: "vault-k8s/v$v (linux/amd64) kubernetes/$Format", minor: 4),
        Installed(
            namespace: "kyverno", account: "kyverno-admission-controller",
            agent: "kyverno/v$v (linux/amd64) kyverno/$c", minor: 13),
        Installed(
            namespace: "kube-system", account: "ebs-csi-controller-sa", agent: "csi-provisioner/v$v (linux/amd64)",
            major: 5, minor: 1),
        Installed(
            namespace: "velero", account: "velero", agent: "velero-server/v$v (linux/amd64) velero/$c", minor: 15),
        Installed(
            namespace: "argocd", account: "argocd-server",
            agent: "argocd-server/v0.0.0 (linux/amd64) kubernetes/$Format", minor: 1),
        Installed(
            namespace: "kube-system", account: "descheduler", agent: "descheduler/v0.$v (linux/amd64) kubernetes/$c",
            major: 32, minor: 0),
    ]

    static let daemons = [
        Installed(namespace: "kube-system", account: "cilium", agent: "cilium-agent/$v (linux/amd64)", minor: 16),
        Installed(
            namespace: "kube-system", account: "kube-proxy", agent: "kube-proxy/v$v (linux/amd64) kubernetes/$c",
            minor: 33),
        Installed(namespace: "logging", account: "fluent-bit", agent: "Fluent-Bit/$v", major: 4, minor: 0),
        Installed(
            namespace: "kube-system", account: "ebs-csi-node-sa",
            agent: "aws-ebs-csi-driver/v$v (linux/amd64) kubernetes/$Format", minor: 38),
        Installed(
            namespace: "monitoring", account: "node-problem-detector",
            agent: "node-problem-detector/v$v (linux/amd64) kubernetes/$c", major: 0, minor: 8),
    ]

    /// Libraries that the teams' own programs use.
    static let readers = [
        Program("okhttp/$v", major: 4, minor: 12), Program("OpenAPI-Generator/$v/python", major: 31, minor: 0),
        Program("Go-http-client/2.0", major: 2, minor: 0), Program("kubernetes-client/java/$v", major: 21, minor: 0),
        Program("fabric8-kubernetes-client/$v", major: 7, minor: 1),
    ]

    static let tools = [
        Program("k9s/v$v (darwin/arm64) kubernetes/$Format", major: 0, minor: 50),
        Program("stern/$v (linux/amd64)", major: 1, minor: 31), Program("Helm/$v", major: 3, minor: 16),
        Program("kustomize/v$v (linux/amd64)", major: 5, minor: 6),
        Program("Lens/$v (Macintosh; Intel Mac OS X 10_15_7)", major: 2025, minor: 8),
        Program("freelens/$v (Windows NT 10.0; Win64; x64)", major: 1, minor: 5),
        Program(
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/$v.0 Safari/537.36",
            major: 139, minor: 0),
        Program("Terraform/$v (+https://www.terraform.io) terraform-provider-kubernetes/2.38.0", major: 1, minor: 12),
    ]
}

/// What a program calls itself, `$v` and `$c` for version and commit, and its first version.
struct Program {
    var agent: String
    var major: Int
    var minor: Int

    init(_ agent: String, major: Int, minor: Int) { (self.agent, self.major, self.minor) = (agent, major, minor) }
}
