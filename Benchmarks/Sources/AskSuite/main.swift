// ask-suite STORE: reads questions from standard input, one JSON object a line, and answers each with one, as long as there are any.
// Says `ready` first: what comes before is the start of the process.
import AuditStore
import Foundation
import KubernetesAudit
import QuerySuite

guard CommandLine.arguments.count == 2 else { throw Misuse(description: "usage: ask-suite STORE") }
let path = CommandLine.arguments[1]
var kept: EventQuery<KubernetesAudit>?
let decoder = JSONDecoder()
let encoder = JSONEncoder()
let clock = ContinuousClock()

func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Answers a question, and cancels it after some time: how long it then takes to end.
func cancelled(_ suite: Suite, after milliseconds: Double) async throws -> Answer {
    let task = Task { try await suite.rows() }
    try await Task.sleep(for: .milliseconds(milliseconds))
    let (start, cpuStart) = (clock.now, cpuSeconds())
    task.cancel()
    let result = await task.result
    let seconds = (clock.now - start) / .seconds(1)
    let cpuSeconds = cpuSeconds() - cpuStart
    if case .failure(let error) = result, (error as? AuditStoreError)?.code == .cancelled {
        return Answer(seconds: seconds, cpuSeconds: cpuSeconds, rows: [], wasCancelled: true)
    }
    return Answer(seconds: seconds, cpuSeconds: cpuSeconds, rows: try result.get())
}

FileHandle.standardOutput.write(Data("ready\n".utf8))
while let line = readLine() {
    let question = try decoder.decode(Question.self, from: Data(line.utf8))
    let (start, cpuStart) = (clock.now, cpuSeconds())
    let events: EventQuery<KubernetesAudit>
    if let kept, !question.isFresh {
        events = kept
    } else {
        events = try await AuditStore(at: path, schema: KubernetesAudit.self).events
    }
    if !question.isFresh { kept = events }
    let suite = Suite(events: events.threads(question.threads), question: question)
    let answer: Answer
    if let milliseconds = question.cancelAfter {
        answer = try await cancelled(suite, after: milliseconds)
    } else {
        let rows = try await suite.rows()
        answer = Answer(seconds: (clock.now - start) / .seconds(1), cpuSeconds: cpuSeconds() - cpuStart, rows: rows)
    }
    FileHandle.standardOutput.write(try encoder.encode(answer) + Data("\n".utf8))
}
