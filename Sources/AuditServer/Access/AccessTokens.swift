import AuditStore

/// The bearer tokens of a file, each with the name of who has it.
///
/// A line is `NAME:TOKEN` or `NAME:sha256:HEX`, the SHA-256 of the token; `#` begins a comment line. Of ingest tokens the name is
/// that of a cluster, and `*` stands for any. Only digests are kept.
struct AccessTokens: Sendable {
    private struct Entry: Sendable {
        var name: String
        var digest: [UInt8]
    }
    private var entries: [Entry] = []

    /// Shorter ones can be guessed.
    static let shortestToken = 16
    static let largestFile = 1 << 20

    /// - Throws: `AuditStoreError.invalidArgument` with the line that makes no sense. Its text is not in the message.
    init(parsing text: [UInt8], file: String) throws {
        func fail(_ line: Int, _ message: String) -> AuditStoreError {
            AuditStoreError(.invalidArgument, "\(message), in line \(line)", location: .init(file: file))
        }
        guard text.count <= Self.largestFile else {
            throw AuditStoreError(.limit, "a file of tokens has a megabyte at most", location: .init(file: file))
        }
        for (index, bytes) in text.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
            var line = String(decoding: bytes, as: UTF8.self)[...]
            while let last = line.last, last.isWhitespace { line.removeLast() }
            while let first = line.first, first.isWhitespace { line.removeFirst() }
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let colon = line.firstIndex(of: ":") else { throw fail(index + 1, "there is no `NAME:TOKEN`") }
            let name = String(line[..<colon])
            let secret = line[line.index(after: colon)...]
            guard name == "*" || ClusterName.isValid(name) else {
                throw fail(index + 1, "a name has letters, digits, `.`, `_` and `-`, 253 at most")
            }
            if secret.hasPrefix("sha256:") {
                guard let digest = Self.bytes(hex: secret.dropFirst(7)), digest.count == 32 else {
                    throw fail(index + 1, "a SHA-256 has 64 hexadecimal digits")
                }
                entries.append(Entry(name: name, digest: digest))
            } else {
                guard secret.utf8.count >= Self.shortestToken else {
                    throw fail(index + 1, "a token has \(Self.shortestToken) characters or more")
                }
                entries.append(Entry(name: name, digest: SHA256.digest(secret.utf8)))
            }
        }
        guard !entries.isEmpty else {
            throw AuditStoreError(.invalidArgument, "there is no token in the file", location: .init(file: file))
        }
    }

    /// The names that a token is for; empty if it is unknown.
    ///
    /// It takes the same time whether or not the token is near a right one: digests are compared, all of them and each as a whole.
    func names(of token: some StringProtocol) -> [String] {
        let digest = SHA256.digest(token.utf8)
        var names: [String] = []
        for entry in entries {
            var difference: UInt8 = 0
            for i in 0..<32 { difference |= entry.digest[i] ^ digest[i] }
            if difference == 0 { names.append(entry.name) }
        }
        return names
    }

    private static func bytes(hex: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in hex {
            guard let digit = character.hexDigitValue, character.isASCII else { return nil }
            if let first = high {
                bytes.append(first << 4 | UInt8(digit))
                high = nil
            } else {
                high = UInt8(digit)
            }
        }
        return high == nil ? bytes : nil
    }
}

/// Names of clusters, as they stand in paths, labels and the field `cluster`.
enum ClusterName {
    static func isValid(_ name: some StringProtocol) -> Bool {
        (1...253).contains(name.utf8.count) && name != "." && name != ".."
            && name.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
