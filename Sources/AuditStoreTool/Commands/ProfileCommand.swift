import ArgumentParser
import AuditStore
import KubernetesAudit

struct ProfileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile", abstract: "Shows what one user did, and what of that is new.",
        discussion: """
            Counts requests, one event each: the last stage. As JSON: user, requests, baselineRequests, refusedRequests, \
            firstTime, lastTime, and verbs, resources, namespaces, addresses, userAgents, hours (UTC), codes, refusals and \
            impersonated, each with distinct and values (value, count, baselineCount, new). As rows: section, value, count, \
            baselineCount, new. With --baseline-since, what the user did from then until --since is the baseline.
            """)

    @OptionGroup var options: InvestigationOptions
    @Option(help: ArgumentHelp("Where the baseline begins; it ends with --since.", valueName: "time"))
    var baselineSince: String?
    @Option(help: ArgumentHelp("At most so many values of each section.", valueName: "n")) var top = 20
    @Argument(help: "The name of the user.") var user: String

    func validate() throws {
        if baselineSince != nil, options.selection.since == nil {
            throw ValidationError("--baseline-since goes with --since, where the baseline ends.")
        }
        if top < 1 { throw ValidationError("--top takes a number from 1 up.") }
    }

    func run() async throws {
        var baseline: Range<Instant>?
        if let baselineSince, let since = options.selection.since {
            let start = try TimeArgument.instant(baselineSince)
            let end = try TimeArgument.instant(since)
            guard start < end else { throw ValidationError("--baseline-since has to be before --since.") }
            baseline = start..<end
        }
        let store = try await options.store.openKubernetes(for: "profile")
        let profile = try await options.events(of: store).profile(of: user, baseline: baseline, limit: top)
        var out = OutputBuffer(descriptor: 1)
        let style = options.output.style
        switch options.output.resolved {
        case .json: try record(profile, sections: true).write(as: .json, style: style, to: &out)
        case .table:
            try record(profile, sections: false).write(as: .table, style: style, to: &out)
            try out.append("\n")
            try rows(profile).write(as: .table, style: style, to: &out)
        case let format: try rows(profile).write(as: format, style: style, to: &out)
        }
        try out.flush()
    }

    private func sections(_ profile: SubjectProfile) -> [(name: String, section: SubjectProfile.Section)] {
        [
            ("verbs", profile.verbs), ("resources", profile.resources), ("namespaces", profile.namespaces),
            ("addresses", profile.addresses), ("userAgents", profile.userAgents), ("hours", profile.hours),
            ("codes", profile.codes), ("refusals", profile.refusals), ("impersonated", profile.impersonated),
        ]
    }

    private static let columns = ["value", "count", "baselineCount", "new"]

    private func cells(_ value: SubjectProfile.Value) -> [Cell] {
        [
            .string(value.value), Cell(value.count), Cell(value.baselineCount),
            value.baselineCount == nil ? .null : .bool(value.isNew),
        ]
    }

    private func rows(_ profile: SubjectProfile) -> ResultTable {
        ResultTable(
            columns: ["section"] + Self.columns,
            rows: sections(profile).flatMap { name, section in
                section.values.map { [.string(name)] + cells($0) }
            })
    }

    private func record(_ profile: SubjectProfile, sections hasSections: Bool) -> ResultRecord {
        var record = ResultRecord()
        record.add("user", .string(profile.user))
        record.add("requests", Cell(profile.requests), display: HumanFormat.count(profile.requests))
        record.add("baselineRequests", Cell(profile.baselineRequests))
        record.add(
            "refusedRequests", Cell(profile.refusedRequests), display: HumanFormat.count(profile.refusedRequests))
        record.add("firstTime", Cell(profile.firstTime))
        record.add("lastTime", Cell(profile.lastTime))
        guard hasSections else { return record }
        for (name, section) in sections(profile) {
            let values = section.values.map { value -> Cell in
                var row = JSONRow(columns: Self.columns)
                row.append(cells(value))
                return .json(String(decoding: row.bytes, as: UTF8.self))
            }
            var row = JSONRow(columns: ["distinct", "values"])
            row.append([Cell(section.distinct), .list(values)])
            record.add(name, .json(String(decoding: row.bytes, as: UTF8.self)))
        }
        return record
    }
}
