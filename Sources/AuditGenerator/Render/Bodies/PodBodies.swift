/// Pods, and what is asked of them.
extension EventRenderer {
    /// The tag of the image that a revision runs.
    func putTag(_ record: EventRecord, to out: inout TextWriter) {
        let workload = model.workloads.all[Int(record.workload)]
        let revision = isJob(record) ? 1 : UInt64(record.revision)
        out.put("v1.")
        out.put(decimal: revision + workload.key % 40)
        out.put(".")
        out.put(decimal: mixed(workload.key, revision) % 9)
    }

    func putContainer(_ record: EventRecord, to out: inout TextWriter) {
        let workload = model.workloads.all[Int(record.workload)]
        if record.revision == WindowPlanner.miner {
            out.put(#"{"name":"app","image":"docker.io/xmr-miners/xmrig:6.21.0"#)
        } else {
            out.put(workload.containerHead)
            putTag(record, to: &out)
        }
        out.put(workload.containerTail)
    }

    private func podAddress(_ record: EventRecord) -> UInt32 { Addresses.pod(mixed(record.key, 21)) }

    private func putOwner(_ record: EventRecord, to out: inout TextWriter) {
        out.put(#""ownerReferences":[{"apiVersion":""#)
        out.put(isJob(record) ? #"batch/v1","kind":"Job","name":""# : #"apps/v1","kind":"ReplicaSet","name":""#)
        putOwnerName(record, to: &out)
        out.put(#"","uid":""#)
        putOwnerUID(record, to: &out)
        out.put(#"","controller":true,"blockOwnerDeletion":true}]"#)
    }

    private func putOwnerUID(_ record: EventRecord, to out: inout TextWriter) {
        let workload = model.workloads.all[Int(record.workload)]
        if isJob(record) {
            putUID(of: mixed(workload.key, UInt64(record.revision), 17), "jobs", to: &out)
        } else {
            putUID(of: model.workloads.replicaSetKey(workload, revision: record.revision), "replicasets", to: &out)
        }
    }

    func putPod(_ record: EventRecord, side: Side, isItem: Bool, to out: inout TextWriter) {
        let workload = model.workloads.all[Int(record.workload)]
        out.put(isItem ? #"{"metadata":{"# : #"{"kind":"Pod","apiVersion":"v1","metadata":{"#)
        if side != .new {
            out.put(#""name":""#)
            putPodName(record, to: &out)
            out.put(#"","#)
        }
        out.put(#""generateName":""#)
        putOwnerName(record, to: &out)
        out.put(#"-","namespace":""#)
        out.put(model.workloads.namespaces[Int(record.namespace)])
        out.put(#"","#)
        putIdentity(record.key, "pods", record, side: side, to: &out)
        out.put(#""labels":{"app":""#)
        out.put(workload.name)
        out.put(#"","pod-template-hash":""#)
        putSuffix(model.workloads.replicaSetKey(workload, revision: record.revision), count: 10, to: &out)
        out.put(#""},"annotations":{"prometheus.io/port":"8080","prometheus.io/scrape":"true"},"#)
        putOwner(record, to: &out)
        if side == .stored { putPodManagers(record, to: &out) }
        out.put(#"},"spec":{"volumes":[{"name":"config","configMap":{"name":""#)
        out.put(workload.name)
        out.put(#"-config","defaultMode":420}}"#)
        if side != .new {
            out.put(#",{"name":"kube-api-access-"#)
            putSuffix(mixed(record.key, 22), count: 5, to: &out)
            out.put(
                #"","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},{"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],"defaultMode":420}}"#
            )
        }
        out.put(#"],"containers":["#)
        putContainer(record, to: &out)
        out.put(
            #"],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"default","serviceAccount":"default","#
        )
        if side != .new {
            out.put(#""nodeName":""#)
            putNodeName(model.nodes[record.node], to: &out)
            out.put(#"","#)
        }
        out.put(
            #""securityContext":{},"schedulerName":"default-scheduler","tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300},{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],"priority":0,"enableServiceLinks":true,"preemptionPolicy":"PreemptLowerPriority"},"status":{"#
        )
        if side == .new || record.operation == .podCreate {
            out.put(#""phase":"Pending","qosClass":"Burstable"}}"#)
        } else {
            putPodStatus(record, to: &out)
        }
    }

    private func putPodManagers(_ record: EventRecord, to out: inout TextWriter) {
        out.put(#","managedFields":["#)
        putManager("kube-controller-manager", apiVersion: "v1", at: created(record), to: &out)
        out.put(
            #"{"f:metadata":{"f:annotations":{".":{},"f:prometheus.io/port":{},"f:prometheus.io/scrape":{}},"f:generateName":{},"f:labels":{".":{},"f:app":{},"f:pod-template-hash":{}},"f:ownerReferences":{".":{},"k:{\"uid\":\""#
        )
        putOwnerUID(record, to: &out)
        out.put(
            #"\"}":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:args":{},"f:env":{".":{},"k:{\"name\":\"LOG_LEVEL\"}":{".":{},"f:name":{},"f:value":{}},"k:{\"name\":\"POD_IP\"}":{".":{},"f:name":{},"f:valueFrom":{".":{},"f:fieldRef":{}}}},"f:image":{},"f:imagePullPolicy":{},"f:livenessProbe":{".":{},"f:failureThreshold":{},"f:httpGet":{".":{},"f:path":{},"f:port":{},"f:scheme":{}},"f:initialDelaySeconds":{},"f:periodSeconds":{},"f:successThreshold":{},"f:timeoutSeconds":{}},"f:name":{},"f:ports":{".":{},"k:{\"containerPort\":8080,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{},"f:name":{},"f:protocol":{}}},"f:resources":{".":{},"f:limits":{".":{},"f:memory":{}},"f:requests":{".":{},"f:cpu":{},"f:memory":{}}},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{},"f:volumeMounts":{".":{},"k:{\"mountPath\":\"/etc/app\"}":{".":{},"f:mountPath":{},"f:name":{}}}}},"f:dnsPolicy":{},"f:enableServiceLinks":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{},"f:volumes":{".":{},"k:{\"name\":\"config\"}":{".":{},"f:configMap":{".":{},"f:defaultMode":{},"f:name":{}},"f:name":{}}}}}}"#
        )
        if record.operation != .podCreate {
            out.put(",")
            putManager("kubelet", apiVersion: "v1", at: record.time, to: &out)
            out.put(
                #"{"f:status":{"f:conditions":{"k:{\"type\":\"ContainersReady\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}},"k:{\"type\":\"Initialized\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}},"k:{\"type\":\"Ready\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}}},"f:containerStatuses":{},"f:hostIP":{},"f:hostIPs":{},"f:phase":{},"f:podIP":{},"f:podIPs":{".":{},"k:{\"ip\":\""#
            )
            out.put(address: podAddress(record))
            out.put(#"\"}":{".":{},"f:ip":{}}},"f:startTime":{}}},"subresource":"status"}"#)
        }
        out.put("]")
    }

    private func putPodStatus(_ record: EventRecord, to out: inout TextWriter) {
        out.put(#""phase":"Running","conditions":["#)
        let kinds: [StaticString] = [
            "PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled",
        ]
        for (index, kind) in kinds.enumerated() {
            out.put(index == 0 ? #"{"type":""# : #",{"type":""#)
            out.put(kind)
            out.put(#"","status":"True","lastProbeTime":null,"lastTransitionTime":""#)
            out.put(time: created(record) + Int64(4 - index) * 2 * Span.second)
            out.put(#""}"#)
        }
        out.put(#"],"hostIP":""#)
        let host = model.nodes[record.node].address
        out.put(address: host)
        out.put(#"","hostIPs":[{"ip":""#)
        out.put(address: host)
        out.put(#""}],"#)
        putRunning(record, to: &out)
        out.put(#","qosClass":"Burstable"}}"#)
    }

    /// Addresses and containers, as both the status and its patch have them.
    private func putRunning(_ record: EventRecord, to out: inout TextWriter) {
        let started = created(record) + 5 * Span.second
        out.put(#""podIP":""#)
        out.put(address: podAddress(record))
        out.put(#"","podIPs":[{"ip":""#)
        out.put(address: podAddress(record))
        out.put(#""}],"startTime":""#)
        out.put(time: created(record) + Span.second)
        out.put(#"","containerStatuses":[{"name":"app","state":{"running":{"startedAt":""#)
        out.put(time: started)
        out.put(#""}},"lastState":{},"ready":true,"restartCount":0,"image":"registry.synthetic.example/app:"#)
        putTag(record, to: &out)
        out.put(#"","imageID":"registry.synthetic.example/app@sha256:"#)
        let image = mixed(UInt64(record.workload), UInt64(UInt32(bitPattern: record.revision)), 77)
        for part: UInt64 in 0..<4 { out.put(hexadecimal: mixed(image, part)) }
        out.put(#"","containerID":"containerd://"#)
        for part: UInt64 in 0..<4 { out.put(hexadecimal: mixed(record.key, part + 50)) }
        out.put(#"","started":true}]"#)
    }

    func putPodStatusPatch(_ record: EventRecord, to out: inout TextWriter) {
        out.put(#"{"metadata":{"uid":""#)
        putUID(of: record.key, "pods", to: &out)
        out.put(
            #""},"status":{"$setElementOrder/conditions":[{"type":"PodReadyToStartContainers"},{"type":"Initialized"},{"type":"Ready"},{"type":"ContainersReady"},{"type":"PodScheduled"}],"conditions":[{"lastTransitionTime":""#
        )
        out.put(time: record.time)
        out.put(#"","status":"True","type":"Ready"},{"lastTransitionTime":""#)
        out.put(time: record.time)
        out.put(#"","status":"True","type":"ContainersReady"}],"phase":"Running","#)
        putRunning(record, to: &out)
        out.put("}}")
    }

    func putBinding(_ record: EventRecord, to out: inout TextWriter) {
        out.put(#"{"kind":"Binding","apiVersion":"v1","metadata":{"name":""#)
        putPodName(record, to: &out)
        out.put(#"","namespace":""#)
        out.put(model.workloads.namespaces[Int(record.namespace)])
        out.put(#"","uid":""#)
        putUID(of: record.key, "pods", to: &out)
        out.put(#""},"target":{"kind":"Node","name":""#)
        putNodeName(model.nodes[record.node], to: &out)
        out.put(#""}}"#)
    }

    func putEviction(_ record: EventRecord, to out: inout TextWriter) {
        out.put(#"{"kind":"Eviction","apiVersion":"policy/v1","metadata":{"name":""#)
        putPodName(record, to: &out)
        out.put(#"","namespace":""#)
        out.put(model.workloads.namespaces[Int(record.namespace)])
        out.put(#""},"deleteOptions":{"gracePeriodSeconds":30}}"#)
    }
}
