/// Short labels for the time axis of a chart: of RFC 3339 times, only what differs between them.
enum TimeLabels {
    /// `04:00` within one day (`04:00:05` where seconds differ), `06-16` for midnights, `06-16 04:00` else. What is no such time stays as it is.
    static func short(_ times: [String]) -> [String] {
        let parts = times.map(Parts.init)
        guard let first = parts.first.flatMap({ $0 }), parts.allSatisfy({ $0 != nil }) else { return times }
        let known = parts.compactMap { $0 }
        let isOneDay = known.allSatisfy { $0.date == first.date }
        let isOneYear = known.allSatisfy { $0.date.prefix(4) == first.date.prefix(4) }
        let areMidnights = known.allSatisfy { $0.clock == "00:00:00" }
        let areWholeMinutes = known.allSatisfy { $0.clock.hasSuffix(":00") }
        return known.map { part in
            let clock = areWholeMinutes ? String(part.clock.prefix(5)) : part.clock
            if isOneDay, known.count > 1 { return clock }
            let date = isOneYear ? String(part.date.dropFirst(5)) : part.date
            return areMidnights ? date : "\(date) \(clock)"
        }
    }

    private struct Parts {
        var date: String
        var clock: String

        init?(_ text: String) {
            let bytes = Array(text.utf8)
            guard bytes.count >= 19, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
                bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":")
            else { return nil }
            date = String(decoding: bytes[0..<10], as: UTF8.self)
            clock = String(decoding: bytes[11..<19], as: UTF8.self)
        }
    }
}
