/// Where requests come from.
///
/// Nodes are in 10.40.0.0/14, pods in 10.128.0.0/9, people behind the addresses of offices, in a private network for those on the
/// road, or at home. What is public is of the networks that are set aside for documentation and tests (RFC 5737, RFC 2544):
/// no generated log accuses a real address.
enum Addresses {
    /// The three machines of the control plane.
    static func controlPlane(_ key: UInt64) -> UInt32 { 10 << 24 | 40 << 16 | UInt32(4 + key % 3) }

    static func pod(_ key: UInt64) -> UInt32 { 10 << 24 | 128 << 16 | UInt32(truncatingIfNeeded: key & 0x7F_FFFF) }

    /// Behind 198.51.100.0/24: two addresses an office.
    static func office(zone: Int, _ key: UInt64) -> UInt32 {
        198 << 24 | 51 << 16 | 100 << 8 | UInt32(10 + zone * 16) + UInt32(key & 1)
    }

    static func privateNetwork(_ key: UInt64) -> UInt32 {
        10 << 24 | 200 << 16 | UInt32(truncatingIfNeeded: key & 0xFFFF)
    }

    /// At home or anywhere: 198.18.0.0/16.
    static func home(_ key: UInt64) -> UInt32 { 198 << 24 | 18 << 16 | UInt32(truncatingIfNeeded: key & 0xFFFF) }

    /// Those who have no business here: 198.19.0.0/16 and 203.0.113.0/24.
    static func outside(_ key: UInt64) -> UInt32 {
        key & 7 == 0
            ? 203 << 24 | 0 << 16 | 113 << 8 | UInt32(key >> 3 & 0xFF)
            : 198 << 24 | 19 << 16 | UInt32(truncatingIfNeeded: key >> 3 & 0xFFFF)
    }
}
