/// A network: the addresses that share a prefix, written `10.0.0.0/8` or `fd00::/8`.
public struct IPNetwork: Hashable, Sendable, CustomStringConvertible {
    /// The first address.
    public let address: IPAddress
    /// Bits of the prefix: of 32 for IPv4, of 128 for IPv6.
    public let prefixLength: Int
    private let highMask: UInt64
    private let lowMask: UInt64

    /// - Returns: nil if the prefix is longer than an address. Bits of `address` below the prefix are cleared.
    public init?(_ address: IPAddress, prefixLength: Int) {
        guard prefixLength >= 0, prefixLength <= (address.isIPv4 ? 32 : 128) else { return nil }
        let bits = address.isIPv4 ? prefixLength + 96 : prefixLength
        highMask = bits >= 64 ? .max : bits == 0 ? 0 : UInt64.max << UInt64(64 - bits)
        lowMask = bits <= 64 ? 0 : UInt64.max << UInt64(128 - bits)
        self.address = IPAddress(high: address.high & highMask, low: address.low & lowMask)
        self.prefixLength = prefixLength
    }

    /// Reads `address/length`; an address alone is the network of itself.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ IPAddress(String($0)) }) else { return nil }
        switch parts.count {
        case 1: self.init(address, prefixLength: address.isIPv4 ? 32 : 128)
        case 2:
            guard parts[1].utf8.allSatisfy({ $0 &- 0x30 < 10 }), let length = Int(parts[1]) else { return nil }
            self.init(address, prefixLength: length)
        default: return nil
        }
    }

    public func contains(_ other: IPAddress) -> Bool {
        // Without the second part `::/0` would hold IPv4 addresses by their mapping.
        other.high & highMask == address.high && other.low & lowMask == address.low && other.isIPv4 == address.isIPv4
    }

    public var description: String { "\(address)/\(prefixLength)" }
}

extension IPNetwork: ExpressibleByStringLiteral {
    /// A network written out in source code; traps if it is none.
    public init(stringLiteral text: String) {
        guard let network = IPNetwork(text) else { preconditionFailure("\(text) is no network") }
        self = network
    }
}
