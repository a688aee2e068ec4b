import ArgumentParser
import AuditStore
import KubernetesAudit

struct ContextCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "context", abstract: "Shows what came before and after an event.",
        discussion: """
            Columns: at (events before or after the one that was asked for, which is 0), time, user, remoteIP, verb, object, \
            code, stage, userAgent and auditID. Of several events with the audit ID, it is the last one. --where leaves out \
            neighbours.
            """)

    @OptionGroup var options: InvestigationOptions
    @Option(help: "What neighbours have in common with it: user, object, address or any.", transform: Self.relation)
    var same = EventRelation.user
    @Option(help: ArgumentHelp("At most so many before.", valueName: "n")) var before = 10
    @Option(help: ArgumentHelp("At most so many after.", valueName: "n")) var after = 10
    @Argument(help: ArgumentHelp("The audit ID of an event.", valueName: "audit-id")) var auditID: String

    @Sendable private static func relation(_ text: String) throws -> EventRelation {
        guard let relation = EventRelation(rawValue: text) else {
            throw ValidationError("give user, object, address or any")
        }
        return relation
    }

    func validate() throws {
        if before < 0 || after < 0 { throw ValidationError("--before and --after take numbers from 0 up.") }
    }

    func run() async throws {
        let id = auditID
        let store = try await options.store.openKubernetes(for: "context")
        let found = try await store.events.where { $0.auditID == id }.newestFirst(limit: 1).collect()
        guard let event = found.first else {
            throw AuditStoreError(.invalidArgument, "no event has this audit ID", found: id)
        }
        let context = try await options.events(of: store).context(
            of: event, sharing: same, before: before, after: after)
        let all = context.before + [context.event] + context.after
        try options.write(
            ResultTable(
                columns: [
                    "at", "time", "user", "remoteIP", "verb", "object", "code", "stage", "userAgent", "auditID",
                ],
                rows: all.enumerated().map { i, event in
                    [
                        Cell(i - context.before.count), Cell(event.stageTime), Cell(event.user?.name),
                        Cell(event.remoteIP?.description), Cell(event.verb), Cell(KubernetesAudit.what(event)),
                        Cell(event.response?.code), Cell(event.stage), Cell(event.userAgent), Cell(event.auditID),
                    ]
                }))
    }
}
