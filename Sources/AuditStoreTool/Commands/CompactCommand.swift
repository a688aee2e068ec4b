import ArgumentParser
import AuditStore
import KubernetesAudit

struct CompactCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact", abstract: "Merges each day's segments and rewrites them with the strongest encodings.")

    @OptionGroup var options: StoreOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let store = try await options.open()
        let bar = ProgressBar(label: "compact", totalBytes: nil, quiet: options.quiet)
        let report: CompactionReport
        do {
            report = try await store.compact {
                bar.update(bytes: Int($0.bytesRead), events: 0, totalBytes: Int($0.totalBytes))
            }
        } catch {
            bar.finish(.removed)
            throw error
        }
        bar.finish(.removed)
        var record = ResultRecord()
        record.add("segmentsBefore", .int(Int64(report.segmentsBefore)))
        record.add("segmentsAfter", .int(Int64(report.segmentsAfter)))
        record.add("bytesBefore", .int(Int64(report.bytesBefore)), display: HumanFormat.bytes(Int(report.bytesBefore)))
        record.add("bytesAfter", .int(Int64(report.bytesAfter)), display: HumanFormat.bytes(Int(report.bytesAfter)))
        var out = OutputBuffer(descriptor: 1)
        try record.write(as: output.resolved, style: output.style, to: &out)
        try out.flush()
        for failure in report.failures {
            Terminal.say("auditstore: \(failure.file) is left as it is: \(failure.error)")
        }
        if !report.failures.isEmpty { throw ExitStatus.failed }
    }
}
