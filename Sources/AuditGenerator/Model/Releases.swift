/// The versions that programs have over time: each release is in use from a moment on.
struct Releases {
    /// Of Kubernetes: the control plane goes first, nodes and people follow.
    static let kubernetes = [
        "1.33.4", "1.33.5", "1.33.6", "1.34.2", "1.34.3", "1.34.4", "1.34.5", "1.35.1", "1.35.2", "1.35.3", "1.35.4",
        "1.36.1",
        "1.36.2",
    ]

    /// The times at which the versions of Kubernetes come into use, one for each of `kubernetes`.
    let kubernetesTimes: [Int64]
    private let seed: UInt64
    private let start: Int64
    private let end: Int64

    init(start: Int64, end: Int64, seed: UInt64) {
        (self.start, self.end, self.seed) = (start, end, seed)
        let step = (end - start) / Int64(Self.kubernetes.count)
        kubernetesTimes = Self.kubernetes.indices.map { index in
            guard index > 0 else { return Int64.min }
            let shift = Int64(mixed(seed, 71, UInt64(index)) % UInt64(max(1, step / 2)))
            return start + Int64(index) * step - step / 4 + shift
        }
    }

    func kubernetesIndex(at time: Int64) -> Int { Self.index(at: time, in: kubernetesTimes) }

    /// `kubernetes/98b3519`: the commit that clients of Kubernetes name with their version.
    func commit(_ index: Int) -> String { Self.digits(mixed(seed, 72, UInt64(index)), count: 7) }

    /// When the releases of another program come into use. `key` tells programs apart.
    func times(of key: UInt64, releases: Int) -> [Int64] {
        let step = (end - start) / Int64(releases)
        return (0..<releases).map { index in
            index == 0
                ? Int64.min
                : start + Int64(index) * step + Int64(mixed(seed, key, UInt64(index)) % UInt64(max(1, step * 3 / 4)))
        }
    }

    static func index(at time: Int64, in times: [Int64]) -> Int {
        var index = times.count - 1
        while index > 0, times[index] > time { index -= 1 }
        return index
    }

    static func digits(_ value: UInt64, count: Int) -> String {
        let text = String(value, radix: 16)
        return String((String(repeating: "0", count: 16 - text.count) + text).suffix(count))
    }
}
