/// What rotation makes of the name of a log: `audit-2022-03-03T14-28-05.286.log`, `audit.log.1`, `audit.log-20220303.gz`.
///
/// Names decide only what is waited for, and in what order; what was read of a log is known by its content.
enum RotatedName {
    private static let compressed = [".gz", ".zst", ".lz4"]
    /// Compressed in ways that are not supported.
    private static let unreadable = [".bz2", ".xz", ".Z"]

    static func isUnreadable(_ name: String) -> Bool { unreadable.contains { name.hasSuffix($0) } }

    /// Whether it is the name of a log that was rotated away, and not of one that is being written.
    static func isBackup(_ name: String) -> Bool {
        if (compressed + unreadable).contains(where: { name.hasSuffix($0) }) { return true }
        let bytes = Array(name.utf8)
        if let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot > 0, dot + 1 < bytes.count,
            bytes[(dot + 1)...].allSatisfy(isDigit)
        {
            return true
        }
        return bytes.indices.contains { matches("-dddd-dd-ddT", bytes, at: $0) }
            || bytes.indices.contains { i in
                matches("-dddddddd", bytes, at: i) && (i + 9 == bytes.count || !isDigit(bytes[i + 9]))
            }
    }

    /// Whether it is a backup of this log.
    static func isBackup(_ name: String, of log: String) -> Bool {
        guard name != log, isBackup(name) else { return false }
        if name.hasPrefix(log + ".") || name.hasPrefix(log + "-") { return true }
        guard let dot = log.lastIndex(of: "."), dot > log.startIndex else { return name.hasPrefix(log + "-") }
        return name.hasPrefix(log[..<dot] + "-") && name.contains(log[dot...])
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// `d` stands for a digit.
    private static func matches(_ pattern: StaticString, _ bytes: [UInt8], at start: Int) -> Bool {
        pattern.withUTF8Buffer { pattern in
            guard start + pattern.count <= bytes.count else { return false }
            return pattern.indices.allSatisfy { i in
                pattern[i] == UInt8(ascii: "d") ? isDigit(bytes[start + i]) : bytes[start + i] == pattern[i]
            }
        }
    }
}
