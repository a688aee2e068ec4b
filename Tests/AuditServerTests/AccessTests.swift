import AuditStore
import Testing

@testable import AuditServer

@Suite struct AccessTests {
    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Of FIPS 180-4 and NIST's test vectors.
    @Test func digests() {
        let known = [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ]
        for (text, digest) in known { #expect(Self.hex(SHA256.digest(text.utf8)) == digest) }
    }

    @Test func tokensAndDigests() throws {
        let digest = Self.hex(SHA256.digest("another-token-0123456789".utf8))
        let tokens = try AccessTokens(
            parsing: Array(
                "# clusters\n\nc1:token-of-c1-0123456789\r\n  c2:sha256:\(digest)\n*:for-any-cluster-01234\n".utf8),
            file: "tokens")
        #expect(tokens.names(of: "token-of-c1-0123456789") == ["c1"])
        #expect(tokens.names(of: "another-token-0123456789") == ["c2"])
        #expect(tokens.names(of: "for-any-cluster-01234") == ["*"])
        for wrong in ["", "token-of-c1-012345678", "token-of-c1-0123456789 ", "sha256:\(digest)", digest] {
            #expect(tokens.names(of: wrong).isEmpty)
        }
    }

    @Test(arguments: [
        "", "# nothing", "c1", "c1:short", "a b:0123456789012345", "../x:0123456789012345", ":0123456789012345",
        "c1:sha256:00", "c1:sha256:" + String(repeating: "zz", count: 32),
    ])
    func whatMakesNoSenseIsRefused(text: String) {
        #expect(throws: AuditStoreError.self) { try AccessTokens(parsing: Array(text.utf8), file: "tokens") }
    }

    @Test func strangersAreKeptOut() throws {
        var options = ServerOptions()
        try options.check()
        options.host = "0.0.0.0"
        #expect(throws: AuditStoreError.self) { try options.check() }
        options.certificates = CertificateFiles(certificate: "a", key: "b")
        #expect(throws: AuditStoreError.self) { try options.check() }
        options.ingestTokens = "c"
        #expect(throws: AuditStoreError.self) { try options.check() }
        options.readTokens = "d"
        try options.check()
        options.ingestTokens = nil
        options.certificates?.clientAuthorities = "e"
        try options.check()
        options = ServerOptions()
        options.host = "127.0.0.1.example.com"
        #expect(throws: AuditStoreError.self) { try options.check() }
        options.allowsInsecure = true
        try options.check()
    }
}
