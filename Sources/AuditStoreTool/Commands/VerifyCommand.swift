import ArgumentParser
import AuditStore
import KubernetesAudit

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Reads and checks every byte of the store.")

    @OptionGroup var options: StoreOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let directory = StoreDirectory(path: try options.path())
        // A damaged store is verified all the same; how events are taken apart matters for what a stream left only.
        let schema = (try? options.schema()) ?? KubernetesAudit.self
        let core = StoreCore(directory: directory, schema: schema.description)
        let bar = ProgressBar(label: "verify", totalBytes: nil, quiet: options.quiet)
        let report: VerificationReport
        do {
            report = try core.verify { bar.update(bytes: Int($0.bytesRead), events: 0, totalBytes: Int($0.totalBytes)) }
        } catch {
            bar.finish(.removed)
            throw error
        }
        bar.finish(.removed)
        var record = ResultRecord()
        record.add("segments", .int(Int64(report.segments)))
        record.add("events", .int(Int64(report.events)), display: HumanFormat.count(Int(report.events)))
        record.add("bytes", .int(Int64(report.bytes)), display: HumanFormat.bytes(Int(report.bytes)))
        record.add(
            "problems", .list(report.problems.map { .string($0.description) }), display: "\(report.problems.count)")
        var out = OutputBuffer(descriptor: 1)
        try record.write(as: output.resolved, style: output.style, to: &out)
        try out.flush()
        for problem in report.problems { Terminal.say("auditstore: \(problem)") }
        if !report.problems.isEmpty { throw ExitStatus.failed }
    }
}
