/// A set of networks, IPv4 and IPv6, that is asked for addresses: overlapping ones are merged, and a lookup is a binary search,
/// so that lists of thousands of networks cost little.
public struct IPNetworkSet: Sendable, Hashable {
    /// Disjoint and ascending.
    private var v4: [ClosedRange<UInt128>] = []
    private var v6: [ClosedRange<UInt128>] = []

    public init(_ networks: some Sequence<IPNetwork>) {
        var v4: [ClosedRange<UInt128>] = []
        var v6: [ClosedRange<UInt128>] = []
        for network in networks {
            // `::/0` does not hold IPv4 addresses, though their mapping lies in it; hence two lists.
            if network.address.isIPv4 { v4.append(network.range) } else { v6.append(network.range) }
        }
        self.v4 = Self.merged(v4)
        self.v6 = Self.merged(v6)
    }

    private static func merged(_ ranges: [ClosedRange<UInt128>]) -> [ClosedRange<UInt128>] {
        var merged: [ClosedRange<UInt128>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }

    /// Whether the address is in one of the networks.
    public func contains(_ address: IPAddress) -> Bool {
        let ranges = address.isIPv4 ? v4 : v6
        let bits = address.bits
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < bits { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= bits
    }
}

extension IPNetworkSet: ExpressibleByArrayLiteral {
    public init(arrayLiteral networks: IPNetwork...) { self.init(networks) }
}

extension IPAddress {
    fileprivate var bits: UInt128 { UInt128(high) << 64 | UInt128(low) }
}

extension IPNetwork {
    fileprivate var range: ClosedRange<UInt128> {
        let hostBits = (address.isIPv4 ? 32 : 128) - prefixLength
        let mask = hostBits == 128 ? UInt128.max : (UInt128(1) << UInt128(hostBits)) - 1
        return address.bits...(address.bits | mask)
    }
}
