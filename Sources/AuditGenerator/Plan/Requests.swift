/// How a record comes to be: what a request of an actor has in common, whatever it is about.
extension WindowPlanner {
    /// A request of `actor` at `time`, which succeeds. `origin` is the machine that a daemon or a kubelet is on.
    mutating func request(
        _ operation: Operation, by actor: UInt16, at time: Int64, origin: Int32? = nil
    ) -> EventRecord {
        let form = model.forms[Int(operation.rawValue)]
        let who = model.actors[actor]
        var record = EventRecord(
            time: time, id: random.next(), operation: operation, code: form.code, actor: actor,
            agent: who.kind == .node ? 0 : model.agents.agent(who.program, at: time))
        record.latency = latency(of: form)
        switch who.kind {
        case .node:
            let node = origin ?? anyNode(at: time)
            (record.node, record.origin) = (node, node)
            record.address = model.nodes[node].address
            record.agent = model.agents.kubelet + model.nodes[node].release
        case .system, .controller:
            record.address =
                actor == model.actors.apiserver ? 0 : Addresses.controlPlane(UInt64(time / (9 * Span.day)) &+ who.key)
        case .serviceAccount:
            let life = mixed(who.key, UInt64((time + Int64(who.key % UInt64(Span.day))) / who.podLife))
            record.origin = model.nodes.index(inPlace: Int(life % UInt64(model.nodes.count)), at: time)
            record.address = Addresses.pod(mixed(life, UInt64(record.origin)))
        case .daemon:
            record.origin = origin ?? anyNode(at: time)
            record.address = model.nodes[record.origin].address
        case .pipeline:
            record.origin = anyNode(at: time)
            record.address = Addresses.pod(record.id)
        case .person: record.address = address(ofPerson: who, at: time)
        case .anonymous, .unknown: record.address = Addresses.outside(record.id)
        }
        record.created = model.timeline.start - Int64(who.key % UInt64(90 * Span.day))
        record.prior = time - Int64(random.below(Int(30 * Span.minute))) - Span.second
        return record
    }

    mutating func anyNode(at time: Int64) -> Int32 {
        model.nodes.index(inPlace: random.below(model.nodes.count), at: time)
    }

    /// Most in the office; some days from the private network, and for weeks from home.
    private func address(ofPerson person: Actor, at time: Int64) -> UInt32 {
        switch mixed(person.key, UInt64(time / Span.day)) % 10 {
        case 0, 1: Addresses.privateNetwork(mixed(person.key, UInt64(time / (30 * Span.day))))
        case 2: Addresses.home(mixed(person.key, UInt64(time / (60 * Span.day)), 5))
        default: Addresses.office(zone: person.zone, person.key)
        }
    }

    /// Log-normal by what is asked for, with a tail of its own.
    mutating func latency(of form: Form) -> UInt32 {
        let median: Double =
            switch form.verb.utf8Start[0] {
            case UInt8(ascii: "g"): 1100
            case UInt8(ascii: "l"): 9000
            case UInt8(ascii: "w"): 350
            default: 4300
            }
        var value = random.logNormal(median: median, spread: 0.9)
        let tail = random.next()
        // One of two hundred waits for something; one of two thousand for long.
        if tail & 0xFF == 0 { value *= 8 + Double(tail >> 56) / 4 }
        if tail & 0x7FF == 0 { value *= 12 }
        return UInt32(max(90, min(value, 59_000_000)))
    }

    // MARK: What a request is about

    /// A workload, the busy ones most often.
    mutating func anyWorkload() -> Int { random.skewed(model.workloads.all.count) }

    /// A workload in one of the namespaces of a team, the production one most often.
    mutating func workload(ofTeam team: Int) -> Int {
        let teams = Workloads.teams.count
        let stage = random.skewed(Workloads.stages.count)
        let count = model.workloads.all.count
        let rounds = max(1, (count - team - stage * teams) / Workloads.teamNamespaces)
        let index = random.skewed(rounds) * Workloads.teamNamespaces + stage * teams + team
        return index < count ? index : index % count
    }

    /// The same in a given namespace.
    mutating func workload(inNamespace namespace: UInt16) -> Int {
        let count = model.workloads.all.count
        let rounds = max(1, count / Workloads.teamNamespaces)
        return (random.skewed(rounds) * Workloads.teamNamespaces + Int(namespace) % Workloads.teamNamespaces) % count
    }

    /// Makes the request one about this workload's own objects.
    func aim(_ record: inout EventRecord, atWorkload index: Int) {
        let workload = model.workloads.all[index]
        record.workload = UInt16(index)
        record.namespace = workload.namespace
        record.revision = model.workloads.revision(of: workload, at: record.time)
        record.key = workload.key
        record.created = model.timeline.start - Int64(workload.key % UInt64(300 * Span.day)) - 20 * Span.day
    }

    /// Makes a request about a workload one about the job that it had at this minute.
    func aim(_ record: inout EventRecord, atJobOf workload: Workload, minute: Int32) {
        record.revision = minute
        record.key = mixed(workload.key, UInt64(minute), 17)
        record.created = Int64(minute) * Span.minute
    }

    func aim(_ record: inout EventRecord, atPod pod: Pod) {
        record.workload = pod.workload
        record.namespace = model.workloads.all[Int(pod.workload)].namespace
        record.revision = pod.revision
        record.key = pod.key
        record.node = pod.node
        record.created = pod.created
        record.prior = max(pod.created, record.prior)
    }

    /// A pod that runs at `time`.
    mutating func anyPod(of workload: Int, at time: Int64) -> Pod {
        model.workloads.pod(random.below(model.workloads.all[workload].replicas), of: workload, at: time)
    }

    /// What goes wrong now and then, by what is asked for.
    mutating func stumble(_ record: inout EventRecord, often: Double = 1) {
        let form = model.forms[Int(record.operation.rawValue)]
        let chance = random.unit() / often
        switch form.verb.utf8Start[0] {
        case UInt8(ascii: "g"):
            if form.naming != .path, form.code == 200, chance < 0.05 { record.code = 404 }
        case UInt8(ascii: "u"): if chance < 0.03 { record.code = 409 }
        case UInt8(ascii: "p"):
            record.code = chance < 0.01 ? 404 : chance < 0.02 ? 409 : chance < 0.023 ? 422 : record.code
        case UInt8(ascii: "d"): if chance < 0.04 { record.code = 404 }
        case UInt8(ascii: "c"): if chance < 0.008, form.subresource.utf8CodeUnitCount == 0 { record.code = 409 }
        default: break
        }
        let rare = random.next() & 0x3FFF
        if rare < 2 { record.code = 500 } else if rare == 2 { record.code = 503 } else if rare < 7 { record.code = 429 }
        if rare == 7, random.next() & 7 == 0 {
            record.stage = .panicked
            record.code = 500
        }
    }
}
