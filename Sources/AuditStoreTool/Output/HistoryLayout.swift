import AuditStore
import KubernetesAudit

/// The history of an object for a person: a line for each change, below it one for each difference.
///
///     2024-06-16T04:00:00.000000Z  alice patch 200  from 10.0.0.1 by kubectl
///       ~ spec.replicas: 3 -> 5
struct HistoryLayout {
    let style: OutputStyle

    /// Columns that one difference may take where the width is not known.
    private static let usualWidth = 160

    func lines(of change: ObjectChange) -> String {
        var lines = [headline(change)]
        if let failure = failure(change.event) { lines.append("  (failed: \(failure))") }
        switch change.basis {
        case .patch: lines.append("  patch \(change.patch?.text ?? "")")
        case .none: if let missing = missing(change.event) { lines.append("  (\(missing))") }
        case .response, .request:
            let what = change.basis == .request ? "as it was sent" : "as it was answered"
            if change.isFirst { lines.append("  (the first version in the store, \(what))") }
            if change.changes.isEmpty { lines.append("  (no difference)") }
            lines += change.changes.map(line)
            if change.omittedChanges > 0 { lines.append("  … and \(change.omittedChanges) more") }
        }
        let width = style.width ?? Self.usualWidth
        return lines.map { DisplayText.shortened($0, limit: width) + "\n" }.joined()
    }

    private func headline(_ change: ObjectChange) -> String {
        let event = change.event
        var who = event.user?.name ?? "-"
        if let other = event.impersonatedUser?.name { who += " as \(other)" }
        let what = [event.verb, event.object?.subresource].compactMap { $0 }.joined(separator: " ")
        let code = event.response?.code.map { "\($0)" } ?? "-"
        var line = "\(change.time?.description ?? "-")  \(who)  \(what)  \(code)"
        if change.isDryRun { line += " (dry run)" }
        line += "  from \(event.remoteIP?.description ?? "-")"
        if let agent = event.userAgent { line += " by \(agent.prefix { $0 != " " })" }
        return line
    }

    private func failure(_ event: KubernetesEvent) -> String? {
        guard let response = event.response, let code = response.code, code >= 400 else { return nil }
        return response.message ?? response.reason ?? "\(code)"
    }

    /// Why there is no body; nil if that goes without saying.
    private func missing(_ event: KubernetesEvent) -> String? {
        if let code = event.response?.code, code >= 400 { return nil }
        if event.annotations["audit.k8s.io/truncated"] == "true" { return "the API server cut the bodies off" }
        let hasBody = event.requestObject != nil || event.responseObject != nil
        return hasBody ? "no body of the object itself" : "no body at level \(event.level ?? "-")"
    }

    private func line(_ change: FieldChange) -> String {
        let old = change.old?.text ?? ""
        let new = change.new?.text ?? ""
        return switch change.kind {
        case .added: "  + \(change.path): \(new)"
        case .removed: "  - \(change.path): \(old)"
        case .changed: "  ~ \(change.path): \(old) -> \(new)"
        }
    }
}
