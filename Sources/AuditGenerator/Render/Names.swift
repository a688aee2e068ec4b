/// Names of objects and their uids: functions of what the record says, so that every event of an object has the same.
extension EventRenderer {
    func putNodeName(_ node: Node, to out: inout TextWriter) {
        out.put("ip-")
        out.put(address: node.address, separator: UInt8(ascii: "-"))
        out.put(".synthetic.internal")
    }

    /// Letters and digits that make no words, as Kubernetes takes them.
    func putSuffix(_ key: UInt64, count: Int, to out: inout TextWriter) {
        let alphabet: StaticString = "bcdfghjklmnpqrstvwxz2456789"
        var value = key
        let to = out.take(count)
        for place in 0..<count {
            // The remainder is below 27, the number of letters.
            to[place] = alphabet.utf8Start[Int(value % 27)]
            value /= 27
        }
    }

    /// The uid of the object of this kind that has this key.
    func putUID(of key: UInt64, _ resource: StaticString, to out: inout TextWriter) {
        out.put(uuidOf: mixed(key, UInt64(resource.utf8CodeUnitCount) << 8 | UInt64(resource.utf8Start[0])))
    }

    func namespace(of record: EventRecord, _ form: Form) -> Text {
        form.naming == .node && form.isNamespaced
            ? model.workloads.namespaces[Int(Workloads.systemNamespace("kube-node-lease"))]
            : model.workloads.namespaces[Int(record.namespace)]
    }

    func putReplicaSetName(_ record: EventRecord, to out: inout TextWriter) {
        let workload = model.workloads.all[Int(record.workload)]
        out.put(workload.name)
        out.put("-")
        putSuffix(model.workloads.replicaSetKey(workload, revision: record.revision), count: 10, to: &out)
    }

    /// A revision as high as this is the minute that a job was scheduled for.
    func isJob(_ record: EventRecord) -> Bool { record.revision > 1_000_000 }

    func putOwnerName(_ record: EventRecord, to out: inout TextWriter) {
        guard isJob(record) else { return putReplicaSetName(record, to: &out) }
        out.put(model.workloads.all[Int(record.workload)].name)
        out.put("-")
        out.put(decimal: record.revision)
    }

    func putPodName(_ record: EventRecord, to out: inout TextWriter) {
        putOwnerName(record, to: &out)
        out.put("-")
        putSuffix(record.key, count: 5, to: &out)
    }

    func putName(_ record: EventRecord, _ form: Form, to out: inout TextWriter) {
        let workload = model.workloads.all[Int(record.workload)]
        switch form.naming {
        case .none, .path: break
        case .node: putNodeName(model.nodes[record.node], to: &out)
        case .component: putComponent(record, to: &out)
        case .workload, .cronJob, .custom: out.put(workload.name)
        case .replicaSet: putReplicaSetName(record, to: &out)
        case .pod: putPodName(record, to: &out)
        case .slice:
            out.put(workload.name)
            out.put("-")
            putSuffix(mixed(workload.key, 9), count: 5, to: &out)
        case .event:
            putPodName(record, to: &out)
            out.put(".")
            out.put(hexadecimal: UInt64(record.time) &* 1000 &- record.id & 0xFFFFF)
        case .config:
            out.put(workload.name)
            let variants: [StaticString] = ["", "-config", "-flags", "-credentials"]
            out.put(variants[configVariant(record)])
        case .account: if configVariant(record) == 0 { out.put("default") } else { out.put(workload.name) }
        case .job: putOwnerName(record, to: &out)
        case .namespace: out.put(namespace(of: record, form))
        case .binding:
            out.put(workload.name)
            out.put("-access-")
            putSuffix(record.id, count: 4, to: &out)
        }
    }

    /// A workload has some configurations and secrets.
    func configVariant(_ record: EventRecord) -> Int { Int(record.id >> 33 & 3) }

    func putComponent(_ record: EventRecord, to out: inout TextWriter) {
        let actor = model.actors[UInt16(truncatingIfNeeded: record.revision)]
        if actor.kind == .system {
            // Without `system:`.
            out.put(Text(start: actor.name.start + 7, count: actor.name.count - 7))
        } else {
            out.put(actor.podName)
        }
    }

    /// The version that a client read before it wrote: older than the one that its request makes.
    func versionRead(_ record: EventRecord) -> UInt64 {
        min(model.versions.version(at: record.prior), model.versions.version(at: record.time) - 1)
    }

    func objectKey(_ record: EventRecord, _ form: Form) -> UInt64 {
        switch form.naming {
        case .replicaSet:
            model.workloads.replicaSetKey(model.workloads.all[Int(record.workload)], revision: record.revision)
        case .config: mixed(record.key, UInt64(configVariant(record)))
        case .event, .binding: record.id
        default: record.key
        }
    }
}
