/// Who is at work when: each kind of traffic has a curve over the hours of the log.
enum Traffic: Int, CaseIterable {
    /// Machines, which neither sleep nor rest.
    case machines
    /// Changes of what runs: with the people who make them, and at night a little.
    case rollouts
    /// Pipelines: in working hours, and the builds of the night.
    case pipelines
    case people
    /// Refused access: outsiders do not keep office hours.
    case refusals

    /// The share of all events, over the whole log.
    var share: Double {
        switch self {
        case .machines: 0.755
        case .rollouts: 0.11
        case .pipelines: 0.05
        case .people: 0.07
        case .refusals: 0.015
        }
    }
}

/// Where the events of each kind lie in time: sums over hours, so that a time is found from a share by one search.
struct Timeline: Sendable {
    let start: Int64
    let end: Int64
    /// For each kind, and for all: what has happened before each hour, of 1 in all.
    private let sums: [[Double]]
    private let total: [Double]

    init(start: Int64, days: Int) {
        self.start = start
        end = start + Int64(days) * Span.day
        let hours = (0..<days * 24).map { WorkingHours(hour: start + Int64($0) * Span.hour) }
        var total = [Double](repeating: 0, count: hours.count + 1)
        sums = Traffic.allCases.map { kind in
            var sum = 0.0
            var sums = [0.0]
            sums.reserveCapacity(hours.count + 1)
            for hour in hours {
                sum += hour.weight(of: kind)
                sums.append(sum)
            }
            for index in sums.indices {
                sums[index] /= sum
                total[index] += sums[index] * kind.share
            }
            return sums
        }
        self.total = total
    }

    /// When `share` of all events have happened.
    func time(atShare share: Double) -> Int64 { Self.time(share, in: total, from: start) }

    /// What share of the events of `kind` has happened at `time`.
    func share(of kind: Traffic, at time: Int64) -> Double {
        let sums = sums[kind.rawValue]
        let hour = max(0, min(sums.count - 2, Int((time - start) / Span.hour)))
        let part = Double(time - start - Int64(hour) * Span.hour) / Double(Span.hour)
        return sums[hour] + (sums[hour + 1] - sums[hour]) * max(0, min(1, part))
    }

    func time(of kind: Traffic, atShare share: Double) -> Int64 {
        Self.time(share, in: sums[kind.rawValue], from: start)
    }

    private static func time(_ share: Double, in sums: [Double], from start: Int64) -> Int64 {
        var low = 0
        var high = sums.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if sums[middle] <= share { low = middle } else { high = middle }
        }
        let width = sums[high] - sums[low]
        let part = width > 0 ? max(0, min(1, (share - sums[low]) / width)) : 0
        return start + Int64(low) * Span.hour + Int64(part * Double(Span.hour))
    }
}

/// How busy each kind is in one hour. The company has offices in three time zones; summer time is left out.
struct WorkingHours {
    static let zones: [(offset: Int, share: Double)] = [(1, 0.55), (-5, 0.27), (5, 0.18)]

    private let office: Double
    private let pipelines: Double

    init(hour: Int64) {
        var office = 0.0
        for zone in Self.zones {
            office += zone.share * Self.presence(at: hour + Int64(zone.offset) * Span.hour)
        }
        self.office = office
        let utc = Int(hour % Span.day / Span.hour)
        pipelines = office + (utc == 1 || utc == 2 ? 0.5 : 0)
    }

    func weight(of kind: Traffic) -> Double {
        switch kind {
        case .machines: 0.94 + 0.12 * office
        case .rollouts: 0.10 + office
        case .pipelines: 0.08 + pipelines
        case .people: 0.015 + office
        case .refusals: 1
        }
    }

    /// How many of an office are there, of 1.
    static func presence(at localTime: Int64) -> Double {
        let day = localTime / Span.day
        let date = CivilDate(daysSince1970: day)
        let byHour = [
            0.01, 0.01, 0.01, 0.01, 0.01, 0.02, 0.08, 0.3, 0.75, 1, 1, 0.95, 0.6, 0.85, 1, 0.95, 0.85, 0.6, 0.3, 0.15,
            0.1, 0.07,
            0.04, 0.02,
        ][Int(localTime % Span.day / Span.hour)]
        // 1 January 1970 was a Thursday.
        let isWeekend = (day + 3) % 7 >= 5
        let isHoliday = (date.month == 12 && date.day >= 24) || (date.month == 1 && date.day == 1)
        return byHour * (isWeekend ? 0.06 : 1) * (isHoliday ? 0.15 : 1) * (date.month == 8 ? 0.8 : 1)
    }
}
