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

    /// The schema of the store, which has to be there.
    func schema() throws -> any ToolSchema.Type {
        let path = try path()
        guard let name = try StoreDirectory(path: path).schemaName() else {
            throw AuditStoreError(.notAStore, "there is no store here", location: .init(file: path))
        }
        guard let schema = Schemas.named(name) else {
            _ = try StoreDirectory(path: path).readManifest()
            throw AuditStoreError(
                .invalidArgument, "this tool does not know the schema of the store; a program that has it can open it",
                location: .init(file: path),
                expected: Schemas.all.map { $0.description.name }.joined(separator: " or "),
                found: name)
        }
        return schema
    }

    /// The schema of the store; if there is no store, the one that it is to be made with.
    func schema(orNew given: SchemaArgument?) throws -> any ToolSchema.Type {
        let path = try path()
        guard try StoreDirectory(path: path).exists else { return given?.schema ?? KubernetesAudit.self }
        let schema = try schema()
        if let given, given.schema != schema {
            throw AuditStoreError(
                .invalidArgument, "the store holds events of another schema, and every store has one only",
                location: .init(file: path), expected: given.schema.argument, found: schema.argument)
        }
        return schema
    }

    /// The store, which has to be there.
    func open<Schema: ToolSchema>(_ schema: Schema.Type) async throws -> AuditStore<Schema> {
        try await AuditStore(at: try path(), schema: schema)
    }

    /// The store, for a subcommand that speaks of what only Kubernetes' events have.
    func openKubernetes(for command: String) async throws -> AuditStore<KubernetesAudit> {
        let schema = try schema()
        guard schema == KubernetesAudit.self else {
            throw AuditStoreError(
                .invalidArgument,
                "`\(command)` is for audit logs of Kubernetes; query, events, first-seen, rare, spikes and sequence are for all",
                location: .init(file: try path()), expected: KubernetesAudit.argument, found: schema.argument)
        }
        return try await open(KubernetesAudit.self)
    }

    /// The same, for a subcommand that makes the store if there is none.
    func openOrCreateKubernetes(for command: String) async throws -> AuditStore<KubernetesAudit> {
        let path = try path()
        guard try StoreDirectory(path: path).exists else {
            return try await AuditStore(at: path, schema: KubernetesAudit.self)
        }
        return try await openKubernetes(for: command)
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
