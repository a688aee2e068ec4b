extension Actors {
    private static let names = [
        "alice", "ben", "chen", "dana", "emre", "fatima", "goran", "hana", "ivan", "julia", "kofi", "lena", "marco",
        "nadia", "omar",
        "priya", "quinn", "rosa", "sven", "tara", "uwe", "vera", "wei", "ximena", "yuki", "zoe",
    ]
    private static let surnames = [
        "ng", "smith", "okafor", "tanaka", "garcia", "meyer", "kumar", "rossi", "novak", "larsen", "haddad", "dubois",
        "silva",
    ]
    private static let platforms = ["linux/amd64", "darwin/arm64", "windows/amd64", "darwin/amd64"]

    init(nodes: Int, seed: UInt64, agents: inout Agents.Builder, arena: TextArena) {
        var all: [Actor] = []
        func add(
            _ kind: Actor.Kind, _ name: String, user: String, reason: String = "", program: UInt16,
            namespace: UInt16 = 0,
            podName: String = "", zone: Int = 0
        ) -> UInt16 {
            all.append(
                Actor(
                    kind: kind, program: program, namespace: namespace, key: mixed(seed, 301, UInt64(all.count)),
                    name: arena.add(name),
                    user: arena.add(user), reason: arena.add(reason), podName: arena.add(podName), zone: zone))
            return UInt16(all.count - 1)
        }
        func addSystem(_ name: String, program: UInt16, masters: Bool = false) -> UInt16 {
            let digest = (0..<4).map { Releases.digits(mixed(seed, 302, UInt64(all.count * 4 + $0)), count: 16) }
                .joined()
            let groups = masters ? #""system:authenticated","system:masters""# : #""system:authenticated""#
            let extra =
                masters ? "" : #","extra":{"authentication.kubernetes.io/credential-id":["X509SHA256=\#(digest)"]}"#
            return add(
                .system, name, user: #"{"username":"\#(name)","groups":[\#(groups)]\#(extra)}"#,
                reason: masters ? "" : Self.granted(by: name, role: name, to: #"User \"\#(name)\""#), program: program)
        }
        /// The JSON of a service account up to the number of its token.
        func addAccount(
            _ kind: Actor.Kind, namespace: String, account: String, role: String, index: UInt16, program: UInt16
        ) -> UInt16 {
            let name = "system:serviceaccount:\(namespace):\(account)"
            let uid = Self.uuid(mixed(seed, 303, UInt64(all.count)), mixed(seed, 304, UInt64(all.count)))
            return add(
                kind, name,
                user: """
                    {"username":"\(name)","uid":"\(uid)","groups":["system:serviceaccounts","system:serviceaccounts:\(namespace)",\
                    "system:authenticated"],"extra":{"authentication.kubernetes.io/credential-id":["JTI=
                    """,
                reason: Self.granted(by: role, role: role, to: #"ServiceAccount \"\#(account)/\#(namespace)\""#),
                program: program,
                namespace: index, podName: kind == .controller ? "" : account)
        }

        let kubelet = agents.kubernetes("kubelet/v$v (linux/amd64) kubernetes/$c")
        node = add(.node, "", user: "", program: kubelet)
        scheduler = addSystem(
            "system:kube-scheduler",
            program: agents.kubernetes("kube-scheduler/v$v (linux/amd64) kubernetes/$c/scheduler"))
        controllerManager = addSystem(
            "system:kube-controller-manager",
            program: agents.kubernetes("kube-controller-manager/v$v (linux/amd64) kubernetes/$c/leader-election"))
        apiserver = addSystem(
            "system:apiserver", program: agents.kubernetes("kube-apiserver/v$v (linux/amd64) kubernetes/$c"),
            masters: true)
        let scanner = agents.program("python-requests/$v", major: 2, minor: 32)
        curl = agents.program("curl/$v", major: 8, minor: 9)
        anonymous = add(
            .anonymous, "system:anonymous",
            user: #"{"username":"system:anonymous","groups":["system:unauthenticated"]}"#,
            program: scanner)
        unknown = add(.unknown, "", user: "{}", program: scanner)

        controllers = all.count..<all.count + Controller.allCases.count
        for controller in Controller.allCases {
            let program = agents.kubernetes(
                "kube-controller-manager/v$v (linux/amd64) kubernetes/$c/system:serviceaccount:kube-system:\(controller.name)"
            )
            _ = addAccount(
                .controller, namespace: "kube-system", account: controller.name,
                role: "system:controller:\(controller.name)",
                index: Workloads.systemNamespace("kube-system"), program: program)
        }
        func install(_ installed: [Installed], as kind: Actor.Kind) -> Range<Int> {
            let first = all.count
            for one in installed {
                let program = agents.program(one.agent, major: one.major, minor: one.minor)
                _ = addAccount(
                    kind, namespace: one.namespace, account: one.account, role: one.account,
                    index: Workloads.systemNamespace(one.namespace), program: program)
            }
            return first..<all.count
        }
        operators = install(Installed.operators, as: .serviceAccount)
        daemons = install(Installed.daemons, as: .daemon)

        let libraries = Installed.readers.map { agents.program($0.agent, major: $0.major, minor: $0.minor) }
        let helm = agents.program("Helm/$v", major: 3, minor: 16)
        let terraform = agents.program(
            "Terraform/$v (+https://www.terraform.io) terraform-provider-kubernetes/2.38.0", major: 1, minor: 9)
        let kubectl = agents.kubernetes("kubectl/v$v (linux/amd64) kubernetes/$c", behind: 1)
        let namespaces = Workloads.stages.flatMap { stage in Workloads.teams.map { "\($0)-\(stage)" } }
        let firstReader = all.count
        for (index, namespace) in namespaces.enumerated() {
            _ = addAccount(
                .serviceAccount, namespace: namespace, account: "app-reader", role: "app-reader", index: UInt16(index),
                program: libraries[index % libraries.count])
        }
        readers = firstReader..<all.count
        for (index, namespace) in namespaces.enumerated() {
            _ = addAccount(
                .pipeline, namespace: namespace, account: "deployer", role: "deployer", index: UInt16(index),
                program: [helm, kubectl, kubectl, terraform][index % 4])
        }
        pipelines = readers.upperBound..<all.count

        let clients = Self.platforms.flatMap { platform in
            (0..<4).map {
                agents.kubernetes(
                    "kubectl/v$v (\(platform)) kubernetes/$c", behind: $0, delay: Int64(10 + 9 * $0) * Span.day)
            }
        }
        let toolList = Installed.tools.map { agents.program($0.agent, major: $0.major, minor: $0.minor, releases: 6) }
        tools = toolList[0]..<toolList[toolList.count - 1] + 1
        for index in 0..<min(500, 24 + nodes / 3) {
            var random = Random(mixed(seed, 305, UInt64(index)))
            let number = index / Self.names.count
            let name =
                "\(Self.names[index % Self.names.count]).\(Self.surnames[(index * 5 + number) % Self.surnames.count])"
            let user = "\(name)\(number >= Self.surnames.count ? String(number) : "")@synthetic.example"
            let team = random.below(Workloads.teams.count)
            let digest = Self.uuid(random.next(), random.next())
            _ = add(
                .person, user,
                user: """
                    {"username":"\(user)","groups":["team-\(Workloads.teams[team])","employees","system:authenticated"],"extra":\
                    {"authentication.kubernetes.io/credential-id":["JTI=\(digest)"]}}
                    """,
                reason: Self.granted(
                    by: "employees-edit", role: "edit", to: #"Group \"team-\#(Workloads.teams[team])\""#),
                program: clients[random.below(clients.count)], namespace: UInt16(team),
                zone: index % 11 < 6 ? 0 : index % 11 < 9 ? 1 : 2)
        }
        people = pipelines.upperBound..<all.count
        self.all = all
    }

    private static func granted(by binding: String, role: String, to subject: String) -> String {
        #"RBAC: allowed by ClusterRoleBinding \"\#(binding)\" of ClusterRole \"\#(role)\" to \#(subject)"#
    }

    private static func uuid(_ high: UInt64, _ low: UInt64) -> String {
        let one = Array(Releases.digits(high, count: 16))
        let other = Array(Releases.digits(low, count: 16))
        return
            "\(String(one[0..<8]))-\(String(one[8..<12]))-4\(String(one[13..<16]))-a\(String(other[1..<4]))-\(String(other[4..<16]))"
    }
}
