/// The counter of the cluster's writes, which objects bear as their `resourceVersion`: a function of time, so that it grows through
/// all the events of an object without anything being remembered.
///
/// The log is a share of what a cluster does, and so most writes that this counts are not in it.
struct ResourceVersions: Sendable {
    private let start: Int64
    private let base: UInt64
    private let seed: UInt64
    /// Writes a minute.
    private let rate: UInt64

    init(start: Int64, nodes: Int, seed: UInt64) {
        self.start = start - 400 * Span.day
        self.seed = seed
        // Leases and states of nodes, and what there is in the smallest cluster.
        rate = UInt64(nodes * 12 + 6000)
        base = 41_000_000 + mixed(seed, 81) % 900_000_000
    }

    /// No two minutes are equally busy: within a minute the counter goes evenly from one mark to the next.
    @inline(__always)
    func version(at time: Int64) -> UInt64 {
        let elapsed = UInt64(max(0, time - start))
        let minute = elapsed / UInt64(Span.minute)
        let part = elapsed % UInt64(Span.minute)
        let from = mark(minute)
        let to = mark(minute + 1)
        return base + from + (to - from) * part / UInt64(Span.minute)
    }

    private func mark(_ minute: UInt64) -> UInt64 { minute * rate + mixed(seed, minute) % (rate / 2) }
}
