import ArgumentParser
import AuditStore

/// A subcommand for a store of any schema that the tool knows; the store tells which.
protocol StoreCommand: AsyncParsableCommand {
    var storeOptions: StoreOptions { get }
    func run<Schema: ToolSchema>(on store: AuditStore<Schema>) async throws
}

extension StoreCommand {
    func run() async throws { try await open(as: storeOptions.schema()) }

    private func open<Schema: ToolSchema>(as schema: Schema.Type) async throws {
        try await run(on: storeOptions.open(schema))
    }
}

/// A subcommand that makes the store if there is none.
protocol WritingCommand: StoreCommand {
    var schema: SchemaArgument? { get }
}

extension WritingCommand {
    func run() async throws { try await openOrCreate(as: storeOptions.schema(orNew: schema)) }

    private func openOrCreate<Schema: ToolSchema>(as schema: Schema.Type) async throws {
        try await run(on: AuditStore(at: storeOptions.path(), schema: schema))
    }
}

/// `kubernetes` or `cloudtrail`.
struct SchemaArgument: ExpressibleByArgument {
    let schema: any ToolSchema.Type

    init?(argument: String) {
        guard let schema = Schemas.all.first(where: { $0.argument == argument }) else { return nil }
        self.schema = schema
    }

    static var allValueStrings: [String] { Schemas.all.map { $0.argument } }
}
