/// Turns records into the lines of the log, in the order of keys in which the apiserver writes them.
struct EventRenderer {
    /// More than the longest event has.
    static let longest = 256 * 1024

    let model: Model

    func render(_ record: EventRecord, to out: inout TextWriter) {
        out.reserve(Self.longest)
        let form = model.forms[Int(record.operation.rawValue)]
        let level = level(of: record, form)
        var random = Random(record.id)
        out.put(#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"#)
        switch level {
        case .metadata: out.put(#""Metadata","auditID":""#)
        case .request: out.put(#""Request","auditID":""#)
        case .requestResponse: out.put(#""RequestResponse","auditID":""#)
        }
        // The mark of what is generated: a UUID of version 8, which no apiserver makes, as long and as random as one of version 4.
        out.put(uuid: random.next(), random.next(), version: 8)
        switch record.stage {
        case .complete: out.put(#"","stage":"ResponseComplete","requestURI":""#)
        case .started: out.put(#"","stage":"ResponseStarted","requestURI":""#)
        case .panicked: out.put(#"","stage":"Panic","requestURI":""#)
        }
        putPath(record, form, to: &out)
        out.put(#"","verb":""#)
        out.put(form.verb)
        out.put(#"","user":"#)
        putUser(record, to: &out)
        out.put(#","sourceIPs":[""#)
        if record.address == 0 { out.put("::1") } else { out.put(address: record.address) }
        out.put(#""],"userAgent":""#)
        out.put(model.agents.texts[Int(record.agent)])
        if form.naming == .path {
            out.put(#"","responseStatus":"#)
        } else {
            out.put(#"","objectRef":{"resource":""#)
            putReference(record, form, to: &out)
            out.put(#"},"responseStatus":"#)
        }
        putStatus(record, form, asObject: false, to: &out)
        if level != .metadata, record.stage == .complete { putBodies(record, form, level: level, to: &out) }
        out.put(#","requestReceivedTimestamp":""#)
        out.put(microTime: record.time - Int64(record.latency))
        out.put(#"","stageTimestamp":""#)
        out.put(microTime: record.time)
        putAnnotations(record, form, &random, to: &out)
        out.put("}\n")
    }

    private func level(of record: EventRecord, _ form: Form) -> Form.Level {
        switch model.options.level {
        case .metadata: .metadata
        // A managed cluster keeps what changes, and of what kubelets and controllers do all day no bodies.
        case .mixed: form.level
        case .requestresponse: form.isRedacted || form.naming == .path ? .metadata : .requestResponse
        }
    }

    // MARK: Users

    private func putUser(_ record: EventRecord, to out: inout TextWriter) {
        let actor = model.actors[record.actor]
        switch actor.kind {
        case .node: putNodeUser(record, to: &out)
        case .system, .person, .anonymous, .unknown: out.put(actor.user)
        case .controller:
            out.put(actor.user)
            putToken(actor, record, to: &out)
            out.put(#""]}}"#)
        case .serviceAccount, .daemon, .pipeline:
            out.put(actor.user)
            putToken(actor, record, to: &out)
            let pod = mixed(actor.key, UInt64(record.address))
            let node = model.nodes[record.origin]
            out.put(#""],"authentication.kubernetes.io/node-name":[""#)
            putNodeName(node, to: &out)
            out.put(#""],"authentication.kubernetes.io/node-uid":[""#)
            putUID(of: node.key, "nodes", to: &out)
            out.put(#""],"authentication.kubernetes.io/pod-name":[""#)
            out.put(actor.podName)
            out.put("-")
            if actor.kind == .serviceAccount {
                putSuffix(mixed(actor.key, 5), count: 10, to: &out)
                out.put("-")
            }
            putSuffix(pod, count: 5, to: &out)
            out.put(#""],"authentication.kubernetes.io/pod-uid":[""#)
            out.put(uuidOf: pod)
            out.put(#""]}}"#)
        }
    }

    /// Tokens are made anew within the hour.
    private func putToken(_ actor: Actor, _ record: EventRecord, to out: inout TextWriter) {
        let pod = mixed(actor.key, UInt64(record.address))
        let age = record.time + Int64(pod % UInt64(50 * Span.minute))
        out.put(uuidOf: mixed(pod, UInt64(age / (50 * Span.minute)), 8))
    }

    private func putNodeUser(_ record: EventRecord, to out: inout TextWriter) {
        let node = model.nodes[record.origin]
        out.put(#"{"username":"system:node:"#)
        putNodeName(node, to: &out)
        out.put(
            #"","groups":["system:nodes","system:authenticated"],"extra":{"authentication.kubernetes.io/credential-id":["X509SHA256="#
        )
        for part: UInt64 in 31..<35 { out.put(hexadecimal: mixed(node.key, part)) }
        out.put(#""]}}"#)
    }
}
