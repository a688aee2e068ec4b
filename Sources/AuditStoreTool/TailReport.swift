import AuditStore
import KubernetesAudit
import Synchronization

/// Tells how far a tail is, each second: a line on a terminal, a file for other programs, and a message when something cannot be read.
final class TailReport: Sendable {
    private let tail: LogTail
    private let statusFile: String?
    private let quiet: Bool
    private let bar: ProgressBar
    private let said = Mutex<Set<TailStatus.Problem>>([])

    init(_ tail: LogTail, statusFile: String?, quiet: Bool) {
        self.tail = tail
        self.statusFile = statusFile
        self.quiet = quiet
        bar = ProgressBar(label: "tail", totalBytes: nil, quiet: quiet)
    }

    /// Until the task is cancelled.
    func run() async {
        var written: TailStatus?
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            let status = tail.status
            tell(status)
            guard status != written else { continue }
            write(status)
            written = status
        }
    }

    /// The last word, after the tail has ended.
    func finish() {
        bar.finish(.removed)
        write(tail.status)
    }

    private func tell(_ status: TailStatus) {
        // What is behind is the part of the bar that is empty.
        bar.update(
            bytes: Int(status.bytes), events: Int(status.lines), totalBytes: Int(status.bytes + status.bytesBehind))
        let problems = Set(status.problems)
        let new = said.withLock { said in
            defer { said = problems }
            return problems.subtracting(said)
        }
        guard !quiet else { return }
        for problem in new.sorted(by: { $0.path < $1.path }) {
            bar.message("auditstore: \(problem.path): \(problem.message)")
        }
    }

    private func write(_ status: TailStatus) {
        guard let statusFile else { return }
        let now = Instant(microseconds: SystemClock.microsecondsSince1970)
        var row = JSONRow(columns: [
            "time", "events", "bytes", "commits", "truncations", "bytesBehind", "waiting", "newestEvent", "lagSeconds",
            "lastRead",
            "logs", "problems",
        ])
        row.append([
            Cell(now), Cell(Int(status.lines)), Cell(Int(status.bytes)), Cell(Int(status.commits)),
            Cell(Int(status.truncations)), Cell(Int(status.bytesBehind)), Cell(status.waiting),
            Cell(status.newestEvent),
            status.age(at: now).map { .double(Double($0) / 1e6) } ?? .null, Cell(status.lastRead),
            Self.objects(
                ["path", "offset", "behind"],
                status.logs.map {
                    [Cell($0.path), Cell(Int($0.offset)), Cell(Int($0.behind))]
                }),
            Self.objects(["path", "message"], status.problems.map { [Cell($0.path), Cell($0.message)] }),
        ])
        row.bytes.append(0x0a)
        do { try Self.replace(statusFile, by: row.bytes) } catch {
            if !quiet { bar.message("auditstore: \(error)") }
        }
    }

    /// Whoever reads it finds the former status or this one, never a part.
    private static func replace(_ path: String, by bytes: [UInt8]) throws {
        let files = PosixFileSystem()
        let next = try files.create(path + ".next")
        try bytes.withUnsafeBytes { try next.append($0) }
        try next.close()
        try files.rename(path + ".next", to: path)
    }

    private static func objects(_ columns: [String], _ rows: [[Cell]]) -> Cell {
        .list(
            rows.map { cells in
                var row = JSONRow(columns: columns)
                row.append(cells)
                return .json(String(decoding: row.bytes, as: UTF8.self))
            })
    }
}
