/// The times between which all events lie that can pass a predicate; none if `low > high`.
struct TimeBounds: Equatable {
    var low: Int64
    var high: Int64

    static let all = TimeBounds(low: .min, high: .max)
    static let none = TimeBounds(low: .max, high: .min)

    func overlaps(_ other: TimeBounds) -> Bool { max(low, other.low) <= min(high, other.high) }
}

extension Predicate {
    /// What the predicate says of an event's time; ``TimeBounds/all`` if it lets events without a time pass.
    func times(of eventTime: [String]) -> TimeBounds {
        switch self {
        case .constant(let value): return value ? .all : .none
        case .and(let operands):
            return operands.reduce(.all) { bounds, operand in
                let other = operand.times(of: eventTime)
                return TimeBounds(low: max(bounds.low, other.low), high: min(bounds.high, other.high))
            }
        case .or(let operands):
            return operands.reduce(.none) { bounds, operand in
                let other = operand.times(of: eventTime)
                return TimeBounds(low: min(bounds.low, other.low), high: max(bounds.high, other.high))
            }
        case .range(let field, let range):
            guard field.transform == nil, case .path(let path) = field.source, FieldReference.keys(path) == eventTime
            else { return .all }
            return TimeBounds(low: range.lowerBound, high: range.upperBound)
        case .not, .test, .pair: return .all
        }
    }
}
