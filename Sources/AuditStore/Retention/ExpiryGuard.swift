import Shredding

/// Keeps a wrong clock, or a wrong number of months, from emptying a store.
///
/// Only a clock that is ahead makes events expire too early. The witnesses are the newest event, whose time is of another
/// machine, and the last commit.
enum ExpiryGuard {
    /// A store that has had no event for so long is no longer fed, or the clock is ahead.
    private static let quietDays: Int64 = 31

    /// Why the expiry looks like a mistake; nil if it does not.
    ///
    /// - Parameter report: what would go.
    static func refusal(of report: ExpiryReport, _ manifest: Manifest, now: Int64) -> AuditStoreError? {
        guard report.segments > 0 else { return nil }
        func refuse(_ message: String, expected: String, found: String) -> AuditStoreError {
            AuditStoreError(
                .refused, "\(message); nothing was dropped. If it is right, force it", expected: expected, found: found)
        }
        func date(_ time: Int64) -> String { Instant(microseconds: time).shortDescription }
        if let committed = manifest.committed, now < committed, committed - now > EventTimes.microsecondsPerDay {
            return refuse(
                "the clock is behind the last commit of the store: it is wrong now, or was then",
                expected: "\(date(committed)) or later", found: date(now))
        }
        // Events of the future are of clocks that are wrong themselves.
        let newest =
            manifest.segments.map(\.largestTime).filter { $0 <= now + EventTimes.microsecondsPerDay }.max() ?? .min
        if newest < now - quietDays * EventTimes.microsecondsPerDay {
            return refuse(
                "the newest event is old: the clock may be ahead",
                expected: "an event of the last \(quietDays) days before \(date(now))",
                found: newest == .min ? "none" : date(newest))
        }
        let all = manifest.segments.reduce(0) { $0 + $1.liveRows }
        let dropped = report.partitions.reduce(0) { $0 + ($1.partition == FileNames.quarantine ? 0 : $1.events) }
        if dropped > all / 2 {
            return refuse(
                "more than half of the store would go", expected: "at most \(all / 2) events", found: "\(dropped)")
        }
        return nil
    }
}
