import Synchronization
import HTTPTypes

/// How many queries are answered at a time: each may take a processor and the memory of its budget.
final class QuerySlots: Sendable {
    private let used = Mutex(0)
    private let limit: Int

    init(_ limit: Int) { self.limit = limit }

    var taken: Int { used.withLock { $0 } }

    /// Held as long as a query is answered.
    final class Slot: Sendable {
        private let slots: QuerySlots
        fileprivate init(_ slots: QuerySlots) { self.slots = slots }
        deinit { slots.used.withLock { $0 -= 1 } }
    }

    func take() throws(HTTPFailure) -> Slot {
        let isFree = used.withLock { used in
            guard used < limit else { return false }
            used += 1
            return true
        }
        guard isFree else {
            throw HTTPFailure(.tooManyRequests, "busy", "\(limit) queries are being answered", retryAfter: 1)
        }
        return Slot(self)
    }
}
