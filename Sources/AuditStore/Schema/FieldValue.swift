/// A Swift type that a field's values can have.
///
/// Values that are of another type in some event, as JSON allows, count as absent there.
public protocol FieldValue: Sendable, Hashable {
    /// The value as this type; nil if it is of another.
    init?(eventValue: EventValue)
    var eventValue: EventValue { get }
    /// How many values are of another type: 0 or 1, in a list as many as elements. There is a default for all but lists.
    static func mismatches(in eventValue: EventValue) -> Int
}

extension FieldValue {
    public static func mismatches(in eventValue: EventValue) -> Int { Self(eventValue: eventValue) == nil ? 1 : 0 }
}

extension String: FieldValue {
    public init?(eventValue: EventValue) {
        guard case .string(let value) = eventValue else { return nil }
        self = value
    }
    public var eventValue: EventValue { .string(self) }
}

extension Int: FieldValue {
    public init?(eventValue: EventValue) {
        guard case .integer(let value) = eventValue else { return nil }
        self.init(exactly: value)
    }
    public var eventValue: EventValue { .integer(Int64(self)) }
}

extension Double: FieldValue {
    public init?(eventValue: EventValue) {
        switch eventValue {
        case .integer(let value): self.init(value)
        case .double(let value): self = value
        default: return nil
        }
    }
    public var eventValue: EventValue { EventValue(number: self) ?? .json(description) }
}

extension Bool: FieldValue {
    public init?(eventValue: EventValue) {
        guard case .bool(let value) = eventValue else { return nil }
        self = value
    }
    public var eventValue: EventValue { .bool(self) }
}

extension IPAddress: FieldValue {
    /// Reads a string.
    public init?(eventValue: EventValue) {
        guard case .string(let text) = eventValue else { return nil }
        self.init(text)
    }
    public var eventValue: EventValue { .string(description) }
}

extension Instant: FieldValue {
    /// Takes a time, or a string in RFC 3339.
    public init?(eventValue: EventValue) {
        switch eventValue {
        case .time(let time): self = time
        case .string(let text): self.init(text)
        default: return nil
        }
    }
    public var eventValue: EventValue { .time(self) }
}

extension Duration: FieldValue {
    public init?(eventValue: EventValue) {
        guard case .duration(let microseconds) = eventValue else { return nil }
        self = .microseconds(microseconds)
    }
    public var eventValue: EventValue { .duration(microseconds) }
}

extension Array: FieldValue where Element: FieldValue {
    /// Elements of another type are left out.
    public init?(eventValue: EventValue) {
        guard case .list(let values) = eventValue else { return nil }
        self = values.compactMap(Element.init(eventValue:))
    }
    public var eventValue: EventValue { .list(map(\.eventValue)) }
    public static func mismatches(in eventValue: EventValue) -> Int {
        guard case .list(let values) = eventValue else { return 1 }
        return values.reduce(0) { $0 + Element.mismatches(in: $1) }
    }
}
