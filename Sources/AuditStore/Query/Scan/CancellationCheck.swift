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
        if steps & 4095 == 0 { try checkCancellation() }
    }
}
