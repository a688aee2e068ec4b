/// One machine, from when it joins to when it is replaced.
struct Node {
    var born: Int64
    var key: UInt64
    var address: UInt32
    /// An index into `Agents.kubelet`.
    var release: UInt16
}

/// The machines of the cluster: as many places as it has nodes, and in each a machine after the other.
///
/// A machine is replaced by one with a new name and address when the cluster is upgraded, and now and then in between.
struct Nodes: Sendable {
    private let all: [Node]
    /// The machines of a place are those from its entry up to the next.
    private let first: [Int32]

    let count: Int

    init(count: Int, releases: Releases, start: Int64, end: Int64, seed: UInt64) {
        self.count = count
        var all: [Node] = []
        var first: [Int32] = []
        for place in 0..<count {
            first.append(Int32(all.count))
            var random = Random(mixed(seed, 101, UInt64(place)))
            // Upgrades go through the cluster over three days, pool by pool.
            var births = releases.kubernetesTimes.dropFirst().map { time in
                time + 2 * Span.hour + Int64(place) * 3 * Span.day / Int64(count) + Int64(random.below(Int(Span.hour)))
            }
            let life = 25 + random.below(60)
            var failure = start + Int64(random.below(life * Int(Span.day / Span.minute))) * Span.minute
            while failure < end {
                births.append(failure)
                failure +=
                    Int64(life) * Span.day / 2 + Int64(random.below(life * Int(Span.day / Span.minute))) * Span.minute
            }
            births.append(start - Int64(random.below(Int(20 * Span.day))))
            for born in births.sorted() where born < end {
                let key = mixed(seed, 102, UInt64(all.count))
                // The network of nodes is 10.40.0.0/14; its first addresses are the control plane's.
                let address: UInt32 = 10 << 24 | 40 << 16 | UInt32(truncatingIfNeeded: key % 262_000 + 128)
                all.append(Node(born: born, key: key, address: address, release: 0))
                let kubelet = releases.kubernetesIndex(
                    at: born - 2 * Span.hour - Int64(place) * 3 * Span.day / Int64(count))
                all[all.count - 1].release = UInt16(kubelet)
            }
        }
        first.append(Int32(all.count))
        (self.all, self.first) = (all, first)
    }

    /// The machine in `place` at `time`, as an index.
    func index(inPlace place: Int, at time: Int64) -> Int32 {
        var low = first[place]
        var high = first[place + 1]
        while high - low > 1 {
            let middle = (low + high) / 2
            if all[Int(middle)].born <= time { low = middle } else { high = middle }
        }
        return low
    }

    subscript(index: Int32) -> Node { all[Int(index)] }
}
