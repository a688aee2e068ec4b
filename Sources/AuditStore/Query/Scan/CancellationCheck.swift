/// For loops whose steps are too short to ask each time whether the task was cancelled: comparisons of a sort, mostly.
struct CancellationCheck {
    private var steps: UInt32 = 0

    @inline(__always)
    mutating func step() throws {
        steps &+= 1
        if steps & 4095 == 0 { try checkCancellation() }
    }
}
