import Dispatch

/// Control-C cancels the command, which then stops between two units of work; a second one ends the process at once.
enum Interruption {
    static func run(_ body: sending @escaping () async throws -> Void) async throws {
        let task = Task(operation: body)
        let source = DispatchSource.makeSignalSource(signal: Terminal.takeInterrupts())
        source.setEventHandler {
            if task.isCancelled { Terminal.exitAtOnce(ExitStatus.interrupted.rawValue) }
            task.cancel()
        }
        source.activate()
        defer { source.cancel() }
        try await task.value
    }
}
