import SegmentFormat

/// The days and the range of the events' times of a chunk: what decides its partitions.
package struct EventTimes: Sendable {
    /// Days since 1970, ascending.
    package private(set) var days: Set<Int64> = []
    /// Events without a time.
    package private(set) var undated = 0
    /// Microseconds since 1970; `smallest > largest` if no event has a time.
    package private(set) var smallest = Int64.max
    package private(set) var largest = Int64.min

    package static let microsecondsPerDay: Int64 = 86_400_000_000

    package init() {}

    package static func day(_ time: Int64) -> Int64 {
        let quotient = time / microsecondsPerDay
        return time % microsecondsPerDay < 0 ? quotient - 1 : quotient
    }

    /// - Parameter time: nil for an event without one.
    package mutating func add(time: Int64?) {
        guard let time else {
            undated += 1
            return
        }
        smallest = min(smallest, time)
        largest = max(largest, time)
        days.insert(Self.day(time))
    }

    mutating func add(shredder: borrowing Shredder) {
        let column = shredder.columns + shredder.eventTimeColumn
        let format = shredder.schema.timeFormat(of: shredder.schema.eventTime)
        var lastDay = Int64.min
        var dayStart: Int64 = 0
        for row in 0..<shredder.rows {
            let code = column.pointee.codes[row]
            let time: Int64
            if code == typedCode {
                time = column.pointee.times![row]
            } else if code != absentCode, let odd = format.parse(column.pointee.dictionary.entry(code)) {
                time = odd
            } else {
                undated += 1
                continue
            }
            smallest = min(smallest, time)
            largest = max(largest, time)
            if lastDay == .min || time < dayStart || time >= dayStart + Self.microsecondsPerDay {
                lastDay = Self.day(time)
                dayStart = lastDay * Self.microsecondsPerDay
                days.insert(lastDay)
            }
        }
    }
}
