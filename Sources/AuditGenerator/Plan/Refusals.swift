/// Those who are refused: scanners, tokens that are out of date, and tokens that someone took away.
extension WindowPlanner {
    mutating func planRefusals(_ count: Int) {
        let limit = records.count + count
        while records.count < limit {
            let left = limit - records.count
            switch random.below(20) {
            case ..<7:
                scan(
                    from: Addresses.outside(random.next()), at: time(of: .refusals, length: 5 * Span.minute),
                    requests: left)
            case ..<11: tryExpiredToken(requests: left)
            case ..<13: useElsewhere(requests: left)
            case ..<17: insist(requests: left)
            default: guess(requests: left)
            }
        }
    }

    /// Someone from outside looks for what answers.
    mutating func scan(from address: UInt32, at begin: Int64, requests limit: Int) {
        var time = begin
        for _ in 0..<min(limit, 4 + Int(random.logNormal(median: 30, spread: 1.2))) where time < end {
            let kinds: [Operation] = [
                .outsidePath, .outsidePath, .discovery, .podListAll, .secretListAll, .namespaceList,
            ]
            let isUnknown = random.chance(0.3)
            var record = request(
                kinds[random.below(kinds.count)], by: isUnknown ? model.actors.unknown : model.actors.anonymous,
                at: time)
            record.address = address
            record.revision = Int32(random.below(8))
            refuse(&record, unknown: isUnknown)
            records.append(record)
            time += 20_000 + Int64(random.logNormal(median: 400_000, spread: 1.5))
        }
    }

    /// A client that nobody told of the new token.
    private mutating func tryExpiredToken(requests limit: Int) {
        let begin = time(of: .refusals, length: Span.minute)
        let address =
            random.chance(0.7)
            ? Addresses.pod(mixed(model.seed, UInt64(random.skewed(60)))) : Addresses.office(zone: random.below(3), 0)
        let program = model.actors[UInt16(model.actors.readers.lowerBound + random.skewed(12))].program
        let operation: Operation = random.chance(0.6) ? .podList : .configRead
        let workload = anyWorkload()
        for attempt in 0..<min(limit, 1 + random.skewed(12)) where begin + Int64(attempt) * 5 * Span.second < end {
            var record = request(operation, by: model.actors.unknown, at: begin + Int64(attempt) * 5 * Span.second)
            aim(&record, atWorkload: workload)
            record.address = address
            record.agent = model.agents.agent(program, at: record.time)
            refuse(&record, unknown: true)
            records.append(record)
        }
    }

    /// The token of a service account in use outside of the cluster: developers who test with it, or worse.
    private mutating func useElsewhere(requests limit: Int) {
        let actors = model.actors
        let begin = time(of: .refusals, length: 2 * Span.minute)
        let who = UInt16(actors.readers.lowerBound + random.skewed(actors.readers.count + actors.pipelines.count))
        let address = random.chance(0.5) ? Addresses.home(mixed(actors[who].key, 9)) : Addresses.outside(random.next())
        useToken(of: who, from: address, at: begin, requests: limit)
    }

    mutating func useToken(of who: UInt16, from address: UInt32, at begin: Int64, requests limit: Int) {
        let workload = workload(inNamespace: model.actors[who].namespace)
        let steps: [Operation] = [.selfReview, .podList, .secretList, .secretRead, .configRead, .secretRead]
        var time = begin
        for step in steps.prefix(min(limit, 2 + random.below(5))) where time < end {
            var record = request(step, by: who, at: time)
            aimAnywhere(&record, workload: workload)
            record.address = address
            record.agent = model.agents.agent(
                random.chance(0.5) ? model.actors.curl : model.actors[who].program, at: time)
            if step != .selfReview, random.chance(0.4) { record.code = 403 }
            records.append(record)
            time += Int64(random.logNormal(median: 3e6, spread: 1))
        }
    }

    /// A program without the right to do it tries, and tries again.
    private mutating func insist(requests limit: Int) {
        let actors = model.actors
        let begin = time(of: .refusals, length: 2 * Span.minute)
        let who = UInt16(actors.readers.lowerBound + random.skewed(actors.readers.count))
        let operation: Operation = [.secretList, .nodeList, .podListAll, .configUpdate][random.below(4)]
        let workload = workload(inNamespace: actors[who].namespace)
        for attempt in 0..<min(limit, 2 + random.skewed(40)) where begin + Int64(attempt) * 2 * Span.second < end {
            var record = request(operation, by: who, at: begin + Int64(attempt) * 2 * Span.second)
            aimAnywhere(&record, workload: workload)
            record.code = 403
            records.append(record)
        }
    }

    /// Names that somebody tries, without a user.
    private mutating func guess(requests limit: Int) {
        let begin = time(of: .refusals, length: Span.minute)
        let address = Addresses.outside(mixed(model.seed, UInt64(random.skewed(40)), 4))
        for attempt in 0..<min(limit, 1 + random.skewed(10)) where begin + Int64(attempt) * Span.second < end {
            var record = request(
                random.chance(0.5) ? .secretRead : .configRead, by: model.actors.anonymous,
                at: begin + Int64(attempt) * Span.second)
            aim(&record, atWorkload: anyWorkload())
            record.address = address
            record.agent = model.agents.agent(model.actors.curl, at: record.time)
            refuse(&record, unknown: false)
            records.append(record)
        }
    }

    private func refuse(_ record: inout EventRecord, unknown: Bool) {
        record.code = unknown ? 401 : 403
        // The one stage that there is where authentication fails.
        if unknown { record.stage = .started }
    }
}

/// What a search of the log is to find: it happens a few times in every log, however long.
extension WindowPlanner {
    /// Marks a pod, or a command, that mines.
    static let miner: Int32 = -1

    mutating func planIncidents() {
        // After what share of the events; the last one on the last day.
        let places = [0.41, 0.78, 1 - 0.4 / Double(model.options.days)]
        for (index, place) in places.enumerated() {
            let event = Int(place * Double(model.options.events))
            guard event / Self.size == window else { continue }
            let begin = Self.time(ofEvent: event, in: model)
            // 192.0.2.0/24 is of nobody else: who comes from here is seen for the first time.
            let address =
                192 << 24 | 0 << 16 | 2 << 8 | UInt32(mixed(model.seed, 61, UInt64(index)) % 80 + UInt64(index) * 80)
            let who = UInt16(
                model.actors.pipelines.lowerBound
                    + Int(mixed(model.seed, 62, UInt64(index)) % UInt64(Workloads.teams.count)))
            scan(from: address, at: begin, requests: 6)
            useToken(of: who, from: address, at: begin + 30 * Span.second, requests: 6)
            let workload = workload(inNamespace: model.actors[who].namespace)
            for (operation, offset): (Operation, Int64) in [
                (.podCreate, 60 * Span.second), (.podExec, 95 * Span.second),
            ] {
                var record = request(operation, by: who, at: min(begin + offset, end - 1))
                aim(&record, atPod: anyPod(of: workload, at: record.time))
                record.revision = Self.miner
                record.address = address
                record.stage = .complete
                records.append(record)
            }
        }
    }
}
