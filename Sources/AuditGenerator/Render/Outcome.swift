/// How a request ended, and what the apiserver noted about it.
extension EventRenderer {
    /// As `responseStatus`, or as the object that a failed request is answered with.
    func putStatus(_ record: EventRecord, _ form: Form, asObject: Bool, to out: inout TextWriter) {
        out.put(asObject ? #"{"kind":"Status","apiVersion":"v1","metadata":{}"# : #"{"metadata":{}"#)
        if record.code >= 400 {
            out.put(#","status":"Failure","message":""#)
            putMessage(record, form, to: &out)
            putDetails(record, form, to: &out)
        } else if form.response == .success {
            out.put(#","status":"Success""#)
        }
        out.put(#","code":"#)
        out.put(decimal: record.code)
        out.put("}")
    }

    /// `deployments.apps`
    private func putQualifiedResource(_ form: Form, to out: inout TextWriter) {
        out.put(form.resource)
        guard form.group.utf8CodeUnitCount > 0 else { return }
        out.put(".")
        out.put(form.group)
    }

    private func putQuotedName(_ record: EventRecord, _ form: Form, to out: inout TextWriter) {
        out.put(#" \""#)
        if form.naming == .none { putPodName(record, to: &out) } else { putName(record, form, to: &out) }
        out.put(#"\""#)
    }

    private func putMessage(_ record: EventRecord, _ form: Form, to out: inout TextWriter) {
        switch record.code {
        case 401: out.put("Authentication failed, attempted: bearer")
        case 403: putRefusal(record, form, to: &out)
        case 404:
            putQualifiedResource(form, to: &out)
            putQuotedName(record, form, to: &out)
            out.put(" not found")
        case 409 where form.isCreation:
            putQualifiedResource(form, to: &out)
            putQuotedName(record, form, to: &out)
            out.put(" already exists")
        case 409:
            out.put("Operation cannot be fulfilled on ")
            putQualifiedResource(form, to: &out)
            putQuotedName(record, form, to: &out)
            out.put(": the object has been modified; please apply your changes to the latest version and try again")
        case 422:
            out.put(form.kind)
            putQuotedName(record, form, to: &out)
            out.put(#" is invalid: metadata.labels: Invalid value: \"-"#)
            putSuffix(record.id, count: 6, to: &out)
            out.put(
                #"\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.'"#)
        case 429: out.put("the server has received too many requests and has asked us to try again later")
        case 503: out.put("the server is currently unable to handle the request")
        default:
            if record.stage == .panicked {
                out.put("APIServer panic'd: runtime error: invalid memory address or nil pointer dereference")
            } else if form.isCreation {
                out.put(
                    #"Internal error occurred: failed calling webhook \"validate.kyverno.svc-fail\": context deadline exceeded"#
                )
            } else {
                out.put("etcdserver: request timed out")
            }
        }
    }

    private func putRefusal(_ record: EventRecord, _ form: Form, to out: inout TextWriter) {
        let actor = model.actors[record.actor]
        if form.naming == .path {
            out.put(#"forbidden: User \""#)
            out.put(actor.name)
            out.put(#"\" cannot get path \""#)
            putPlainPath(record, to: &out)
            out.put(#"\""#)
            return
        }
        putQualifiedResource(form, to: &out)
        if form.naming != .none { putQuotedName(record, form, to: &out) }
        out.put(#" is forbidden: User \""#)
        if actor.kind == .node {
            out.put("system:node:")
            putNodeName(model.nodes[record.origin], to: &out)
        } else {
            out.put(actor.name)
        }
        out.put(#"\" cannot "#)
        out.put(form.verb)
        out.put(#" resource \""#)
        out.put(form.resource)
        if form.subresource.utf8CodeUnitCount > 0 {
            out.put("/")
            out.put(form.subresource)
        }
        out.put(#"\" in API group \""#)
        out.put(form.group)
        if form.isNamespaced {
            out.put(#"\" in the namespace \""#)
            out.put(namespace(of: record, form))
            out.put(#"\""#)
        } else {
            out.put(#"\" at the cluster scope"#)
        }
        if actor.kind == .node {
            out.put(": ")
            putUnrelated(record, to: &out)
        }
    }

    /// What the node authorizer says.
    private func putUnrelated(_ record: EventRecord, to out: inout TextWriter) {
        out.put("no relationship found between node '")
        putNodeName(model.nodes[record.origin], to: &out)
        out.put("' and this object")
    }

    private func putDetails(_ record: EventRecord, _ form: Form, to out: inout TextWriter) {
        let reason: StaticString
        switch record.code {
        case 401:
            out.put("\"")
            return
        case 403: reason = "Forbidden"
        case 404: reason = "NotFound"
        case 409: reason = form.isCreation ? "AlreadyExists" : "Conflict"
        case 422: reason = "Invalid"
        case 429: reason = "TooManyRequests"
        case 503: reason = "ServiceUnavailable"
        default: reason = "InternalError"
        }
        out.put(#"","reason":""#)
        out.put(reason)
        out.put(#"","details":{"#)
        switch record.code {
        case 429, 503: out.put(#""retryAfterSeconds":1"#)
        case 403, 404, 409, 422:
            guard form.naming != .path else { break }
            if form.naming != .none {
                out.put(#""name":""#)
                putName(record, form, to: &out)
                out.put(#"","#)
            }
            if form.group.utf8CodeUnitCount > 0 {
                out.put(#""group":""#)
                out.put(form.group)
                out.put(#"","#)
            }
            out.put(#""kind":""#)
            out.put(form.resource)
            out.put("\"")
        default: break
        }
        out.put("}")
    }

    // MARK: Annotations

    func putAnnotations(_ record: EventRecord, _ form: Form, _ random: inout Random, to out: inout TextWriter) {
        // Nobody was asked for permission.
        guard record.code != 401 else {
            out.put("\"")
            return
        }
        out.put(#"","annotations":{"#)
        if record.latency > 500_000, record.stage != .started, !form.isWatch, record.code != 101 {
            putLatencies(record, &random, to: &out)
        }
        if record.operation == .tokenCreate, record.code == 201 {
            out.put(#""authentication.kubernetes.io/issued-credential-id":"JTI="#)
            out.put(uuid: random.next(), random.next())
            out.put(#"","#)
        }
        let actor = model.actors[record.actor]
        if record.code == 403 {
            out.put(#""authorization.k8s.io/decision":"forbid","authorization.k8s.io/reason":""#)
            if actor.kind == .node { putUnrelated(record, to: &out) }
        } else {
            out.put(#""authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":""#)
            if record.operation == .health || record.operation == .discovery {
                out.put(
                    actor.kind == .anonymous
                        ? #"RBAC: allowed by ClusterRoleBinding \"system:public-info-viewer\" of ClusterRole \"system:public-info-viewer\" to Group \"system:unauthenticated\""#
                        : #"RBAC: allowed by ClusterRoleBinding \"system:discovery\" of ClusterRole \"system:discovery\" to Group \"system:authenticated\""#
                )
            } else {
                out.put(actor.reason)
            }
        }
        out.put("\"")
        if form.isDeprecated { out.put(#","k8s.io/deprecated":"true""#) }
        if record.operation == .podCreate, record.code == 201 {
            out.put(
                record.id & 15 == 0
                    ? #","pod-security.kubernetes.io/audit-violations":"would violate PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"app\" must set securityContext.allowPrivilegeEscalation=false)","pod-security.kubernetes.io/enforce-policy":"baseline:latest""#
                    : #","pod-security.kubernetes.io/enforce-policy":"baseline:latest""#)
        }
        out.put("}")
    }

    /// Where the time of a slow request went, nanoseconds that add up to nearly all of it.
    private func putLatencies(_ record: EventRecord, _ random: inout Random, to out: inout TextWriter) {
        let total = UInt64(record.latency) * 1000 - random.next() % 90_000
        let etcd = total / 10 * (6 + random.next() % 4) + random.next() % 1_000_000
        let parts: [(StaticString, UInt64)] = [
            ("apf-queue-wait", 9000 + random.next() % 60_000), ("authentication", 8000 + random.next() % 70_000),
            ("authorization", 7000 + random.next() % 40_000), ("etcd", min(etcd, total)),
            ("response-write", 700 + random.next() % 3000),
            ("serialize-response-object", 20_000 + random.next() % 900_000),
            ("total", total), ("transform-response-object", 200 + random.next() % 900),
        ]
        for (name, nanoseconds) in parts {
            out.put(#""apiserver.latency.k8s.io/"#)
            out.put(name)
            out.put(#"":""#)
            out.put(duration: nanoseconds)
            out.put(#"","#)
        }
    }
}
