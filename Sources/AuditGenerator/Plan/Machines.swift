/// What a cluster does by itself, day and night: most of every audit log.
extension WindowPlanner {
    /// Routines with their shares of what machines do. Leases are renewed every ten seconds by every kubelet, and dominate.
    private enum Routine: Int, CaseIterable {
        case lease, election, nodeStatus, nodeRead, podStatus, podRead, token, mounted, slices, scaler, cronJob,
            operators, daemons
        case readers, reviews, health, collector

        var share: Double {
            switch self {
            case .lease: 30
            case .election: 21
            case .nodeStatus: 4
            case .nodeRead: 3
            case .podStatus: 3
            case .podRead: 4
            case .token: 5
            case .mounted: 2.5
            case .slices: 2
            case .scaler: 1.5
            case .cronJob: 1
            case .operators: 10
            case .daemons: 4
            case .readers: 3.5
            case .reviews: 2.5
            case .health: 2
            case .collector: 1.5
            }
        }

        /// For each of 1,024 draws the routine.
        static let table: [Routine] = {
            let sum = allCases.reduce(0) { $0 + $1.share }
            var reached = 0.0
            return allCases.flatMap { routine in
                let from = Int((reached / sum * 1024).rounded())
                reached += routine.share
                return [Routine](repeating: routine, count: Int((reached / sum * 1024).rounded()) - from)
            }
        }()
    }

    /// Numbers that have no divisor in common with any number of nodes that is allowed.
    private static let strides = [5003, 6007, 7001, 8009, 9001, 10_007, 11_003, 12_007]

    mutating func planMachines(_ count: Int) {
        guard count > 0 else { return }
        let timeline = model.timeline
        let from = timeline.share(of: .machines, at: start)
        let step = (timeline.share(of: .machines, at: end) - from) / Double(count)
        let table = Routine.table
        let nodes = model.nodes.count
        for index in 0..<count {
            let time = timeline.time(of: .machines, atShare: from + (Double(index) + random.unit()) * step)
            let routine = table[random.below(1024)]
            if routine == .lease {
                // All nodes in turn, in an order that changes: none renews its lease twice in ten seconds.
                let turn = window * Self.size + index
                let round = mixed(model.seed, 31, UInt64(turn / nodes))
                let stride = Self.strides[Int(round & 7)]
                planLease(place: (turn % nodes * stride + Int(round >> 40)) % nodes, near: time)
            } else {
                plan(routine, at: time)
            }
        }
    }

    private mutating func planLease(place: Int, near time: Int64) {
        let node = model.nodes.index(inPlace: place, at: time)
        let phase = Int64(model.nodes[node].key % UInt64(10 * Span.second))
        func renewal(_ number: Int64) -> Int64 {
            number * 10 * Span.second + phase + Int64(mixed(model.nodes[node].key, UInt64(number)) % 90_000)
        }
        let number = (time - phase) / (10 * Span.second)
        var record = request(
            .leaseRenew, by: model.actors.node, at: max(start, min(end, renewal(number))), origin: node)
        record.key = mixed(model.nodes[node].key, 11)
        record.created = model.nodes[node].born
        record.prior = renewal(number - 1)
        records.append(record)
    }

    private mutating func plan(_ routine: Routine, at time: Int64) {
        let actors = model.actors
        var record: EventRecord
        switch routine {
        case .lease: return
        case .election: record = election(at: time)
        case .nodeStatus:
            record = request(.nodeStatusPatch, by: actors.node, at: time)
            aimAtNode(&record, node: record.origin)
        case .nodeRead:
            record = request(.nodeRead, by: actors.node, at: time)
            aimAtNode(&record, node: record.origin)
        case .podStatus, .podRead:
            let pod = anyPod(of: anyWorkload(), at: time)
            record = request(
                routine == .podRead ? .podRead : .podStatusPatch, by: actors.node, at: time, origin: pod.node)
            aim(&record, atPod: pod)
            stumble(&record)
        case .token, .mounted:
            let pod = anyPod(of: anyWorkload(), at: time)
            let operation: Operation =
                routine == .token ? .tokenCreate : random.chance(0.5) ? .secretRead : .configRead
            record = request(operation, by: actors.node, at: time, origin: pod.node)
            aim(&record, atWorkload: Int(pod.workload))
            // The node authorizer refuses what no pod of the node needs.
            if random.chance(0.004) { record.code = 403 }
        case .slices:
            record = request(.sliceUpdate, by: actors.controller(.endpointslice), at: time)
            aim(&record, atWorkload: anyWorkload())
            stumble(&record)
        case .scaler:
            let operation: Operation = random.chance(0.6) ? .scalerStatus : .podMetricsList
            record = request(operation, by: actors.controller(.horizontalPodAutoscaler), at: time)
            aim(&record, atWorkload: anyWorkload())
            stumble(&record)
        case .cronJob:
            record = request(.cronJobStatus, by: actors.controller(.cronjob), at: time)
            aim(&record, atWorkload: anyWorkload())
            stumble(&record)
        case .operators, .daemons, .readers:
            record = inCluster(routine == .operators ? 0 : routine == .daemons ? 1 : 2, at: time)
        case .reviews: record = review(at: time)
        case .health:
            let operation: Operation = random.chance(0.7) ? .health : .metrics
            let who = operation == .metrics ? UInt16(actors.operators.lowerBound) : actors.anonymous
            record = request(operation, by: who, at: time)
            // Load balancers and the kubelet of the control plane ask without a user.
            if operation == .health { record.address = Addresses.controlPlane(record.id) }
            record.revision = Int32(random.below(3))
        case .collector:
            let isQuota = random.chance(0.4)
            record = request(
                isQuota ? .quotaStatus : .namespaceRead, by: actors.controller(isQuota ? .resourcequota : .namespace),
                at: time)
            aim(&record, atWorkload: anyWorkload())
        }
        records.append(record)
    }

    func aimAtNode(_ record: inout EventRecord, node: Int32) {
        record.node = node
        record.key = model.nodes[node].key
        record.created = model.nodes[node].born
        record.prior = record.time - 10 * Span.second
    }

    /// Leaders of the control plane and of operators keep their office: a look and a renewal every two seconds.
    private mutating func election(at time: Int64) -> EventRecord {
        let actors = model.actors
        let holder = random.skewed(2 + 8)
        let who: UInt16 =
            holder == 0
            ? actors.controllerManager : holder == 1 ? actors.scheduler : UInt16(actors.operators.lowerBound + holder)
        var record = request(random.chance(0.5) ? .electionRead : .electionRenew, by: who, at: time)
        record.key = mixed(actors[who].key, 13)
        record.revision = Int32(who)
        record.namespace = holder < 2 ? Workloads.systemNamespace("kube-system") : actors[who].namespace
        record.prior = time - 2 * Span.second - Int64(record.id % 40_000)
        // Two who want the office at once: rare, and the other one has it.
        if record.operation == .electionRenew, random.chance(0.002) { record.code = 409 }
        return record
    }

    private mutating func review(at time: Int64) -> EventRecord {
        let actors = model.actors
        let who = UInt16(actors.operators.lowerBound + random.skewed(actors.operators.count))
        var record = request(random.chance(0.6) ? .subjectReview : .tokenReview, by: who, at: time)
        record.workload = UInt16(anyWorkload())
        return record
    }
}
