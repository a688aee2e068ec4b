import Synchronization
import HTTPTypes

/// How much the server takes in at a time: requests, and bytes of events that they hold.
///
/// Who is over it is told to come back soon. Below it, nobody is refused: a request waits for the disk as long as it may.
final class IngestAdmission: Sendable {
    private struct State {
        var requests = 0
        var bytes = 0
    }
    private let state = Mutex(State())
    private let requestLimit: Int
    private let byteLimit: Int

    init(requests: Int, bytes: Int) {
        requestLimit = requests
        byteLimit = bytes
    }

    var requests: Int { state.withLock { $0.requests } }

    /// Lets a request in. Each that is let in has to `leave`.
    func enter() throws(HTTPFailure) {
        let reason: String? = state.withLock { state in
            if state.requests >= requestLimit { return "\(requestLimit) requests are being received" }
            if state.bytes >= byteLimit { return "\(state.bytes) bytes of events wait for the disk" }
            state.requests += 1
            return nil
        }
        if let reason { throw HTTPFailure(.tooManyRequests, "busy", reason, retryAfter: 1) }
    }

    /// - Parameter held: what was counted of the request.
    func leave(held: Int) {
        state.withLock {
            $0.requests -= 1
            $0.bytes -= held
        }
    }

    /// Counts what a request holds; `before` is what was counted of it so far.
    ///
    /// - Throws: if it is a large event, and others hold so much that there is no room for it.
    func hold(_ bytes: Int, before: Int) throws(HTTPFailure) {
        let isHeld = state.withLock { state in
            guard bytes <= max(before, 2 * EventBatch.capacity) || state.bytes - before + bytes <= byteLimit else {
                return false
            }
            state.bytes += bytes - before
            return true
        }
        guard isHeld else {
            throw HTTPFailure(.tooManyRequests, "busy", "there is no room for a large event now", retryAfter: 1)
        }
    }
}
