/// What an event must fulfil: comparisons of fields, joined by `&&`, `||` and `!`.
///
/// A comparison with an absent field is false, `!=` included; ``Field/isPresent`` tells.
public struct Condition: Sendable {
    package let predicate: Predicate

    package init(_ predicate: Predicate) { self.predicate = predicate }

    public static func && (left: Self, right: Self) -> Self { Self(.and([left.predicate, right.predicate])) }
    public static func || (left: Self, right: Self) -> Self { Self(.or([left.predicate, right.predicate])) }
    public static prefix func ! (operand: Self) -> Self { Self(.not(operand.predicate)) }
}

extension Field {
    /// Whether the event has the field, with a value of its type.
    public var isPresent: Condition { Condition(.test(reference, ValueTest(value: { Value(eventValue: $0) != nil }))) }

    private func test(_ test: ValueTest) -> Condition { Condition(.test(reference, test)) }

    private func compare(_ comparison: ValueTest.Comparison, _ value: Value) -> Condition {
        let constant = value.eventValue
        switch constant {
        case .time(let time): return Condition(.microseconds(reference, comparison, time.microseconds))
        case .duration(let microseconds): return Condition(.microseconds(reference, comparison, microseconds))
        default: break
        }
        if let address = value as? IPAddress { return Condition(.test(reference, .compare(comparison, address))) }
        return test(.compare(comparison, constant))
    }

    public static func == (field: Self, value: Value) -> Condition { field.compare(.equal, value) }
    /// False where the field is absent.
    public static func != (field: Self, value: Value) -> Condition { field.compare(.notEqual, value) }

    public func isIn(_ values: some Sequence<Value>) -> Condition {
        let set = Set(values)
        return test(ValueTest(value: { Value(eventValue: $0).map(set.contains) ?? false }))
    }

    /// Whether the value passes a test of your own, which is called once for each distinct value.
    public func satisfies(_ test: @escaping @Sendable (Value) -> Bool) -> Condition {
        self.test(ValueTest(value: { Value(eventValue: $0).map(test) ?? false }))
    }
}

extension Field where Value: Comparable {
    public static func < (field: Self, value: Value) -> Condition { field.compare(.less, value) }
    public static func <= (field: Self, value: Value) -> Condition { field.compare(.lessOrEqual, value) }
    public static func > (field: Self, value: Value) -> Condition { field.compare(.greater, value) }
    public static func >= (field: Self, value: Value) -> Condition { field.compare(.greaterOrEqual, value) }
}

extension Field where Value == String {
    public func hasPrefix(_ prefix: String) -> Condition { Condition(.test(reference, .hasPrefix(prefix))) }
    public func hasSuffix(_ suffix: String) -> Condition { Condition(.test(reference, .hasSuffix(suffix))) }
    public func contains(_ part: String) -> Condition { Condition(.test(reference, .contains(part))) }

    /// Whether a part of the text matches a regular expression, in RE2's syntax and meaning.
    ///
    ///     try events.where { try $0.requestURI.matches("/namespaces/[a-z]+-prod/secrets") }
    ///
    /// The pattern is compiled here, once; matching takes time linear in the text, whatever the pattern.
    /// - Throws: ``AuditStoreError`` `.invalidArgument` if the pattern is malformed or too large, saying what is wrong with it.
    public func matches(_ pattern: String) throws(AuditStoreError) -> Condition {
        do throws(RegularExpressionError) {
            return Condition(.test(reference, .matches(try RegularExpression(pattern))))
        } catch {
            throw AuditStoreError(
                .invalidArgument, "\(error.message), at byte \(error.range.lowerBound) of the regular expression",
                found: pattern)
        }
    }
}

extension Field where Value == IPAddress {
    /// Whether the address is in one of the networks, IPv4 or IPv6.
    public func isContained(in networks: IPNetworkSet) -> Condition {
        Condition(.test(reference, .isContained(in: networks)))
    }

    public func isContained(in networks: some Sequence<IPNetwork>) -> Condition {
        isContained(in: IPNetworkSet(networks))
    }

    public func isContained(in network: IPNetwork) -> Condition { isContained(in: [network]) }
}

extension Field {
    /// Whether an element of the list is the value.
    public func contains<Element: FieldValue>(_ element: Element) -> Condition where Value == [Element] {
        any { $0 == element }
    }

    /// Whether an element of the list passes.
    public func any<Element: FieldValue>(_ test: @escaping @Sendable (Element) -> Bool) -> Condition
    where Value == [Element] {
        satisfies { $0.contains(where: test) }
    }

    /// Whether all elements of the list pass. True for an empty list, false where there is none.
    public func all<Element: FieldValue>(_ test: @escaping @Sendable (Element) -> Bool) -> Condition
    where Value == [Element] {
        satisfies { $0.allSatisfy(test) }
    }
}

extension Predicate {
    /// A comparison of a time or a duration, as a range of microseconds.
    static func microseconds(
        _ field: FieldReference, _ comparison: ValueTest.Comparison, _ value: Int64
    ) -> Predicate {
        let lowest = absentInteger + 1
        switch comparison {
        case .equal: return .range(field, max(value, lowest)...max(value, lowest))
        case .notEqual:
            return .or([.microseconds(field, .less, value), .microseconds(field, .greater, value)])
        case .less: return value > lowest ? .range(field, lowest...value - 1) : .constant(false)
        case .lessOrEqual: return value >= lowest ? .range(field, lowest...value) : .constant(false)
        case .greater: return value < .max ? .range(field, max(value + 1, lowest)...Int64.max) : .constant(false)
        case .greaterOrEqual: return .range(field, max(value, lowest)...Int64.max)
        }
    }
}

extension ValueTest {
    /// Addresses are compared as such, so that all spellings of one are equal.
    static func compare(_ comparison: Comparison, _ address: IPAddress) -> ValueTest {
        .text { text in
            guard let other = IPAddress.parse(text) else { return false }
            return comparison.holds(other == address ? 0 : other < address ? -1 : 1)
        }
    }
}
