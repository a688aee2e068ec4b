/// Words that order values as the values themselves are ordered, as far as a word goes: equal words say nothing, unless they are exact.
///
/// Sorting compares each value some twenty times, and a word is compared in a fiftieth of the time of two strings.
struct SortPrefix {
    /// Bytes that all strings begin with: the words are made of what follows.
    private var common: [UInt8]?
    /// Whether equal words mean equal values.
    private(set) var isExact = true

    /// What is absent comes last.
    static let absent = UInt64.max
    /// No value has a larger word.
    static let largest = UInt64.max >> 1

    /// Prepares for values; all that ``word(_:)`` is asked for have to have been here.
    mutating func prepare(_ value: EventValue?) {
        switch value {
        case nil, .bool?: break
        case .integer(let number)?: isExact = isExact && number.magnitude < 1 << 48
        case .string(let text)?:
            isExact = false
            guard let known = common else {
                common = Array(text.utf8)
                return
            }
            var length = 0
            for (byte, other) in zip(known, text.utf8) {
                guard byte == other else { break }
                length += 1
            }
            if length < known.count { common = Array(known[..<length]) }
        default: isExact = false
        }
    }

    /// The kind in four bits, then what fits of the value.
    func word(_ value: EventValue?) -> UInt64 {
        guard let value else { return Self.absent }
        let kind = UInt64(value.kindRank) << 60
        switch value {
        case .bool(let flag): return kind | (flag ? 1 : 0)
        case .integer(let number): return kind | Self.ordered(Double(number))
        case .double(let number): return kind | Self.ordered(number)
        case .duration(let microseconds): return kind | Self.ordered(microseconds)
        case .time(let time): return kind | Self.ordered(time.microseconds)
        case .string(let text): return kind | Self.bytes(text, from: common?.count ?? 0)
        case .json(let text): return kind | Self.bytes(text, from: 0)
        case .list: return kind
        }
    }

    private static func ordered(_ number: Double) -> UInt64 {
        let bits = number.bitPattern
        return (bits >> 63 == 0 ? bits | 1 << 63 : ~bits) >> 4
    }

    private static func ordered(_ number: Int64) -> UInt64 { (UInt64(bitPattern: number) ^ 1 << 63) >> 4 }

    private static func bytes(_ text: String, from start: Int) -> UInt64 {
        var text = text
        let word = text.withUTF8 { bytes -> UInt64 in
            let rest = bytes.count - start
            if rest >= 8 {
                // In bounds: eight bytes follow.
                return UInt64(
                    bigEndian: UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: start, as: UInt64.self))
            }
            var word: UInt64 = 0
            for i in 0..<8 { word = word << 8 | (i < rest ? UInt64(bytes[start + i]) : 0) }
            return word
        }
        return word >> 4
    }
}

extension ChunkedArray<EventValue> {
    /// For each value its rank among all.
    func ranks() throws -> [UInt32] {
        var prefix = SortPrefix()
        var check = CancellationCheck()
        for value in self {
            try check.step()
            prefix.prepare(value)
        }
        var order: [(word: UInt64, index: Int)] = []
        order.reserveCapacity(count)
        for (index, value) in enumerated() {
            try check.step()
            order.append((prefix.word(value), index))
        }
        try order.sort {
            try check.step()
            return $0.word != $1.word ? $0.word < $1.word : self[$0.index] < self[$1.index]
        }
        var ranks = [UInt32](repeating: 0, count: count)
        for (rank, place) in order.enumerated() {
            try check.step()
            ranks[place.index] = UInt32(rank)
        }
        return ranks
    }
}
