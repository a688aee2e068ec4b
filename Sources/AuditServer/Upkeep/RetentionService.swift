import AuditStore
import KubernetesAudit
import Logging
import ServiceLifecycle
import CoreMetrics

/// Drops what has been kept long enough, once in a while.
struct RetentionService: Service {
    let store: AuditStore<KubernetesAudit>
    let holder: WriterHolder
    let interval: Duration
    let metrics: ServerMetrics
    let logger: Logger

    /// Whoever starts the server over and over is not kept busy with this.
    private static let firstDelay = Duration.seconds(60)

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            try await Task.sleep(for: min(Self.firstDelay, interval))
            while true {
                if holder.current != nil { await expire() }
                try await Task.sleep(for: interval)
            }
        }
    }

    private func expire() async {
        do {
            let report = try await Background.run { [store] in try await store.retain(by: "auditstore serve") }
            metrics.expired.increment(by: Int64(clamping: report.events))
            guard report.events > 0 || report.held > 0 else { return }
            logger.info(
                "expired",
                metadata: ["events": "\(report.events)", "segments": "\(report.segments)", "held": "\(report.held)"])
        } catch is CancellationError {
        } catch {
            metrics.retentionFailures.increment()
            logger.error("nothing was expired", metadata: ["error": "\(error)"])
        }
    }
}
