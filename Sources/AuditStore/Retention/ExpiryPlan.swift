import Shredding

/// The segments that are past their time at a moment.
///
/// Events of a day expire by that day. Events without one (and the quarantine, by the months of the class `default`) expire by when
/// they were loaded; what was loaded by a version that did not say when, stays.
struct ExpiryPlan {
    let segments: [SegmentDescription]
    let quarantine: [SegmentDescription]

    init(_ manifest: Manifest, now: Int64) {
        let today = EventTimes.day(now)
        let retention = manifest.retention
        func isExpired(_ segment: SegmentDescription) -> Bool {
            guard let day = segment.day ?? segment.loaded.map(EventTimes.day) else { return false }
            return retention.retentionClass(segment.retentionClass).isExpired(day: day, today: today)
        }
        segments = manifest.segments.filter(isExpired)
        quarantine = manifest.quarantine.filter(isExpired)
    }
}
