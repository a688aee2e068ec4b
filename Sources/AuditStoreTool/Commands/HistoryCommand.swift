import ArgumentParser
import AuditStore
import KubernetesAudit

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Shows every change of one object, and what became different.",
        discussion: """
            Columns: time, user, impersonatedUser, remoteIP, userAgent, verb, subresource, code, done (whether the change was \
            made: neither refused nor a dry run), basis (response, request, patch or none: what the difference was taken from), \
            first (whether there is no version before), changes (a list of path, kind, old and new), omittedChanges, patch and \
            auditID. A table has a line for each change and one for each difference, cut to the width of the terminal or to 160 columns.

              auditstore history deployments/api --namespace payments-prod
              auditstore history clusterrolebindings.rbac.authorization.k8s.io/admins
            """)

    @OptionGroup var options: InvestigationOptions
    @Option(name: [.short, .long], help: ArgumentHelp("The namespace. (default: an object of the cluster)"))
    var namespace: String?
    @Flag(help: "Compares metadata.managedFields and metadata.resourceVersion, too.") var all = false
    @Option(help: ArgumentHelp("At most so many: the first ones.", valueName: "n")) var limit: Int?
    @Argument(help: ArgumentHelp("The object, as kubectl names it.", valueName: "resource[.group]/name"))
    var object: String

    func validate() throws { _ = try name() }

    private func name() throws -> ObjectName {
        let parts = object.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw ValidationError("give the object as resource/name, such as deployments/api.")
        }
        let resource = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        return ObjectName(
            resource: String(resource[0]), apiGroup: resource.count > 1 ? String(resource[1]) : nil,
            namespace: namespace, name: String(parts[1]))
    }

    func run() async throws {
        let store = try await options.store.openKubernetes(for: "history")
        let history = try options.events(of: store)
            .history(of: name(), excluding: all ? [] : BodyDifference.usuallyExcluded)
        var out = OutputBuffer(descriptor: 1)
        var left = limit ?? .max
        if options.output.resolved == .table {
            let layout = HistoryLayout(style: options.output.style)
            for try await change in history {
                guard left > 0 else { break }
                left -= 1
                try out.append(layout.lines(of: change))
            }
        } else {
            var renderer = options.output.resolved.renderer(columns: Self.columns, style: options.output.style)
            for try await change in history {
                guard left > 0 else { break }
                left -= 1
                try renderer.append(Self.row(change), to: &out)
            }
            try renderer.finish(to: &out)
        }
        try out.flush()
    }

    private static let columns = [
        "time", "user", "impersonatedUser", "remoteIP", "userAgent", "verb", "subresource", "code", "done", "basis",
        "first",
        "changes", "omittedChanges", "patch", "auditID",
    ]

    private static func row(_ change: ObjectChange) -> [Cell] {
        let event = change.event
        return [
            Cell(change.time), Cell(event.user?.name), Cell(event.impersonatedUser?.name),
            Cell(event.remoteIP?.description), Cell(event.userAgent), Cell(event.verb),
            Cell(event.object?.subresource), Cell(event.response?.code), .bool(change.isDone),
            .string(change.basis.rawValue), .bool(change.isFirst), .list(change.changes.map(cell)),
            Cell(change.omittedChanges), Cell(change.patch), Cell(event.auditID),
        ]
    }

    private static func cell(_ change: FieldChange) -> Cell {
        var row = JSONRow(columns: ["path", "kind", "old", "new"])
        row.append([.string(change.path), .string(change.kind.rawValue), Cell(change.old), Cell(change.new)])
        return .json(String(decoding: row.bytes, as: UTF8.self))
    }
}
