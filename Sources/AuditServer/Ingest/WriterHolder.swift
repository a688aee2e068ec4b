import AuditStore
import Synchronization

/// The writer, once it is open. Connections are taken before: a request waits for it, as for a slow disk.
final class WriterHolder: Sendable {
    private enum State {
        case opening
        case open(StreamWriter)
        /// Nothing is taken any more: it could not be opened, a sync failed, or the server stops.
        case closed(AuditStoreError)
    }
    private let state = Mutex(State.opening)

    /// nil while no events are taken.
    var current: StreamWriter? {
        state.withLock { if case .open(let writer) = $0 { writer } else { nil } }
    }

    /// Why nothing is taken any more.
    var failure: AuditStoreError? {
        state.withLock { if case .closed(let error) = $0 { error } else { nil } }
    }

    func open(_ writer: StreamWriter) { state.withLock { $0 = .open(writer) } }

    func close(_ error: AuditStoreError) { state.withLock { $0 = .closed(error) } }

    /// Appends lines, once the writer is open.
    func append(lines: [UInt8], from origin: EventOrigin) async throws -> AppendReceipt {
        let writer = try await ready()
        do { return try await writer.append(lines: lines, from: origin) } catch let error as AuditStoreError {
            if error.code == .syncFailed { close(error) }
            throw error
        }
    }

    private func ready() async throws -> StreamWriter {
        while true {
            switch state.withLock({ $0 }) {
            case .open(let writer): return writer
            case .closed(let error): throw error
            case .opening: try await Task.sleep(for: .milliseconds(2))
            }
        }
    }
}
