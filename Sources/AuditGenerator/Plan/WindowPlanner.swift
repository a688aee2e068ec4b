/// Decides what happens in one window: so many events of the log that follow one another.
///
/// A window needs nothing of the ones before it (but which watches are still open, which it works out), and so any thread can plan any.
struct WindowPlanner {
    /// Events of a window: enough for the longest doings to have room, and few enough to be sorted in the cache.
    static let size = 32_768

    let model: Model
    let window: Int
    let start: Int64
    let end: Int64
    let count: Int
    var random: Random
    var records: [EventRecord] = []

    init(model: Model, window: Int) {
        self.model = model
        self.window = window
        let events = model.options.events
        let first = window * Self.size
        count = min(Self.size, events - first)
        start = Self.time(ofEvent: first, in: model)
        end = Self.time(ofEvent: first + count, in: model)
        random = Random(mixed(model.seed, 1000, UInt64(window)))
    }

    static func time(ofEvent index: Int, in model: Model) -> Int64 {
        model.timeline.time(atShare: Double(index) / Double(model.options.events))
    }

    /// The events of the window in the order in which they are written.
    static func plan(_ window: Int, of model: Model) -> [EventRecord] {
        var planner = WindowPlanner(model: model, window: window)
        planner.records.reserveCapacity(planner.count + 256)
        planner.planWatches()
        planner.planIncidents()
        let open = max(0, planner.count - planner.records.count)
        planner.planRollouts(planner.budget(of: .rollouts, of: open))
        planner.planPipelines(planner.budget(of: .pipelines, of: open))
        planner.planPeople(planner.budget(of: .people, of: open))
        planner.planRefusals(planner.budget(of: .refusals, of: open))
        // What goes on for long may have taken more than its share of a very small window.
        if planner.records.count > planner.count { planner.records.removeLast(planner.records.count - planner.count) }
        planner.planMachines(planner.count - planner.records.count)
        return planner.inOrder()
    }

    /// How many of `open` events are of this kind, at this time.
    private mutating func budget(of kind: Traffic, of open: Int) -> Int {
        let timeline = model.timeline
        func mass(_ kind: Traffic) -> Double {
            kind.share * (timeline.share(of: kind, at: end) - timeline.share(of: kind, at: start))
        }
        let all = Traffic.allCases.reduce(0) { $0 + mass($1) }
        guard all > 0 else { return 0 }
        // A part of an event is an event now and then, so that small windows have all kinds.
        return Int(Double(open) * mass(kind) / all + random.unit())
    }

    /// A time of the window when this kind of traffic is likely, early enough for what takes `length`.
    mutating func time(of kind: Traffic, length: Int64 = 0) -> Int64 {
        let timeline = model.timeline
        let from = timeline.share(of: kind, at: start)
        let to = timeline.share(of: kind, at: end)
        let time = timeline.time(of: kind, atShare: from + random.unit() * (to - from))
        return max(start, min(time, end - length))
    }

    /// Sorted by when they were written: a little after their stage, so that neighbours are out of order now and then.
    private mutating func inOrder() -> [EventRecord] {
        var keys = ContiguousArray<UInt64>()
        keys.reserveCapacity(records.count)
        for index in records.indices {
            let bits = random.next()
            var delay = bits & 0x1FF
            if bits >> 54 == 0 { delay += (bits >> 16) & 0x7FFFF }
            // 48 bits hold nine years of microseconds, which is what the window may be long at the most; 15 number its events.
            let offset = UInt64(max(0, records[index].time - start)) + delay
            keys.append(min(offset, 1 << 48 - 1) << 16 | UInt64(index))
        }
        keys.sort()
        return [EventRecord](unsafeUninitializedCapacity: keys.count) { buffer, count in
            for (place, key) in keys.enumerated() {
                (buffer.baseAddress.unsafelyUnwrapped + place).initialize(to: records[Int(key & 0xFFFF)])
            }
            count = keys.count
        }
    }
}
