import AuditStore
import KubernetesAudit
import Logging
import ServiceLifecycle

/// Opens the writer, and closes it when the requests are answered.
struct StoreService: Service {
    let store: AuditStore<KubernetesAudit>
    let options: WriterOptions
    let holder: WriterHolder
    let logger: Logger

    func run() async throws {
        let start = ContinuousClock.now
        let writer: StreamWriter
        do { writer = try await store.writer(options) } catch {
            holder.close(AuditStoreError(.closed, "the store could not be opened"))
            throw error
        }
        holder.open(writer)
        let recovery = writer.recovery
        logger.info(
            "the store is open",
            metadata: [
                "seconds": "\(Double((ContinuousClock.now - start).nanoseconds) / 1e9)",
                "recoveredEvents": "\(recovery.events)", "tornBytes": "\(recovery.tornBytes)",
            ])
        for damage in recovery.damage { logger.error("damage in the WAL", metadata: ["error": "\(damage)"]) }
        if recovery.missingEvents > 0 {
            logger.error("events are missing", metadata: ["events": "\(recovery.missingEvents)"])
        }
        let failure = await failureOrEnd()
        holder.close(AuditStoreError(.closed, "the server stops"))
        do { try await writer.close() } catch { if failure == nil { throw error } }
        logger.info("the store is closed")
        if let failure { throw failure }
    }

    /// Waits until the server is told to stop, or nothing can be taken any more: what is acknowledged is in the WAL then, and a new
    /// process has to find out what the disk has.
    private func failureOrEnd() async -> AuditStoreError? {
        await withTaskGroup(of: AuditStoreError?.self) { group in
            group.addTask {
                try? await gracefulShutdown()
                return nil
            }
            group.addTask {
                while !Task.isCancelled {
                    if let failure = holder.failure { return failure }
                    try? await Task.sleep(for: .milliseconds(200))
                }
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}
