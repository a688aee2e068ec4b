/// What an aggregate gives.
package enum AggregateResult: Sendable {
    case value(EventValue?)
    case values([CountedValue])
    case ranges([CountedRange])

    /// The value, if it is one.
    package var value: EventValue? { if case .value(let value) = self { value } else { nil } }

    /// Bytes beside those of the enumeration, roughly.
    var heapBytes: Int {
        switch self {
        case .value(let value): value?.heapBytes ?? 0
        case .values(let values):
            values.reduce(32) { $0 + MemoryLayout<CountedValue>.stride + $1.value.heapBytes }
        case .ranges(let ranges): 32 + ranges.count * MemoryLayout<CountedRange>.stride
        }
    }
}

/// A value and how many events have it.
package struct CountedValue: Sendable, Hashable {
    package var value: EventValue
    package var count: Int
}
