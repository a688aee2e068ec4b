import AuditStore
import CloudTrailAudit
import KubernetesAudit

/// What the tool needs of a schema beyond its fields: what it is called, and how an event is shown in a few cells.
protocol ToolSchema: AuditSchema {
    /// What `--schema` calls it.
    static var argument: String { get }
    /// The field of who did it, in the text form.
    static var userField: String { get }
    /// Who did what, to what, from where.
    static var cellColumns: [String] { get }
    /// One for each of `cellColumns`.
    static func cells(_ event: DecodedEvent) -> [Cell]
    static func time(of event: DecodedEvent) -> Instant?
}

extension ToolSchema {
    /// The columns of an event that plays a part in a row.
    static func cellColumns(_ prefix: String) -> [String] { cellColumns.map { "\(prefix).\($0)" } }
}

/// The schemas whose stores the tool opens.
enum Schemas {
    static let all: [any ToolSchema.Type] = [KubernetesAudit.self, CloudTrailAudit.self]

    static func named(_ name: String) -> (any ToolSchema.Type)? { all.first { $0.description.name == name } }
}
