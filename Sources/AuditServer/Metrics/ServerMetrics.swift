import CoreMetrics
import Synchronization
import HTTPTypes

/// What the server counts.
final class ServerMetrics: Sendable {
    let registry: PrometheusRegistry
    let batches: Timer
    let duplicates: Counter
    let bytes: Counter
    let expired: Counter
    let retentionFailures: Counter
    /// The newest `stageTimestamp` that came from each cluster, in microseconds since 1970.
    private let newest = Mutex<[String: Int64]>([:])

    init(_ registry: PrometheusRegistry) {
        self.registry = registry
        for (name, help) in Self.help { registry.describe(name, help) }
        batches = Timer(label: "auditstore_webhook_batch_seconds", factory: registry)
        duplicates = Counter(label: "auditstore_duplicate_events_total", factory: registry)
        bytes = Counter(label: "auditstore_received_bytes_total", factory: registry)
        expired = Counter(label: "auditstore_expired_events_total", factory: registry)
        retentionFailures = Counter(label: "auditstore_retention_failures_total", factory: registry)
    }

    func received(_ events: Int, from cluster: String?, newest time: Int64?) {
        let cluster = cluster ?? ""
        Counter(label: "auditstore_received_events_total", dimensions: [("cluster", cluster)], factory: registry)
            .increment(by: events)
        guard let time else { return }
        newest.withLock { newest in
            guard newest[cluster] != nil || newest.count < PrometheusRegistry.seriesPerFamily else { return }
            newest[cluster] = max(newest[cluster] ?? .min, time)
        }
    }

    /// - Parameter code: of the failure.
    func refused(_ failure: HTTPFailure) {
        let status = String(failure.status.code)
        Counter(
            label: "auditstore_refused_requests_total", dimensions: [("reason", failure.code), ("status", status)],
            factory: registry
        ).increment()
    }

    func answered(_ endpoint: String, in duration: Duration) {
        Timer(label: "auditstore_query_seconds", dimensions: [("endpoint", endpoint)], factory: registry)
            .recordNanoseconds(duration.nanoseconds)
    }

    func set(_ name: String, _ value: Double, _ dimensions: [(String, String)] = []) {
        Gauge(label: "auditstore_" + name, dimensions: dimensions, factory: registry).record(value)
    }

    /// Sets the lag of each cluster that has sent events.
    func setLag(now: Int64) {
        for (cluster, time) in newest.withLock({ $0 }) {
            // A clock that is ahead of this one lags by nothing.
            set("lag_seconds", Double(max(0, now - time)) / 1e6, [("cluster", cluster)])
        }
    }

    private static let help: [(String, String)] = [
        ("auditstore_received_events_total", "Events that were acknowledged, duplicates included, by cluster."),
        ("auditstore_received_bytes_total", "Bytes of the text of these events."),
        ("auditstore_duplicate_events_total", "Events that were there already, and dropped."),
        ("auditstore_webhook_batch_seconds", "Time from the head of a webhook's request to its acknowledgement."),
        ("auditstore_refused_requests_total", "Requests that were not fulfilled, by reason and status."),
        ("auditstore_query_seconds", "Time from a query to the last byte of its answer, by endpoint."),
        ("auditstore_lag_seconds", "Now less the newest stageTimestamp that came, by cluster."),
        ("auditstore_requests_in_progress", "Requests of webhooks that are being received."),
        ("auditstore_queries_in_progress", "Queries that are being answered."),
        ("auditstore_bytes_in_flight", "Bytes of events that are neither durable nor refused yet."),
        ("auditstore_wal_bytes", "Bytes of the files of the write-ahead log."),
        ("auditstore_unsealed_events", "Events that are durable and in no segment yet."),
        ("auditstore_events", "Events of the store."),
        ("auditstore_segments", "Segments of the store."),
        ("auditstore_young_segments", "Segments that compaction has not seen yet."),
        ("auditstore_partitions", "Days that have events."),
        ("auditstore_raw_bytes", "Bytes of the text of all events."),
        ("auditstore_stored_bytes", "Bytes of all files of the store."),
        ("auditstore_quarantined_lines", "Lines that were no events."),
        ("auditstore_newest_event_timestamp_seconds", "The time of the newest event of the store, since 1970."),
        ("auditstore_ready", "1 if events are taken."),
        ("auditstore_expired_events_total", "Events that were dropped because they had been kept long enough."),
        ("auditstore_retention_failures_total", "Expiries that failed or were refused."),
    ]
}

extension Duration {
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue + attoseconds / 1_000_000_000
    }
}
