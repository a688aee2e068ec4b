// ask-suite STORE: reads questions from standard input, one JSON object a line, and answers each with one, as long as there are any.
import AuditStore
import Foundation
import KubernetesAudit

guard CommandLine.arguments.count == 2 else { throw Misuse(description: "usage: ask-suite STORE") }
let store = try await AuditStore(at: CommandLine.arguments[1], schema: KubernetesAudit.self)
let kept = try store.events
let decoder = JSONDecoder()
let encoder = JSONEncoder()
let clock = ContinuousClock()

func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

while let line = readLine() {
    let question = try decoder.decode(Question.self, from: Data(line.utf8))
    let (start, cpuStart) = (clock.now, cpuSeconds())
    let events = question.isFresh ? try store.events : kept
    let rows = try await Suite(events: events.threads(question.threads), question: question).rows()
    let answer = Answer(
        seconds: (clock.now - start) / .seconds(1), cpuSeconds: cpuSeconds() - cpuStart, rows: rows)
    FileHandle.standardOutput.write(try encoder.encode(answer) + Data("\n".utf8))
}
