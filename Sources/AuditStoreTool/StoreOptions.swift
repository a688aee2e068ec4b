import ArgumentParser
import AuditStore
import KubernetesAudit

/// The options that every subcommand has.
struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The directory of the store. (default: $AUDITSTORE_DIR)", valueName: "dir"))
    var store: String?

    @Flag(help: "No progress bar and no messages but errors.")
    var quiet = false

    func path() throws -> String {
        if let store { return store }
        if let path = Terminal.environment("AUDITSTORE_DIR"), !path.isEmpty { return path }
        throw ValidationError("No store: give --store DIR, or set AUDITSTORE_DIR.")
    }

    /// The store, made if there is none.
    func openOrCreate() async throws -> AuditStore<KubernetesAudit> {
        try await AuditStore(at: try path(), schema: KubernetesAudit.self)
    }

    /// The store, which has to be there.
    func open() async throws -> AuditStore<KubernetesAudit> {
        let path = try path()
        guard try StoreDirectory(path: path).exists else {
            throw AuditStoreError(.notAStore, "there is no store here", location: .init(file: path))
        }
        return try await AuditStore(at: path, schema: KubernetesAudit.self)
    }

    /// A message on standard error, unless --quiet.
    func say(_ message: String) {
        if !quiet { Terminal.say(message) }
    }
}

/// The form of the output.
struct FormatOption: ParsableArguments {
    @Option(help: "json, ndjson, csv or table. (default: table on a terminal, else ndjson)")
    var format: OutputFormat?

    var style: OutputStyle { OutputStyle.detect(descriptor: 1) }
    var resolved: OutputFormat { format ?? .standard(isTerminal: style.isTerminal) }
}

extension OutputFormat: ExpressibleByArgument {}
