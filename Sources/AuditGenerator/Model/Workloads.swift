/// A deployment, whose pods come and go with its revisions.
struct Workload {
    var namespace: UInt16
    var key: UInt64
    var name: Text
    /// The container up to the tag of its image, and from there on.
    var containerHead: Text
    var containerTail: Text
    var replicas: Int
    /// How many revisions there are while the log lasts.
    var rollouts: Double
    /// From 0 to 1: how far the first revision is when the log begins.
    var phase: Double
}

/// A pod: what it is called and where it runs follow from its workload, its revision and its number.
struct Pod {
    var workload: UInt16
    var revision: Int32
    var key: UInt64
    var node: Int32
    var created: Int64
}

/// What runs in the cluster.
struct Workloads: Sendable {
    static let teams = [
        "payments", "checkout", "search", "growth", "risk", "data", "web", "identity", "media", "logistics", "mobile",
        "infra",
    ]
    static let stages = ["prod", "stage", "qa", "dev"]
    private static let words = [
        "order", "invoice", "ledger", "cart", "catalog", "price", "session", "profile", "report", "notify", "stream",
        "index", "audit",
        "router", "quota", "fraud", "shipping", "review", "coupon", "export",
    ]
    private static let kinds = ["api", "web", "worker", "cache", "gateway", "consumer", "sync", "scheduler"]
    static let system = [
        "kube-system", "monitoring", "argocd", "istio-system", "cert-manager", "ingress-nginx", "logging", "vault",
        "ci", "velero",
        "external-dns", "kyverno", "kube-node-lease", "default",
    ]

    let namespaces: [Text]
    let all: [Workload]
    private let timeline: Timeline
    private let nodes: Nodes

    /// How many namespaces belong to teams; those of the system follow.
    static var teamNamespaces: Int { teams.count * stages.count }

    static func systemNamespace(_ name: String) -> UInt16 {
        UInt16(teamNamespaces + (system.firstIndex(of: name) ?? system.count - 1))
    }

    init(nodes: Nodes, timeline: Timeline, days: Int, seed: UInt64, arena: TextArena) {
        (self.nodes, self.timeline) = (nodes, timeline)
        // Of each team: production first, which most of what happens is about.
        namespaces =
            (Self.stages.flatMap { stage in Self.teams.map { "\($0)-\(stage)" } } + Self.system).map { arena.add($0) }
        all = (0..<nodes.count * 3 / 2 + 24).map { index in
            var random = Random(mixed(seed, 201, UInt64(index)))
            let namespace = index % Self.teamNamespaces
            let ordinal = index / Self.teamNamespaces * 7 + random.below(7)
            let kind = Self.kinds[ordinal % 3 == 0 ? random.below(2) : ordinal % Self.kinds.count]
            let word = Self.words[(ordinal + index) % Self.words.count]
            let suffix = ordinal >= Self.words.count ? "\(word)s-\(kind)" : "\(word)-\(kind)"
            let team = Self.teams[namespace % Self.teams.count]
            return Workload(
                namespace: UInt16(namespace), key: random.next(), name: arena.add(suffix),
                containerHead: arena.add(#"{"name":"app","image":"registry.synthetic.example/\#(team)/\#(suffix):"#),
                containerTail: arena.add(Self.container(name: suffix, random: &random)),
                replicas: namespace < Self.teams.count ? 2 + random.skewed(12) : 1 + random.below(2),
                rollouts: Double(days) / Exponential.powerOfTwo(random.unit() * 5.5), phase: random.unit())
        }
    }

    private static func container(name: String, random: inout Random) -> String {
        let memory = ["128Mi", "256Mi", "512Mi", "1Gi", "2Gi"][random.below(5)]
        let cores = ["50m", "100m", "200m", "250m", "500m", "1"][random.below(6)]
        let port = 8000 + random.below(4) * 80
        let variables = (0..<1 + random.below(4)).map { index in
            let key = ["LOG_LEVEL", "DB_HOST", "CACHE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"][index]
            let value = [
                "info", "\(name)-db.internal:5432", "redis://\(name)-cache:6379/0",
                "http://otel-collector.monitoring:4317",
            ][index]
            return #"{"name":"\#(key)","value":"\#(value)"}"#
        }.joined(separator: ",")
        return """
            ","args":["--listen=:\(port)","--shards=\(1 + random.below(16))"],"ports":[{"name":"http","containerPort":\(port),\
            "protocol":"TCP"}],"env":[\(variables),{"name":"POD_IP","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":\
            "status.podIP"}}}],"resources":{"limits":{"memory":"\(memory)"},"requests":{"cpu":"\(cores)","memory":"\(memory)"}},\
            "volumeMounts":[{"name":"config","mountPath":"/etc/\(name)"}],"livenessProbe":{"httpGet":{"path":"/healthz","port":\
            "http","scheme":"HTTP"},"initialDelaySeconds":\(5 + random.below(4) * 5),"timeoutSeconds":1,"periodSeconds":10,\
            "successThreshold":1,"failureThreshold":3},"readinessProbe":{"httpGet":{"path":"/ready","port":"http","scheme":\
            "HTTP"},"timeoutSeconds":1,"periodSeconds":5,"successThreshold":1,"failureThreshold":3},"terminationMessagePath":\
            "/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}
            """
    }

    // MARK: Revisions and pods

    /// The revision in use at `time`: rollouts go with the working hours of those who make them.
    func revision(of workload: Workload, at time: Int64) -> Int32 {
        Int32(timeline.share(of: .rollouts, at: time) * workload.rollouts + workload.phase)
    }

    /// When a revision was rolled out; the first one was before the log begins.
    func rolledOut(_ revision: Int32, of workload: Workload) -> Int64 {
        if revision == 0 { return timeline.start - Int64(workload.key % UInt64(20 * Span.day)) - Span.hour }
        return timeline.time(of: .rollouts, atShare: (Double(revision) - workload.phase) / workload.rollouts)
    }

    /// What a revision's pods are called by; also the key of its replica set.
    func replicaSetKey(_ workload: Workload, revision: Int32) -> UInt64 {
        mixed(workload.key, UInt64(UInt32(bitPattern: revision)), 3)
    }

    /// A pod that is there at `time`, and was a minute before.
    func pod(_ number: Int, of index: Int, at time: Int64) -> Pod {
        let past = time - Span.minute
        return pod(number, of: index, revision: revision(of: all[index], at: past), at: past)
    }

    func pod(_ number: Int, of index: Int, revision: Int32, at time: Int64) -> Pod {
        let workload = all[index]
        let place = mixed(workload.key, UInt64(revision), UInt64(number) + 100)
        let node = nodes.index(inPlace: Int(place % UInt64(nodes.count)), at: time)
        let key = mixed(place, UInt64(node))
        let created = max(rolledOut(revision, of: workload), nodes[node].born) + Int64(1 + number % 20) * 1_900_000
        return Pod(
            workload: UInt16(index), revision: revision, key: key, node: node,
            created: created + Int64(key % UInt64(Span.second)))
    }
}
