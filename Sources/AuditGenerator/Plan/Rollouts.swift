/// Pods that come and go: deployments get new revisions, and jobs run by the clock.
extension WindowPlanner {
    /// Rollouts take this share; jobs, and what is left, the rest.
    private static let shareOfDeployments = 0.6

    mutating func planRollouts(_ count: Int) {
        let limit = records.count + count
        let due = dueRollouts()
        let expected = due.reduce(0) { $0 + 14 + $1.replicas * 22 }
        let chance = Double(count) * Self.shareOfDeployments / Double(max(1, expected))
        for one in due where records.count < limit && random.chance(chance) {
            rollOut(one.workload, revision: one.revision)
        }
        while records.count < limit { runJob() }
    }

    /// The revisions that begin in this window.
    private func dueRollouts() -> [(workload: Int, revision: Int32, replicas: Int)] {
        var due: [(workload: Int, revision: Int32, replicas: Int)] = []
        for (index, workload) in model.workloads.all.enumerated() {
            let before = model.workloads.revision(of: workload, at: start)
            let after = model.workloads.revision(of: workload, at: end)
            guard after > before else { continue }
            for revision in before + 1...after { due.append((index, revision, workload.replicas)) }
        }
        return due
    }

    private mutating func rollOut(_ index: Int, revision: Int32) {
        let actors = model.actors
        let workload = model.workloads.all[index]
        let begin = max(start, model.workloads.rolledOut(revision, of: workload))
        let deployments = actors.controller(.deployment)
        // Most are synced by a controller, some deployed by a pipeline, a few patched by hand.
        let way = random.below(10)
        let who: UInt16 =
            way < 6
            ? UInt16(actors.operators.lowerBound + 1)
            : way < 9 ? UInt16(actors.pipelines.lowerBound + Int(workload.namespace)) : anyPerson(at: begin)
        let change: Operation =
            way < 6 ? .deploymentApply : way < 8 ? .deploymentUpdate : way < 9 ? .deploymentPatch : .deploymentJSONPatch
        about(index, revision, change, who, at: begin)
        about(index, revision, .replicaSetCreate, deployments, at: begin + 90_000)
        about(index, revision, .deploymentStatus, deployments, at: begin + 160_000)
        for number in 0..<workload.replicas {
            let pod = model.workloads.pod(number, of: index, revision: revision, at: begin)
            startPod(pod, by: actors.controller(.replicaset))
            let old = model.workloads.pod(number, of: index, revision: max(0, revision - 1), at: begin)
            if revision > 0 { stopPod(old, at: pod.created + 14 * Span.second, by: actors.controller(.replicaset)) }
            let ready = pod.created + 12 * Span.second + Int64(random.below(Int(Span.second)))
            about(index, revision, .replicaSetStatus, actors.controller(.replicaset), at: ready)
            about(index, revision, .deploymentStatus, deployments, at: ready + 40_000)
            about(index, max(0, revision - 1), .replicaSetScale, deployments, at: ready + 70_000)
            about(index, revision, .sliceUpdate, actors.controller(.endpointslice), at: ready + 55_000)
        }
        if revision > 10 { about(index, revision - 10, .replicaSetDelete, deployments, at: begin + 31 * Span.second) }
    }

    /// One request about a workload as it is with a certain revision.
    private mutating func about(
        _ workload: Int, _ revision: Int32, _ operation: Operation, _ who: UInt16, at time: Int64
    ) {
        guard time < end else { return }
        var record = request(operation, by: who, at: time)
        aim(&record, atWorkload: workload)
        record.revision = revision
        record.prior = time - 30_000 - Int64(random.below(2_000_000))
        stumble(&record)
        records.append(record)
    }

    // MARK: The life of a pod

