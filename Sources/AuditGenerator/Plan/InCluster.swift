/// Programs that run in the cluster and ask the apiserver: operators, what runs on every node, and the teams' own.
extension WindowPlanner {
    /// What each of `Installed.operators` does, the most frequent first.
    private static let operatorHabits: [[Operation]] = [
        [.podListAll, .endpointsList, .serviceList, .sliceList, .nodeList, .metrics],
        [
            .customRead, .customStatusPatch, .deploymentRead, .customList, .configRead, .secretRead, .deploymentApply,
            .serviceApply,
        ],
        [.podListAll, .nodeList, .deploymentList],
        [.configRead, .serviceList, .sliceList, .podRead, .customRead],
        [.certificateUpdate, .secretRead, .ingressList, .secretUpdate],
        [.ingressList, .configRead, .secretRead, .endpointsList, .eventCreate],
        [.nodeRead, .nodeList, .podListAll, .nodePatch, .podEvict],
        [.serviceList, .ingressList, .nodeList],
        [.sliceList, .serviceList],
        [.nodeList, .podListAll],
        [.configRead, .secretRead, .podRead],
        [.subjectReview, .configRead, .podList, .eventCreate, .customList],
        [.nodeRead, .secretRead, .nodeList],
        [.podListAll, .customList, .configList, .secretListAll],
        [.customRead, .subjectReview, .customList, .selfReview, .eventList],
        [.podListAll, .nodeList, .podEvict],
    ]

    private static let daemonHabits: [[Operation]] = [
        [.nodeRead, .podRead, .nodePatch],
        [.nodeRead, .sliceList, .eventCreate],
        [.podRead, .namespaceRead],
        [.csiNodeRead, .nodeRead],
        [.nodeStatusPatch, .eventCreate],
    ]

    private static let readerHabits: [Operation] = [
        .configRead, .podList, .secretRead, .sliceList, .podRead, .serviceList, .deploymentRead,
    ]

    /// `kind`: 0 for an operator, 1 for a daemon, 2 for a program of a team.
    mutating func inCluster(_ kind: Int, at time: Int64) -> EventRecord {
        let actors = model.actors
        let range = kind == 0 ? actors.operators : kind == 1 ? actors.daemons : actors.readers
        let place = random.skewed(range.count)
        let who = UInt16(range.lowerBound + place)
        let habits = kind == 0 ? Self.operatorHabits[place] : kind == 1 ? Self.daemonHabits[place] : Self.readerHabits
        var record = request(habits[random.skewed(habits.count)], by: who, at: time)
        if kind == 2 {
            aimAnywhere(&record, workload: workload(inNamespace: actors[who].namespace))
            // A program that was never allowed to do what it tries again and again.
            if actors[who].key % 7 == 0, random.chance(0.35) { record.code = 403 }
        } else {
            aimAnywhere(&record, workload: anyWorkload())
            if kind == 1, model.forms[Int(record.operation.rawValue)].naming == .node {
                aimAtNode(&record, node: record.origin)
            }
            if random.chance(0.004) { record.code = 403 }
        }
        if record.code < 300 { stumble(&record) }
        return record
    }

    /// Aims at what the operation is about, in or near this workload.
    mutating func aimAnywhere(_ record: inout EventRecord, workload: Int) {
        switch model.forms[Int(record.operation.rawValue)].naming {
        case .node:
            let node = anyNode(at: record.time)
            aim(&record, atWorkload: workload)
            aimAtNode(&record, node: node)
        case .pod, .event: aim(&record, atPod: anyPod(of: workload, at: record.time))
        case .path: record.revision = Int32(random.below(4))
        case .job:
            aim(&record, atWorkload: workload)
            aim(&record, atJobOf: model.workloads.all[workload], minute: Int32(record.time / Span.minute))
        default:
            if record.operation == .eventCreate {
                aim(&record, atPod: anyPod(of: workload, at: record.time))
            } else {
                aim(&record, atWorkload: workload)
            }
        }
    }
}
