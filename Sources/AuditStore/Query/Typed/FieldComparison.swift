/// Comparisons of two fields of one event. False where either is absent, `!=` included. Each distinct pair of values is compared
/// once; times and durations are compared as integers.
extension Field {
    public static func == (left: Self, right: Self) -> Condition { left.compare(.equal, right) }
    public static func != (left: Self, right: Self) -> Condition { left.compare(.notEqual, right) }

    fileprivate func compare(_ comparison: ValueTest.Comparison, _ other: Self) -> Condition {
        let isMicroseconds = Value.self == Instant.self || Value.self == Duration.self
        let test = PairTest(microseconds: isMicroseconds ? comparison : nil) { a, b in
            guard let x = Value(eventValue: a), let y = Value(eventValue: b) else { return false }
            if let x = x as? IPAddress, let y = y as? IPAddress {
                return comparison.holds(x == y ? 0 : x < y ? -1 : 1)
            }
            return comparison.holds(x.eventValue.order(to: y.eventValue))
        }
        return Condition(.pair(reference, other.reference, test))
    }
}

extension Field where Value: Comparable {
    public static func < (left: Self, right: Self) -> Condition { left.compare(.less, right) }
    public static func <= (left: Self, right: Self) -> Condition { left.compare(.lessOrEqual, right) }
    public static func > (left: Self, right: Self) -> Condition { left.compare(.greater, right) }
    public static func >= (left: Self, right: Self) -> Condition { left.compare(.greaterOrEqual, right) }
}

extension Field {
    /// Whether this field and another one together pass a test of your own, which is called once for each distinct pair in a part
    /// of the store. False where either is absent.
    public func satisfies<Other: FieldValue>(
        with other: Field<Other>, _ test: @escaping @Sendable (Value, Other) -> Bool
    ) -> Condition {
        let test = PairTest { a, b in
            guard let x = Value(eventValue: a), let y = Other(eventValue: b) else { return false }
            return test(x, y)
        }
        return Condition(.pair(reference, other.reference, test))
    }
}
