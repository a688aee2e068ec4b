// append-rate STORE FILE.ndjson TASKS BATCH EVENTS
//
// Appends events of a file to a new store from so many tasks at once, so many at a time, each append acknowledged when it is
// on the disk, and prints what it took as JSON. Reading the file, opening and closing are not counted.
import AuditStore
import Foundation
import KubernetesAudit

guard CommandLine.arguments.count == 6, let tasks = Int(CommandLine.arguments[3]),
    let batch = Int(CommandLine.arguments[4]), let count = Int(CommandLine.arguments[5])
else { fatalError("usage: append-rate STORE FILE.ndjson TASKS BATCH EVENTS") }

let text = try Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[2]))
let lines: [[UInt8]] = text.split(separator: 0x0a).prefix(count).map { Array($0) }
guard lines.count == count else { fatalError("the file has only \(lines.count) events") }

func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

let store = try await AuditStore(at: CommandLine.arguments[1], schema: KubernetesAudit.self)
let writer = try await store.writer()
let start = ContinuousClock.now
let processorStart = processorSeconds()
let perTask = (count + tasks - 1) / tasks
let appended = try await withThrowingTaskGroup(of: Int.self) { group in
    for task in 0..<tasks {
        group.addTask {
            var sum = 0
            var next = min(count, task * perTask)
            let end = min(count, next + perTask)
            while next < end {
                let upper = min(end, next + batch)
                let receipt = try await writer.append(Array(lines[next..<upper]))
                sum += receipt.events + receipt.duplicates
                next = upper
            }
            return sum
        }
    }
    var sum = 0
    for try await part in group { sum += part }
    return sum
}
let seconds = (ContinuousClock.now - start) / .seconds(1)
let processor = processorSeconds() - processorStart
let closing = ContinuousClock.now
try await writer.close()
let closingSeconds = (ContinuousClock.now - closing) / .seconds(1)
guard appended == count, try store.statistics.events == UInt64(count) else { fatalError("events are missing") }
print(
    "{\"events\":\(appended),\"seconds\":\(seconds),\"cpuSeconds\":\(processor),\"closingSeconds\":\(closingSeconds)}")
