/// Whether a table that is being copied into a larger one should be left as it is, because nobody wants it any more. A table of
/// millions takes a tenth of a second to copy.
///
/// It may lose entries then. That is safe where its owner asks, before it gives an answer, whether the task was cancelled: once a
/// task is, it remains so.
@inline(__always)
func isAbandoned(_ step: Int) -> Bool { step & 0xffff == 0xffff && Task.isCancelled }

/// For loops whose steps are too short to ask each time whether the task was cancelled: comparisons of a sort, mostly.
struct CancellationCheck {
    private var steps: UInt32 = 0

    @inline(__always)
    mutating func step() throws {
        steps &+= 1
        if steps & 1023 == 0 { try checkCancellation() }
    }
}

extension Sequence {
    /// `map` for sequences of any length: throws soon after the task was cancelled.
    func mapChecking<Result>(_ transform: (Element) throws -> Result) throws -> [Result] {
        var check = CancellationCheck()
        var results: [Result] = []
        results.reserveCapacity(underestimatedCount)
        for element in self {
            try check.step()
            results.append(try transform(element))
        }
        return results
    }

    /// `compactMap` to results that take long to free, rows of an answer: who has cancelled does not wait for that either.
    func compactMapChecking<Result: Sendable>(_ transform: (Element) throws -> Result?) throws -> [Result] {
        var check = CancellationCheck()
        var results: [Result] = []
        results.reserveCapacity(underestimatedCount)
        do {
            for element in self {
                try check.step()
                if let result = try transform(element) { results.append(result) }
            }
        } catch {
            if results.count > LaterRelease.fewGroups { LaterRelease.take(&results, leaving: []) }
            throw error
        }
        return results
    }

    /// `filter` for sequences of any length: throws soon after the task was cancelled.
    func filterChecking(_ isIncluded: (Element) throws -> Bool) throws -> [Element] {
        var check = CancellationCheck()
        var results: [Element] = []
        for element in self {
            try check.step()
            if try isIncluded(element) { results.append(element) }
        }
        return results
    }
}
