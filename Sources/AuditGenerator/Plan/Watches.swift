/// Watches: opened, and over after five to ten minutes, which may be some windows later.
///
/// Which watches a window opens follows from its number alone. A later window draws them again to find those that end in it.
extension WindowPlanner {
    /// Of the events of a window, those that open a watch.
    private static let share = 0.035
    private static let longest = 11 * Span.minute
    /// In a log far denser than a cluster can be, the ends of older watches are left out.
    private static let mostWindowsBack = 256

    mutating func planWatches() {
        var number = window
        while number >= 0, window - number < Self.mostWindowsBack {
            let own = WindowPlanner(model: model, window: number)
            if number < window, own.end + Self.longest < start { break }
            var draws = Random(mixed(model.seed, 1001, UInt64(number)))
            for index in 0..<Int(Double(own.count) * Self.share) {
                let opened = own.start + Int64(draws.unit() * Double(max(1, own.end - own.start)))
                let ended = opened + 5 * Span.minute + Int64(draws.unit() * Double(5 * Span.minute))
                let choice = draws.next()
                let endsHere = ended >= start && ended < end
                guard number == window || endsHere else { continue }
                add(
                    watch: mixed(model.seed, UInt64(number), UInt64(index)), opened: opened,
                    ended: endsHere ? ended : nil, choice)
            }
            number -= 1
        }
    }

    private mutating func add(watch id: UInt64, opened: Int64, ended: Int64?, _ choice: UInt64) {
        let actors = model.actors
        var draws = Random(choice)
        let operation: Operation
        let who: UInt16
        var node: Int32?
        switch draws.below(100) {
        case ..<64:
            who = actors.node
            node = model.nodes.index(inPlace: draws.below(model.nodes.count), at: opened)
            let kinds: [Operation] = [.secretWatch, .configWatch, .configWatch, .podWatchOfNode, .runtimeClassWatch]
            operation = kinds[draws.below(5)]
        case ..<82:
            who = UInt16(actors.operators.lowerBound + draws.skewed(actors.operators.count))
            let kinds: [Operation] = [.podWatch, .serviceWatch, .sliceWatch, .nodeWatch, .customWatch]
            operation = kinds[draws.below(5)]
        case ..<96:
            who = UInt16(actors.daemons.lowerBound + draws.skewed(actors.daemons.count))
            node = model.nodes.index(inPlace: draws.below(model.nodes.count), at: opened)
            let kinds: [Operation] = [.podWatch, .serviceWatch, .sliceWatch]
            operation = kinds[draws.below(3)]
        default:
            who = UInt16(actors.people.lowerBound + draws.skewed(actors.people.count))
            operation = draws.below(2) == 0 ? .deploymentWatch : .eventWatch
        }
        let workload = draws.skewed(model.workloads.all.count)
        let latency = 200 + UInt32(draws.below(900))
        var record = request(operation, by: who, at: opened + Int64(latency), origin: node)
        aim(&record, atWorkload: workload)
        record.id = id
        // Where the watch begins: both of its events have it in their path.
        record.prior = opened - Int64(draws.below(Int(Span.minute)))
        if opened >= start, record.time < end {
            record.stage = .started
            record.latency = latency
            records.append(record)
        }
        if let ended {
            record.stage = .complete
            record.time = ended
            record.latency = UInt32(ended - opened)
            records.append(record)
        }
    }
}
