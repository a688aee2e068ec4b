/// People at work, and their pipelines: sessions of requests that have to do with each other.
extension WindowPlanner {
    private static let scenes: [[Operation]] = [
        [.podList, .podRead, .eventList, .podLog],
        [.discovery, .discovery, .namespaceList, .podList, .podList, .podLog, .podLog],
        [.selfReview, .selfReview, .selfReview, .podListAll, .podList, .podList, .podList, .podRead, .podLog],
        [.podList, .podLog, .podExec, .podRead],
        [.deploymentRead, .deploymentPatch, .deploymentRead, .deploymentRead, .podList, .eventList],
        [.deploymentList, .deploymentRead, .scalePatch, .deploymentRead, .podList],
        [.configRead, .configPatch, .configRead, .deploymentPatch],
        [.deploymentRead, .deploymentJSONPatch, .deploymentRead],
        [.podList, .podForward],
        [.secretList, .secretRead],
        [.podList, .podDeleteByHand, .podList],
        [.discovery, .serviceList, .ingressList, .sliceList],
        [.discovery, .deploymentApply, .serviceApply, .configUpdate, .deploymentRead],
        [.nodeList, .nodeRead, .nodePatch, .podListAll, .podEvict, .podEvict],
        [.roleBindingList, .selfReview, .roleBindingCreate],
        [.secretRead, .secretUpdate, .deploymentPatch],
        [.deploymentDelete, .deploymentList],
        [.roleBindingList, .clusterRoleBindingCreate],
    ]

    private static let pipelineScenes: [[Operation]] = [
        [
            .discovery, .secretList, .deploymentRead, .deploymentApply, .serviceApply, .deploymentRead, .deploymentRead,
            .podList,
        ],
        [
            .discovery, .secretList, .secretCreate, .configUpdate, .deploymentUpdate, .deploymentRead, .deploymentRead,
            .deploymentRead,
        ],
        [.discovery, .discovery, .configRead, .configCreate, .deploymentPatch, .deploymentRead, .eventList],
        [.selfReview, .podList, .podLog, .jobCreate, .podList],
        [.discovery, .roleBindingList, .roleBindingCreate, .serviceApply, .deploymentCreate, .secretRead],
    ]

    /// Someone for whom it is day.
    mutating func anyPerson(at time: Int64) -> UInt16 {
        var who = 0
        for _ in 0..<4 {
            who = model.actors.people.lowerBound + random.skewed(model.actors.people.count)
            let zone = WorkingHours.zones[model.actors.all[who].zone].offset
            if random.chance(0.02 + WorkingHours.presence(at: time + Int64(zone) * Span.hour)) { break }
        }
        return UInt16(who)
    }

    mutating func planPeople(_ count: Int) {
        let limit = records.count + count
        while records.count < limit {
            let begin = time(of: .people, length: 20 * Span.minute)
            let who = anyPerson(at: begin)
            let person = model.actors[who]
            // Someone looks after what is not theirs now and then, and is told off.
            let isElsewhere = random.chance(0.07)
            let team = isElsewhere ? random.below(Workloads.teams.count) : Int(person.namespace)
            let tool = random.below(10)
            let program: UInt16? =
                tool < 6
                ? nil
                : tool < 9 || random.chance(0.6)
                    ? model.actors.tools.lowerBound
                        + UInt16(mixed(person.key, UInt64(tool)) % UInt64(model.actors.tools.count))
                    : model.actors.curl
            play(
                Self.scenes[random.skewed(Self.scenes.count)], by: who, program: program,
                workload: workload(ofTeam: team), from: begin,
                pace: 6e6, refused: isElsewhere ? 0.6 : 0.01)
        }
    }

    mutating func planPipelines(_ count: Int) {
        let limit = records.count + count
        while records.count < limit {
            let begin = time(of: .pipelines, length: 5 * Span.minute)
            let place = random.skewed(model.actors.pipelines.count)
            let who = UInt16(model.actors.pipelines.lowerBound + place)
            play(
                Self.pipelineScenes[random.skewed(Self.pipelineScenes.count)], by: who, program: nil,
                workload: workload(inNamespace: model.actors[who].namespace), from: begin, pace: 0.9e6, refused: 0.008)
        }
    }

    /// Requests one after the other, `pace` microseconds apart by the median.
    private mutating func play(
        _ scene: [Operation], by who: UInt16, program: UInt16?, workload: Int, from begin: Int64, pace: Double,
        refused: Double
    ) {
        var time = begin
        var address: UInt32?
        var origin: Int32 = 0
        let pod = anyPod(of: workload, at: begin)
        for operation in scene {
            guard time < end else { return }
            var record = request(operation, by: who, at: time)
            if let program { record.agent = model.agents.agent(program, at: time) }
            // A pipeline's job is one pod.
            if let address {
                (record.address, record.origin) = (address, origin)
            } else {
                (address, origin) = (record.address, record.origin)
            }
            if model.forms[Int(operation.rawValue)].naming == .pod {
                aim(&record, atPod: pod)
            } else {
                aimAnywhere(&record, workload: workload)
            }
            if random.chance(refused) { record.code = 403 } else { stumble(&record, often: 1.5) }
            if operation == .podLog || operation == .podExec || operation == .podForward, record.code < 300 {
                playLong(record, end: time + Int64(random.logNormal(median: 9e6, spread: 1.5)))
            } else {
                records.append(record)
            }
            time += Int64(random.logNormal(median: pace, spread: 1.3)) + 30_000
        }
    }

    /// What stays open has two events.
    private mutating func playLong(_ record: EventRecord, end over: Int64) {
        var record = record
        let begin = record.time - Int64(record.latency)
        record.stage = .started
        records.append(record)
        guard over < end, over > record.time else { return }
        record.stage = .complete
        record.time = over
        record.latency = UInt32(min(over - begin, Int64(UInt32.max)))
        records.append(record)
    }
}
