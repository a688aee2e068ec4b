package import Shredding

/// A field that holds a time, and how the events spell it.
///
/// Times in RFC 3339 are read whatever the spelling is said to be. A value that is neither, or lies outside of the years 0 to 9999, is
/// no time: the event is kept, and has none. Numbers may be strings, and have fractions; digits beyond a microsecond are cut off.
public struct TimeField: Sendable {
    let fieldDescription: FieldDescription
    package let format: TimeFormat

    private init(_ field: Field<Instant>, _ format: TimeFormat) {
        fieldDescription = field.fieldDescription
        self.format = format
    }

    /// `"2024-06-16T04:00:00Z"`, with or without a fraction of a second, with any offset from UTC.
    public static func rfc3339(_ field: Field<Instant>) -> TimeField { TimeField(field, .rfc3339) }
    /// Seconds since 1970-01-01T00:00:00Z: `1718510400`, `1718510400.25`.
    public static func secondsSince1970(_ field: Field<Instant>) -> TimeField { TimeField(field, .seconds) }
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public static func millisecondsSince1970(_ field: Field<Instant>) -> TimeField {
        TimeField(field, .milliseconds)
    }
    /// Microseconds since 1970-01-01T00:00:00Z.
    public static func microsecondsSince1970(_ field: Field<Instant>) -> TimeField {
        TimeField(field, .microseconds)
    }
}
