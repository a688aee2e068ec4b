/// Deployments and replica sets, jobs, and what belongs to a workload.
extension EventRenderer {
    /// The template of pods in a workload's spec.
    private func putTemplate(_ record: EventRecord, hash: Bool, to out: inout TextWriter) {
        let workload = model.workloads.all[Int(record.workload)]
        out.put(#""template":{"metadata":{"labels":{"app":""#)
        out.put(workload.name)
        if hash {
            out.put(#"","pod-template-hash":""#)
            putSuffix(model.workloads.replicaSetKey(workload, revision: record.revision), count: 10, to: &out)
        }
        out.put(
            #""},"annotations":{"prometheus.io/port":"8080","prometheus.io/scrape":"true"}},"spec":{"volumes":[{"name":"config","configMap":{"name":""#
        )
        out.put(workload.name)
        out.put(#"-config","defaultMode":420}}],"containers":["#)
        putContainer(record, to: &out)
        out.put(
            #"],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":"default-scheduler"}}"#
        )
    }

    func putDeployment(_ record: EventRecord, side: Side, isItem: Bool, to out: inout TextWriter) {
        let workload = model.workloads.all[Int(record.workload)]
        out.put(
            isItem ? #"{"metadata":{"name":""# : #"{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":""#)
        out.put(workload.name)
        out.put(#"","namespace":""#)
        out.put(model.workloads.namespaces[Int(record.namespace)])
        out.put(#"","#)
        // Who applies a manifest sends it without what the apiserver adds.
        let isManifest = side == .sent && record.operation == .deploymentApply
        putIdentity(workload.key, "deployments", record, side: isManifest ? .new : side, to: &out)
        if side != .new, !isManifest {
            out.put(#""generation":"#)
            out.put(decimal: record.revision + 1)
            out.put(",")
        }
        out.put(#""labels":{"app":""#)
        out.put(workload.name)
        out.put(#"","app.kubernetes.io/managed-by":"Helm"},"annotations":{"deployment.kubernetes.io/revision":""#)
        out.put(decimal: record.revision + 1)
        out.put(#""}"#)
        if side == .stored { putDeploymentManagers(record, to: &out) }
        out.put(#"},"spec":{"replicas":"#)
        out.put(decimal: workload.replicas)
        out.put(#","selector":{"matchLabels":{"app":""#)
        out.put(workload.name)
        out.put(#""}},"#)
        putTemplate(record, hash: false, to: &out)
        out.put(
            #","strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":1}},"revisionHistoryLimit":10,"progressDeadlineSeconds":600}"#
        )
        if side == .new || isManifest {
            out.put("}")
            return
        }
        out.put(#","status":{"observedGeneration":"#)
        out.put(decimal: record.revision + 1)
        for (index, name): (Int, StaticString) in [
            (0, "replicas"), (1, "updatedReplicas"), (2, "readyReplicas"), (3, "availableReplicas"),
        ] {
            out.put(#",""#)
            out.put(name)
            out.put(#"":"#)
            out.put(decimal: max(1, workload.replicas - Int(record.id >> (8 * UInt64(index)) & 1)))
        }
        out.put(#","conditions":[{"type":"Available","status":"True","lastUpdateTime":""#)
        let rolledOut = min(record.time, model.workloads.rolledOut(record.revision, of: workload))
        out.put(time: rolledOut)
        out.put(#"","lastTransitionTime":""#)
        out.put(time: rolledOut)
        out.put(
            #"","reason":"MinimumReplicasAvailable","message":"Deployment has minimum availability."},{"type":"Progressing","status":"True","lastUpdateTime":""#
        )
        out.put(time: record.time)
        out.put(#"","lastTransitionTime":""#)
        out.put(time: rolledOut)
        out.put(#"","reason":"NewReplicaSetAvailable","message":"ReplicaSet \""#)
        putReplicaSetName(record, to: &out)
        out.put(#"\" has successfully progressed."}]}}"#)
    }

    private func putDeploymentManagers(_ record: EventRecord, to out: inout TextWriter) {
        out.put(#","managedFields":["#)
        putManager("argocd-controller", apiVersion: "apps/v1", at: record.prior, operation: "Apply", to: &out)
        out.put(
            #"{"f:metadata":{"f:labels":{"f:app":{},"f:app.kubernetes.io/managed-by":{}}},"f:spec":{"f:progressDeadlineSeconds":{},"f:replicas":{},"f:revisionHistoryLimit":{},"f:selector":{},"f:strategy":{"f:rollingUpdate":{"f:maxSurge":{},"f:maxUnavailable":{}},"f:type":{}},"f:template":{"f:metadata":{"f:annotations":{"f:prometheus.io/port":{},"f:prometheus.io/scrape":{}},"f:labels":{"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:args":{},"f:env":{"k:{\"name\":\"LOG_LEVEL\"}":{".":{},"f:name":{},"f:value":{}}},"f:image":{},"f:name":{},"f:ports":{"k:{\"containerPort\":8080,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{},"f:name":{}}},"f:resources":{"f:limits":{"f:memory":{}},"f:requests":{"f:cpu":{},"f:memory":{}}}}},"f:volumes":{"k:{\"name\":\"config\"}":{".":{},"f:configMap":{"f:name":{}},"f:name":{}}}}}}}},"#
        )
        putManager("kube-controller-manager", apiVersion: "apps/v1", at: record.time, to: &out)
        out.put(
            #"{"f:metadata":{"f:annotations":{".":{},"f:deployment.kubernetes.io/revision":{}}},"f:status":{"f:availableReplicas":{},"f:conditions":{".":{},"k:{\"type\":\"Available\"}":{".":{},"f:lastTransitionTime":{},"f:lastUpdateTime":{},"f:message":{},"f:reason":{},"f:status":{},"f:type":{}},"k:{\"type\":\"Progressing\"}":{".":{},"f:lastTransitionTime":{},"f:lastUpdateTime":{},"f:message":{},"f:reason":{},"f:status":{},"f:type":{}}},"f:observedGeneration":{},"f:readyReplicas":{},"f:replicas":{},"f:updatedReplicas":{}}},"subresource":"status"}]"#
        )
    }

    /// Restarts by a merge patch, images and replicas by a JSON patch.
    func putDeploymentPatch(_ record: EventRecord, to out: inout TextWriter) {
        let workload = model.workloads.all[Int(record.workload)]
        if record.operation == .deploymentJSONPatch {
            if record.id & 1 == 0 {
                out.put(#"[{"op":"replace","path":"/spec/replicas","value":"#)
                out.put(decimal: 1 + record.id >> 8 % 12)
                out.put("}]")
            } else {
                out.put(
                    #"[{"op":"test","path":"/spec/template/spec/containers/0/name","value":"app"},{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"registry.synthetic.example/"#
                )
                out.put(workload.name)
                out.put(":")
                putTag(record, to: &out)
                out.put(#""}]"#)
            }
        } else {
            out.put(#"{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":""#)
            out.put(time: record.time - Int64(record.latency))
            out.put(#""}}}}}"#)
        }
    }

    func putScale(_ record: EventRecord, side: Side, to out: inout TextWriter) {
        let replicas = 1 + record.id >> 8 % 16
        guard side == .stored else {
            out.put(#"{"spec":{"replicas":"#)
            out.put(decimal: replicas)
            out.put("}}")
            return
        }
        let workload = model.workloads.all[Int(record.workload)]
        out.put(#"{"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":""#)
        out.put(workload.name)
        out.put(#"","namespace":""#)
        out.put(model.workloads.namespaces[Int(record.namespace)])
        out.put(#"","#)
        putIdentity(workload.key, "deployments", record, side: .stored, to: &out)
        out.put(#""labels":{}},"spec":{"replicas":"#)
        out.put(decimal: replicas)
        out.put(#"},"status":{"replicas":"#)
        out.put(decimal: workload.replicas)
        out.put(#","selector":"app="#)
        out.put(workload.name)
        out.put(#""}}"#)
    }

    func putReplicaSet(_ record: EventRecord, _ form: Form, side: Side, to out: inout TextWriter) {
        let workload = model.workloads.all[Int(record.workload)]
        putHead(record, form, side: side, to: &out)
        out.put(#""labels":{"app":""#)
        out.put(workload.name)
        out.put(#"","pod-template-hash":""#)
        putSuffix(model.workloads.replicaSetKey(workload, revision: record.revision), count: 10, to: &out)
        out.put(#""},"annotations":{"deployment.kubernetes.io/desired-replicas":""#)
        out.put(decimal: workload.replicas)
        out.put(#"","deployment.kubernetes.io/revision":""#)
        out.put(decimal: record.revision + 1)
        out.put(#""},"ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":""#)
        out.put(workload.name)
        out.put(#"","uid":""#)
        putUID(of: workload.key, "deployments", to: &out)
        out.put(#"","controller":true,"blockOwnerDeletion":true}]"#)
        if side == .stored {
            out.put(#","managedFields":["#)
            putManager("kube-controller-manager", apiVersion: "apps/v1", at: record.time, to: &out)
            out.put(
                #"{"f:metadata":{"f:annotations":{".":{},"f:deployment.kubernetes.io/desired-replicas":{},"f:deployment.kubernetes.io/revision":{}},"f:labels":{".":{},"f:app":{},"f:pod-template-hash":{}},"f:ownerReferences":{".":{},"k:{\"uid\":\""#
            )
            putUID(of: workload.key, "deployments", to: &out)
            out.put(
                #"\"}":{}}},"f:spec":{"f:replicas":{},"f:selector":{},"f:template":{"f:metadata":{"f:labels":{".":{},"f:app":{},"f:pod-template-hash":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:args":{},"f:env":{".":{}},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:ports":{".":{}},"f:resources":{".":{}},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},"f:dnsPolicy":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}}}}}}]"#
            )
        }
        out.put(#"},"spec":{"replicas":"#)
        out.put(decimal: workload.replicas)
        out.put(#","selector":{"matchLabels":{"app":""#)
        out.put(workload.name)
        out.put(#""}},"#)
        putTemplate(record, hash: true, to: &out)
        out.put(#"},"status":{"replicas":"#)
        out.put(decimal: Int(record.id & 3))
        out.put(#","observedGeneration":1}}"#)
    }

    func putJob(_ record: EventRecord, _ form: Form, side: Side, to out: inout TextWriter) {
        putHead(record, form, side: side, to: &out)
        out.put(#""labels":{"job-name":""#)
        putOwnerName(record, to: &out)
        out.put(#""}},"spec":{"parallelism":1,"completions":1,"backoffLimit":3,"#)
        putTemplate(record, hash: false, to: &out)
        out.put(#","ttlSecondsAfterFinished":10800,"completionMode":"NonIndexed","suspend":false}"#)
        if side != .new {
            out.put(#","status":{"startTime":""#)
            out.put(time: record.created)
            out.put(#"","active":1,"terminating":0,"ready":"#)
            out.put(decimal: record.id & 1)
            out.put("}")
        }
        out.put("}")
    }
}