    private mutating func startPod(_ pod: Pod, by controller: UInt16) {
        let actors = model.actors
        let pull = Span.second * 2 + Int64(random.logNormal(median: 2e6, spread: 1.2))
        let steps: [(Operation, UInt16, Int64)] = [
            (.podCreate, controller, 0), (.eventCreate, controller, 21_000), (.podBind, actors.scheduler, 48_000),
            (.eventCreate, actors.scheduler, 62_000), (.podRead, actors.node, 81_000),
            (.tokenCreate, actors.node, 130_000),
            (.configRead, actors.node, 152_000), (.secretRead, actors.node, 167_000),
            (.podStatusPatch, actors.node, 420_000),
            (.eventCreate, actors.node, 900_000), (.eventCreate, actors.node, pull),
            (.eventCreate, actors.node, pull + 90_000),
            (.eventCreate, actors.node, pull + 170_000), (.podStatusPatch, actors.node, pull + 800_000),
            (.podStatusPatch, actors.node, pull + 6_300_000),
        ]
        var prior = pod.created
        for (operation, who, offset) in steps {
            let time = pod.created + offset + Int64(random.below(20_000))
            if add(operation, who, pod, at: time, prior: prior), operation == .podStatusPatch { prior = time }
        }
    }

    private mutating func stopPod(_ pod: Pod, at time: Int64, by controller: UInt16) {
        let actors = model.actors
        var prior = time - 9 * Span.second
        for (operation, who, offset): (Operation, UInt16, Int64) in [
            (.podDelete, controller, 0), (.eventCreate, actors.node, 60_000), (.podStatusPatch, actors.node, 1_900_000),
            (.podRemove, actors.node, 2_400_000),
        ] {
            let moment = time + offset + Int64(random.below(30_000))
            _ = add(operation, who, pod, at: moment, prior: max(pod.created, prior))
            prior = moment
        }
    }

    /// False where the window is over.
    private mutating func add(_ operation: Operation, _ who: UInt16, _ pod: Pod, at time: Int64, prior: Int64) -> Bool {
        guard time >= start, time < end else { return false }
        var record = request(operation, by: who, at: time, origin: pod.node)
        aim(&record, atPod: pod)
        if operation == .tokenCreate || operation == .configRead || operation == .secretRead {
            record.key = model.workloads.all[Int(pod.workload)].key
        }
        record.prior = prior
        if operation != .podCreate, operation != .podBind { stumble(&record, often: 0.5) }
        records.append(record)
        return true
    }

    // MARK: Jobs

    private mutating func runJob() {
        let actors = model.actors
        let index = anyWorkload()
        let begin = time(of: .machines, length: Span.minute)
        let minute = Int32(begin / Span.minute)
        let workload = model.workloads.all[index]
        let key = mixed(workload.key, UInt64(minute), random.next())
        let pod = Pod(
            workload: UInt16(index), revision: minute, key: key,
            node: model.nodes.index(inPlace: Int(key % UInt64(model.nodes.count)), at: begin), created: begin + 60_000)
        func job(_ operation: Operation, _ controller: Controller, at time: Int64, minute: Int32) {
            var record = request(operation, by: actors.controller(controller), at: time)
            aim(&record, atWorkload: index)
            if operation != .cronJobStatus { aim(&record, atJobOf: workload, minute: minute) }
            record.prior = max(record.created, time - Int64(random.below(9_000_000)))
            if time < end { records.append(record) }
        }
        job(.jobCreate, .cronjob, at: begin, minute: minute)
        startPod(pod, by: actors.controller(.job))
        let over = pod.created + 15 * Span.second + Int64(random.logNormal(median: 12e6, spread: 1))
        job(.jobStatus, .job, at: begin + 100_000, minute: minute)
        job(.jobStatus, .job, at: over, minute: minute)
        job(.cronJobStatus, .cronjob, at: over + 110_000, minute: minute)
        job(.jobDelete, .ttlAfterFinished, at: over + 210_000, minute: minute - 180)
        stopPod(pod, at: over + Span.second, by: actors.controller(.genericGarbageCollector))
    }
}
