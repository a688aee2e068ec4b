/// How long events are kept: a name and a number of calendar months.
///
/// Every event belongs to one class, which is chosen when it is loaded. Segments hold events of one day and one class, so
/// that what expires are whole files.
public struct RetentionClass: Sendable, Hashable {
    /// The class of events that no rule gives another.
    public static let standardName = "default"
    /// How long events of the class `default` are kept unless the store was told otherwise.
    public static let standardMonths = 13

    public var name: String
    /// Calendar months; nil: for ever.
    public var months: Int?
    /// Named in the manifest by this; that of the class `default` is 0.
    package var id: UInt64

    package init(name: String, months: Int?, id: UInt64) {
        self.name = name
        self.months = months
        self.id = id
    }

    /// A hundred years; more is for ever.
    package static let largestMonths = 1200
    /// What a chunk of events is divided into at most, for each of its days.
    package static let largestCount = 16

    static let standard = RetentionClass(name: standardName, months: standardMonths, id: 0)

    /// "13 months" or "for ever".
    public var duration: String { months.map { $0 == 1 ? "1 month" : "\($0) months" } ?? "for ever" }

    /// Whether the events of a day have been kept long enough.
    ///
    /// An event of the 15th of January with a class of one month is kept to the end of the 15th of February, UTC. Where the
    /// later month has no such day, its last one counts.
    package func isExpired(day: Int64, today: Int64) -> Bool {
        guard let months else { return false }
        return CalendarMonths.add(months, toDay: day) < today
    }
}
