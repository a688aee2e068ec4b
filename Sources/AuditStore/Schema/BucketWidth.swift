/// A length of time that events are grouped by: by the clock, or by the calendar.
///
/// Seconds, minutes, hours and days are counted from midnight of 1970-01-01, weeks from a Monday (ISO 8601), months and years
/// from their first day; all of it by the clocks of the time zone that the buckets are in, UTC unless another is given.
public struct BucketWidth: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// Microseconds, counted from an origin in local time.
        case clock(width: Int64, origin: Int64)
        case months(Int64)
    }

    package let kind: Kind

    /// A width of 0 or less is one microsecond, or one month.
    package init(_ kind: Kind) {
        switch kind {
        case .clock(let width, let origin): self.kind = .clock(width: max(width, 1), origin: origin)
        case .months(let count): self.kind = .months(min(max(count, 1), 120_000))
        }
    }

    package init(microseconds: Int64) { self.init(.clock(width: microseconds, origin: 0)) }

    private static func clock(_ count: Int, _ unit: Int64, origin: Int64 = 0) -> Self {
        Self(.clock(width: Int64(clamping: Int128(count) * Int128(unit)), origin: origin))
    }

    public static func seconds(_ count: Int) -> Self { clock(count, 1_000_000) }
    public static func minutes(_ count: Int) -> Self { clock(count, 60_000_000) }
    public static func hours(_ count: Int) -> Self { clock(count, 3_600_000_000) }
    /// Days from midnight to midnight, be they of 23, 24 or 25 hours.
    public static func days(_ count: Int) -> Self { clock(count, 86_400_000_000) }
    /// Weeks from Monday on.
    public static func weeks(_ count: Int) -> Self { clock(count, 604_800_000_000, origin: 4 * 86_400_000_000) }
    public static func months(_ count: Int) -> Self { Self(.months(Int64(count))) }
    public static func years(_ count: Int) -> Self { Self(.months(Int64(clamping: Int128(count) * 12))) }
}
