/// What requests and answers hold.
extension EventRenderer {
    /// In which state an object is shown.
    enum Side {
        /// As a client makes it: no identity yet.
        case new
        /// As a client sends it back: with the version that it read.
        case sent
        /// As it is stored after the request, with the notes of who manages which field.
        case stored
    }

    func putBodies(_ record: EventRecord, _ form: Form, level: Form.Level, to out: inout TextWriter) {
        if form.request != .none {
            out.put(#","requestObject":"#)
            put(form.request, record, form, side: form.isCreation ? .new : .sent, to: &out)
        }
        guard level == .requestResponse else { return }
        if record.code >= 400 {
            out.put(#","responseObject":"#)
            putStatus(record, form, asObject: true, to: &out)
        } else if form.response != .none {
            out.put(#","responseObject":"#)
            put(form.response, record, form, side: .stored, to: &out)
        }
    }

    private func put(_ body: Form.Body, _ record: EventRecord, _ form: Form, side: Side, to out: inout TextWriter) {
        switch body {
        case .none: break
        case .lease: putLease(record, form, side: side, to: &out)
        case .podStatusPatch: putPodStatusPatch(record, to: &out)
        case .pod: putPod(record, side: side, isItem: false, to: &out)
        case .binding: putBinding(record, to: &out)
        case .eviction: putEviction(record, to: &out)
        case .replicaSet: putReplicaSet(record, form, side: side, to: &out)
        case .deployment: putDeployment(record, side: side, isItem: false, to: &out)
        case .deploymentPatch: putDeploymentPatch(record, to: &out)
        case .scale: putScale(record, side: side, to: &out)
        case .event: putEvent(record, side: side, to: &out)
        case .slice: putSlice(record, form, side: side, to: &out)
        case .nodeStatusPatch: putNodeStatusPatch(record, to: &out)
        case .nodePatch: putNodePatch(record, to: &out)
        case .node: putNode(record, to: &out)
        case .roleBinding: putRoleBinding(record, form, side: side, to: &out)
        case .review: putReview(record, form, side: side, to: &out)
        case .job: putJob(record, form, side: side, to: &out)
        case .custom: putApplication(record, to: &out)
        case .customPatch: putApplicationPatch(record, to: &out)
        case .deleteOptions:
            out.put(
                record.operation == .podRemove
                    ? #"{"kind":"DeleteOptions","apiVersion":"meta.k8s.io/__internal","gracePeriodSeconds":0,"preconditions":{"uid":""#
                    : #"{"kind":"DeleteOptions","apiVersion":"meta.k8s.io/__internal","preconditions":{"uid":""#)
            putUID(of: objectKey(record, form), form.resource, to: &out)
            out.put(#""},"propagationPolicy":"Background"}"#)
        case .success: putStatus(record, form, asObject: true, to: &out)
        case .list: putList(record, form, to: &out)
        case .service: putService(record, form, side: side, to: &out)
        case .workloadObject: putWorkloadObject(record, form, side: side, to: &out)
        }
    }

    // MARK: What all objects have

    /// `"uid":…,"resourceVersion":…,"creationTimestamp":…,`: nothing of a new object.
    func putIdentity(
        _ key: UInt64, _ resource: StaticString, _ record: EventRecord, side: Side, to out: inout TextWriter
    ) {
        guard side != .new else { return }
        out.put(#""uid":""#)
        putUID(of: key, resource, to: &out)
        out.put(#"","resourceVersion":""#)
        out.put(decimal: side == .stored ? model.versions.version(at: record.time) : versionRead(record))
        out.put(#"","creationTimestamp":""#)
        out.put(time: created(record))
        out.put(#"","#)
    }

    /// What is made by this very request is not older than it.
    func created(_ record: EventRecord) -> Int64 {
        let form = model.forms[Int(record.operation.rawValue)]
        return form.isCreation && form.response != .list ? record.time : min(record.created, record.time)
    }

    /// Opens an entry of `managedFields` up to the fields.
    func putManager(
        _ manager: StaticString, apiVersion: StaticString, at time: Int64, operation: StaticString = "Update",
        to out: inout TextWriter
    ) {
        out.put(#"{"manager":""#)
        out.put(manager)
        out.put(#"","operation":""#)
        out.put(operation)
        out.put(#"","apiVersion":""#)
        out.put(apiVersion)
        out.put(#"","time":""#)
        out.put(time: time)
        out.put(#"","fieldsType":"FieldsV1","fieldsV1":"#)
    }

    /// `{"kind":K,"apiVersion":V,"metadata":{"name":N,"namespace":S,`, and the identity.
    func putHead(_ record: EventRecord, _ form: Form, side: Side, to out: inout TextWriter) {
        out.put(#"{"kind":""#)
        out.put(form.kind)
        out.put(#"","apiVersion":""#)
        if form.group.utf8CodeUnitCount > 0 {
            out.put(form.group)
            out.put("/")
        }
        out.put(form.version)
        out.put(#"","metadata":{"name":""#)
        putName(record, form, to: &out)
        out.put(#"","#)
        if form.isNamespaced {
            out.put(#""namespace":""#)
            out.put(namespace(of: record, form))
            out.put(#"","#)
        }
        putIdentity(objectKey(record, form), form.resource, record, side: side, to: &out)
    }

    /// A list of what the namespace holds, as far as it is of a kind that the model knows.
    private func putList(_ record: EventRecord, _ form: Form, to out: inout TextWriter) {
        out.put(#"{"kind":""#)
        out.put(form.kind)
        out.put(#"List","apiVersion":""#)
        if form.group.utf8CodeUnitCount > 0 {
            out.put(form.group)
            out.put("/")
        }
        out.put(form.version)
        out.put(#"","metadata":{"resourceVersion":""#)
        out.put(decimal: model.versions.version(at: record.time))
        out.put(#""},"items":["#)
        let kinds: Operation? =
            switch record.operation {
            case .podList, .podListAll: .podList
            case .deploymentList: .deploymentList
            default: nil
            }
        if let kinds {
            for number in 0..<Int(record.id >> 13 & 3) + (kinds == .podList ? 2 : 1) {
                if number > 0 { out.put(",") }
                let index = (Int(record.workload) + number / 3 * Workloads.teamNamespaces) % model.workloads.all.count
                let pod = model.workloads.pod(number, of: index, at: record.time)
                var item = record
                (item.workload, item.revision, item.key, item.node, item.created) = (
                    pod.workload, pod.revision, pod.key, pod.node, pod.created
                )
                item.namespace = model.workloads.all[index].namespace
                item.time = max(pod.created + 20 * Span.second, record.prior)
                if kinds == .podList {
                    putPod(item, side: .stored, isItem: true, to: &out)
                } else {
                    item.key = model.workloads.all[index].key
                    putDeployment(item, side: .stored, isItem: true, to: &out)
                }
            }
        }
        out.put("]}")
    }
}
