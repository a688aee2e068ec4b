import AuditStore
import Logging
import ServiceLifecycle
import UnixSignals

/// Reads certificates and tokens again when they change, and when the process gets a SIGHUP.
struct ReloadService: Service {
    let options: ServerOptions
    let certificates: Certificates?
    let access: AccessControl
    let logger: Logger

    private static let interval = Duration.seconds(10)

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        try? await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in signals { reload() } }
                group.addTask {
                    var known = contents
                    while true {
                        try await Task.sleep(for: Self.interval)
                        let now = contents
                        if now != known { reload() }
                        known = now
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    /// Of all files; a file that cannot be read now is as good as unchanged.
    private var contents: [String: [UInt8]] {
        let files = [
            options.certificates?.certificate, options.certificates?.key, options.certificates?.clientAuthorities,
            options.ingestTokens, options.readTokens,
        ]
        var contents: [String: [UInt8]] = [:]
        for file in files.compactMap({ $0 }) { contents[file] = try? SmallFile.read(file) }
        return contents
    }

    private func reload() {
        do {
            try certificates?.reload()
            try access.reload()
            logger.info("certificates and tokens were read again")
        } catch {
            logger.error("certificates and tokens stay as they were", metadata: ["error": "\(error)"])
        }
    }
}
