/// Nodes and leases, events, endpoints and rights.
extension EventRenderer {
    func putLease(_ record: EventRecord, _ form: Form, side: Side, to out: inout TextWriter) {
        putHead(record, form, side: side, to: &out)
        let isNode = form.naming == .node
        if isNode {
            let node = model.nodes[record.node]
            out.put(#""ownerReferences":[{"apiVersion":"v1","kind":"Node","name":""#)
            putNodeName(node, to: &out)
            out.put(#"","uid":""#)
            putUID(of: node.key, "nodes", to: &out)
            out.put(#""}],"#)
        }
        out.put(#""managedFields":["#)
        putManager(
            isNode ? "kubelet" : "leader-election", apiVersion: "coordination.k8s.io/v1",
            at: side == .stored ? record.time : record.prior,
            to: &out)
        out.put(
            #"{"f:spec":{"f:acquireTime":{},"f:holderIdentity":{},"f:leaseDurationSeconds":{},"f:leaseTransitions":{},"f:renewTime":{}}}}]},"spec":{"holderIdentity":""#
        )
        if isNode {
            putNodeName(model.nodes[record.node], to: &out)
            out.put(#"","leaseDurationSeconds":40,"renewTime":""#)
        } else {
            putComponent(record, to: &out)
            out.put("_")
            out.put(uuidOf: mixed(record.key, UInt64(record.address)))
            out.put(#"","leaseDurationSeconds":15,"acquireTime":""#)
            out.put(microTime: record.created)
            out.put(#"","leaseTransitions":"#)
            out.put(decimal: record.key % 60)
            out.put(#","renewTime":""#)
        }
        out.put(microTime: record.time - Int64(record.latency) - 1900)
        out.put(#""}}"#)
    }

    /// What happened to a pod, as the component that asks tells it.
    func putEvent(_ record: EventRecord, side: Side, to out: inout TextWriter) {
        let form = model.forms[Int(record.operation.rawValue)]
        let actor = model.actors[record.actor]
        out.put(#"{"kind":"Event","apiVersion":"v1","metadata":{"name":""#)
        putName(record, form, to: &out)
        out.put(#"","namespace":""#)
        out.put(model.workloads.namespaces[Int(record.namespace)])
        out.put(#"","#)
        putIdentity(record.id, "events", record, side: side, to: &out)
        let component: StaticString =
            switch actor.kind {
            case .node: "kubelet"
            case .system: "default-scheduler"
            case .controller: "replicaset-controller"
            default: "operator"
            }
        if side == .stored {
            out.put(#""managedFields":["#)
            putManager(component, apiVersion: "v1", at: record.time, to: &out)
            out.put(
                #"{"f:count":{},"f:firstTimestamp":{},"f:involvedObject":{},"f:lastTimestamp":{},"f:message":{},"f:reason":{},"f:reportingComponent":{},"f:source":{"f:component":{}},"f:type":{}}}],"#
            )
        }
        out.put(#""labels":{}},"involvedObject":{"kind":"Pod","namespace":""#)
        out.put(model.workloads.namespaces[Int(record.namespace)])
        out.put(#"","name":""#)
        putPodName(record, to: &out)
        out.put(#"","uid":""#)
        putUID(of: record.key, "pods", to: &out)
        out.put(#"","apiVersion":"v1","resourceVersion":""#)
        out.put(decimal: model.versions.version(at: record.prior))
        out.put(#""},"reason":""#)
        putReason(record, actor, to: &out)
        out.put(#"","source":{"component":""#)
        out.put(component)
        out.put(#""},"firstTimestamp":""#)
        out.put(time: record.time)
        out.put(#"","lastTimestamp":""#)
        out.put(time: record.time)
        out.put(#"","count":1,"type":"Normal","eventTime":null,"reportingComponent":""#)
        out.put(component)
        out.put(#"","reportingInstance":""}"#)
    }

    /// The reason and the message of an event.
    private func putReason(_ record: EventRecord, _ actor: Actor, to out: inout TextWriter) {
        switch actor.kind {
        case .node:
            let kind = Int(record.id >> 50 & 3)
            let reasons: [StaticString] = ["Pulled", "Created", "Started", "Pulling"]
            out.put(reasons[kind])
            out.put(#"","message":""#)
            switch kind {
            case 1: out.put("Created container: app")
            case 2: out.put("Started container app")
            default:
                out.put(kind == 0 ? #"Successfully pulled image \""# : #"Pulling image \""#)
                out.put(model.workloads.all[Int(record.workload)].name)
                out.put(":")
                putTag(record, to: &out)
                out.put(#"\""#)
                if kind == 0 {
                    out.put(" in ")
                    out.put(duration: 200_000_000 + mixed(record.id) % 9_000_000_000)
                }
            }
        case .system:
            out.put(#"Scheduled","message":"Successfully assigned "#)
            out.put(model.workloads.namespaces[Int(record.namespace)])
            out.put("/")
            putPodName(record, to: &out)
            out.put(" to ")
            putNodeName(model.nodes[record.node], to: &out)
        default:
            out.put(#"SuccessfulCreate","message":"Created pod: "#)
            putPodName(record, to: &out)
        }
    }

    func putSlice(_ record: EventRecord, _ form: Form, side: Side, to out: inout TextWriter) {
        let workload = model.workloads.all[Int(record.workload)]
        putHead(record, form, side: side, to: &out)
        out.put(
            #""labels":{"endpointslice.kubernetes.io/managed-by":"endpointslice-controller.k8s.io","kubernetes.io/service-name":""#
        )
        out.put(workload.name)
        out.put(#""},"annotations":{"endpoints.kubernetes.io/last-change-trigger-time":""#)
        out.put(time: record.time)
        out.put(#""}"#)
        if side == .stored {
            out.put(#","managedFields":["#)
            putManager("kube-controller-manager", apiVersion: "discovery.k8s.io/v1", at: record.time, to: &out)
            out.put(
                #"{"f:addressType":{},"f:endpoints":{},"f:metadata":{"f:annotations":{".":{},"f:endpoints.kubernetes.io/last-change-trigger-time":{}},"f:generateName":{},"f:labels":{".":{},"f:endpointslice.kubernetes.io/managed-by":{},"f:kubernetes.io/service-name":{}}},"f:ports":{}}}]"#
            )
        }
        out.put(#"},"addressType":"IPv4","endpoints":["#)
        for number in 0..<workload.replicas {
            let pod = model.workloads.pod(number, of: Int(record.workload), revision: record.revision, at: record.time)
            out.put(number == 0 ? #"{"addresses":[""# : #",{"addresses":[""#)
            out.put(address: Addresses.pod(mixed(pod.key, 21)))
            out.put(
                #""],"conditions":{"ready":true,"serving":true,"terminating":false},"targetRef":{"kind":"Pod","namespace":""#
            )
            out.put(model.workloads.namespaces[Int(workload.namespace)])
            out.put(#"","name":""#)
            putReplicaSetName(record, to: &out)
            out.put("-")
            putSuffix(pod.key, count: 5, to: &out)
            out.put(#"","uid":""#)
            putUID(of: pod.key, "pods", to: &out)
            out.put(#""},"nodeName":""#)
            putNodeName(model.nodes[pod.node], to: &out)
            out.put(#"","zone":"eu-central-1a"}"#)
        }
        out.put(#"],"ports":[{"name":"http","port":8080,"protocol":"TCP"}]}"#)
    }

    func putRoleBinding(_ record: EventRecord, _ form: Form, side: Side, to out: inout TextWriter) {
        let team = Workloads.teams.count
        putHead(record, form, side: side, to: &out)
        out.put(
            #""labels":{"app.kubernetes.io/managed-by":"Helm"}},"subjects":[{"kind":"Group","apiGroup":"rbac.authorization.k8s.io","name":"team-"#
        )
        let namespace = model.workloads.namespaces[Int(record.namespace) % team]
        // Without `-prod`.
        out.put(Text(start: namespace.start, count: namespace.count - 5))
        out.put(#""}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":""#)
        let roles: [StaticString] = ["view", "edit", "admin", "cluster-admin"]
        out.put(roles[min(3, (record.id >> 30 & 0xFF).leadingZeroBitCount - 56)])
        out.put(#""}}"#)
    }

    func putReview(_ record: EventRecord, _ form: Form, side: Side, to out: inout TextWriter) {
        let workload = model.workloads.all[Int(record.workload)]
        let verbs: [StaticString] = ["get", "list", "create", "delete"]
        let resources: [StaticString] = ["pods", "deployments", "secrets", "nodes"]
        out.put(#"{"kind":""#)
        out.put(form.kind)
        out.put(#"","apiVersion":"authorization.k8s.io/v1","metadata":{},"spec":{"resourceAttributes":{"namespace":""#)
        out.put(model.workloads.namespaces[Int(workload.namespace)])
        out.put(#"","verb":""#)
        out.put(verbs[Int(record.id >> 16 & 3)])
        out.put(#"","resource":""#)
        out.put(resources[Int(record.id >> 18 & 3)])
        out.put(#""}"#)
        if record.operation == .subjectReview {
            out.put(#","user":"system:serviceaccount:"#)
            out.put(model.workloads.namespaces[Int(workload.namespace)])
            out.put(#":default","groups":["system:serviceaccounts","system:authenticated"]"#)
        }
        out.put(#"},"status":{"allowed":"#)
        out.put(side == .stored && record.id >> 22 & 7 != 0 ? #"true,"reason":"RBAC: allowed"}}"# : "false}}")
    }
}
