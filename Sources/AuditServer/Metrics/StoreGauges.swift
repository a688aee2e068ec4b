import AuditStore

extension ServerMetrics {
    /// Sets the gauges of the store, as it is now.
    func read(_ store: StoreCore, writer: StreamWriter?, admission: IngestAdmission, queries: QuerySlots) throws {
        let figures = try store.sealedStatistics()
        let unsealed = writer?.unsealedEvents ?? 0
        set("events", Double(figures.events + unsealed))
        set("unsealed_events", Double(unsealed))
        set("segments", Double(figures.segments))
        set("young_segments", Double(figures.youngSegments))
        set("partitions", Double(figures.partitions))
        set("raw_bytes", Double(figures.rawBytes))
        set("stored_bytes", Double(figures.storedBytes))
        set("quarantined_lines", Double(figures.quarantined))
        if let newest = figures.timeRange?.upperBound {
            set("newest_event_timestamp_seconds", Double(newest) / 1e6)
        }
        set("wal_bytes", Double(try store.directory.walBytes()))
        set("bytes_in_flight", Double(writer?.bytesInFlight ?? 0))
        set("requests_in_progress", Double(admission.requests))
        set("queries_in_progress", Double(queries.taken))
        set("ready", writer == nil ? 0 : 1)
        setLag(now: SystemClock.microsecondsSince1970)
    }
}
