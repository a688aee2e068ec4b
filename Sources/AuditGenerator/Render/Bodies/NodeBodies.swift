/// Nodes, and what operators keep of workloads.
extension EventRenderer {
    func putNodeStatusPatch(_ record: EventRecord, to out: inout TextWriter) {
        out.put(
            #"{"status":{"$setElementOrder/conditions":[{"type":"MemoryPressure"},{"type":"DiskPressure"},{"type":"PIDPressure"},{"type":"Ready"}],"conditions":["#
        )
        for (index, kind): (Int, StaticString) in [
            (0, "MemoryPressure"), (1, "DiskPressure"), (2, "PIDPressure"), (3, "Ready"),
        ] {
            out.put(index == 0 ? #"{"lastHeartbeatTime":""# : #",{"lastHeartbeatTime":""#)
            out.put(time: record.time)
            out.put(#"","type":""#)
            out.put(kind)
            out.put(#""}"#)
        }
        out.put("]}}")
    }

    /// Cordons, and taints that controllers set.
    func putNodePatch(_ record: EventRecord, to out: inout TextWriter) {
        if model.actors[record.actor].kind == .person {
            out.put(#"{"spec":{"unschedulable":true}}"#)
        } else {
            out.put(#"{"metadata":{"annotations":{"cluster-autoscaler.kubernetes.io/scale-down-seen":""#)
            out.put(time: record.time)
            out.put(#""}}}"#)
        }
    }

    func putNode(_ record: EventRecord, to out: inout TextWriter) {
        let node = model.nodes[record.node]
        out.put(#"{"kind":"Node","apiVersion":"v1","metadata":{"name":""#)
        putNodeName(node, to: &out)
        out.put(#"","uid":""#)
        putUID(of: node.key, "nodes", to: &out)
        out.put(#"","resourceVersion":""#)
        out.put(decimal: model.versions.version(at: record.time))
        out.put(#"","creationTimestamp":""#)
        out.put(time: node.born)
        out.put(
            #"","labels":{"beta.kubernetes.io/arch":"amd64","beta.kubernetes.io/os":"linux","kubernetes.io/arch":"amd64","kubernetes.io/hostname":""#
        )
        putNodeName(node, to: &out)
        out.put(
            #"","kubernetes.io/os":"linux","node.kubernetes.io/instance-type":"m7i.4xlarge","topology.kubernetes.io/region":"eu-central-1","topology.kubernetes.io/zone":"eu-central-1"#
        )
        out.put(byte: UInt8(ascii: "a") + UInt8(node.key >> 9 & 1))
        out.put(
            #""},"annotations":{"node.alpha.kubernetes.io/ttl":"0","volumes.kubernetes.io/controller-managed-attach-detach":"true"},"managedFields":["#
        )
        putManager("kubelet", apiVersion: "v1", at: node.born, to: &out)
        out.put(
            #"{"f:metadata":{"f:annotations":{".":{},"f:volumes.kubernetes.io/controller-managed-attach-detach":{}},"f:labels":{".":{},"f:beta.kubernetes.io/os":{},"f:kubernetes.io/arch":{},"f:kubernetes.io/hostname":{},"f:kubernetes.io/os":{},"f:node.kubernetes.io/instance-type":{},"f:topology.kubernetes.io/region":{},"f:topology.kubernetes.io/zone":{}}},"f:spec":{"f:providerID":{}}}},"#
        )
        putManager("kubelet", apiVersion: "v1", at: record.time, to: &out)
        out.put(
            #"{"f:status":{"f:conditions":{"k:{\"type\":\"DiskPressure\"}":{"f:lastHeartbeatTime":{}},"k:{\"type\":\"MemoryPressure\"}":{"f:lastHeartbeatTime":{}},"k:{\"type\":\"PIDPressure\"}":{"f:lastHeartbeatTime":{}},"k:{\"type\":\"Ready\"}":{"f:lastHeartbeatTime":{}}}}},"subresource":"status"}]},"spec":{"providerID":"aws:///eu-central-1/i-0"#
        )
        out.put(hexadecimal: mixed(node.key, 41))
        out.put(
            #""},"status":{"capacity":{"cpu":"16","ephemeral-storage":"203056560Ki","hugepages-1Gi":"0","hugepages-2Mi":"0","memory":"64930744Ki","pods":"110"},"allocatable":{"cpu":"15890m","ephemeral-storage":"187136925438","hugepages-1Gi":"0","hugepages-2Mi":"0","memory":"60473272Ki","pods":"110"},"conditions":["#
        )
        for (index, kind): (Int, StaticString) in [
            (
                0,
                #"MemoryPressure","status":"False","reason":"KubeletHasSufficientMemory","message":"kubelet has sufficient memory available"#
            ),
            (
                1,
                #"DiskPressure","status":"False","reason":"KubeletHasNoDiskPressure","message":"kubelet has no disk pressure"#
            ),
            (
                2,
                #"PIDPressure","status":"False","reason":"KubeletHasSufficientPID","message":"kubelet has sufficient PID available"#
            ),
            (3, #"Ready","status":"True","reason":"KubeletReady","message":"kubelet is posting ready status"#),
        ] {
            out.put(index == 0 ? #"{"type":""# : #",{"type":""#)
            out.put(kind)
            out.put(#"","lastHeartbeatTime":""#)
            out.put(time: record.time)
            out.put(#"","lastTransitionTime":""#)
            out.put(time: node.born + Span.minute)
            out.put(#""}"#)
        }
        out.put(#"],"addresses":[{"type":"InternalIP","address":""#)
        out.put(address: node.address)
        out.put(#""}],"nodeInfo":{"machineID":""#)
        out.put(hexadecimal: mixed(node.key, 42))
        out.put(hexadecimal: mixed(node.key, 43))
        out.put(#"","bootID":""#)
        out.put(uuidOf: mixed(node.key, 44))
        out.put(
            #"","kernelVersion":"6.12.40-64.114.amzn2023.x86_64","osImage":"Amazon Linux 2023","containerRuntimeVersion":"containerd://2.1.4","operatingSystem":"linux","architecture":"amd64"}}}"#
        )
    }

    // MARK: What operators keep

    func putApplicationPatch(_ record: EventRecord, to out: inout TextWriter) {
        out.put(#"{"status":"#)
        putApplicationStatus(record, to: &out)
        out.put("}")
    }

    func putApplication(_ record: EventRecord, to out: inout TextWriter) {
        let workload = model.workloads.all[Int(record.workload)]
        putHead(record, model.forms[Int(Operation.customRead.rawValue)], side: .stored, to: &out)
        out.put(#""labels":{}},"spec":{"destination":{"namespace":""#)
        out.put(model.workloads.namespaces[Int(workload.namespace)])
        out.put(#"","server":"https://kubernetes.default.svc"},"project":"default","source":{"path":"deploy/"#)
        out.put(workload.name)
        out.put(#"","repoURL":"https://git.synthetic.example/platform/deploy.git","targetRevision":"HEAD"}},"status":"#)
        putApplicationStatus(record, to: &out)
        out.put("}")
    }

    private func putApplicationStatus(_ record: EventRecord, to out: inout TextWriter) {
        out.put(#"{"health":{"status":"Healthy"},"reconciledAt":""#)
        out.put(time: record.time)
        out.put(#"","sync":{"revision":""#)
        let revision = mixed(UInt64(UInt32(bitPattern: record.revision)), UInt64(record.workload))
        for part: UInt64 in 0..<2 { out.put(hexadecimal: mixed(revision, part)) }
        out.put(#"","status":""#)
        out.put(record.id >> 17 & 15 == 0 ? "OutOfSync" : "Synced")
        out.put(#""}}"#)
    }

    func putService(_ record: EventRecord, _ form: Form, side: Side, to out: inout TextWriter) {
        let workload = model.workloads.all[Int(record.workload)]
        putHead(record, form, side: side == .stored ? .stored : .new, to: &out)
        out.put(#""labels":{"app":""#)
        out.put(workload.name)
        out.put(
            #""}},"spec":{"ports":[{"name":"http","protocol":"TCP","port":80,"targetPort":"http"}],"selector":{"app":""#
        )
        out.put(workload.name)
        out.put(#""},"type":"ClusterIP"}}"#)
    }

    /// Autoscalers, quotas, certificates and cron jobs: their head, and a status with a time.
    func putWorkloadObject(_ record: EventRecord, _ form: Form, side: Side, to out: inout TextWriter) {
        putHead(record, form, side: side, to: &out)
        out.put(#""labels":{"app":""#)
        out.put(model.workloads.all[Int(record.workload)].name)
        out.put(#""}},"status":{"observedGeneration":"#)
        out.put(decimal: 1 + record.key % 40)
        out.put(#","conditions":[{"type":"Ready","status":"True","reason":"Reconciled","lastTransitionTime":""#)
        out.put(time: created(record) + Span.minute)
        out.put(#""}],"lastUpdateTime":""#)
        out.put(time: record.time)
        out.put(#""}}"#)
    }
}
