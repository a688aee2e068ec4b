public import AuditStore

/// How a server runs.
public struct ServerOptions: Sendable {
    /// The address and the port that are listened on. Without TLS it has to be a loopback address.
    public var host = "127.0.0.1"
    public var port = 9443
    /// The files of TLS; nil for plain HTTP.
    public var certificates: CertificateFiles?
    /// Listens in plain HTTP, or to everybody, where that is not asked for otherwise.
    public var allowsInsecure = false
    /// A file of tokens (`NAME:TOKEN` a line) that may send events; the name is the cluster's, or `*`.
    public var ingestTokens: String?
    /// A file of tokens that may ask.
    public var readTokens: String?
    public var limits = ServerLimits()
    /// How the stream is written; its origin is that of each request.
    public var writing = WriterOptions()
    /// How often it is looked for what has been kept long enough; nil for never.
    public var retentionInterval: Duration? = .seconds(86_400)

    public init() {}

    /// - Throws: `AuditStoreError.invalidArgument` if a stranger could send events or ask.
    func check() throws {
        // A name that begins like an address may mean any.
        let isNumber = host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
        let isLoopback = host == "localhost" || host == "::1" || host.hasPrefix("127.") && isNumber
        guard !isLoopback, !allowsInsecure else { return }
        func refuse(_ message: String) -> AuditStoreError { AuditStoreError(.invalidArgument, message) }
        guard let certificates else {
            throw refuse(
                "plain HTTP is for loopback addresses: give --tls-certificate and --tls-key, or --allow-insecure")
        }
        guard certificates.clientAuthorities != nil || ingestTokens != nil && readTokens != nil else {
            throw refuse(
                "everybody could send events and ask: give --ingest-tokens and --read-tokens, or --client-ca, or --allow-insecure"
            )
        }
    }
}

/// What the server takes, and how long it waits.
public struct ServerLimits: Sendable {
    /// Bytes of a body, also once it is decompressed.
    public var bodyBytes = 1 << 30
    /// Bytes of an event; a larger one goes to the quarantine.
    public var eventBytes = 16 << 20
    /// Bytes of all headers together.
    public var headerBytes = 32 << 10
    public var connections = 1024
    /// Requests of webhooks that are received at a time, and bytes of events that they may hold.
    public var ingestRequests = 256
    public var ingestBytes = 256 << 20
    /// How long a connection may be idle.
    public var idleTime = Duration.seconds(60)
    /// How long the server waits for a body before a least rate counts, and the bytes that have to come in a second then.
    public var bodyGrace = Duration.seconds(10)
    public var bodyRate = 4096
    /// How long a batch may wait for the disk. An apiserver waits 30 seconds for the answer.
    public var appendTime = Duration.seconds(25)
    /// Queries that are answered at a time.
    public var queries = 4
    /// Time to the first rows of an answer, and to its end.
    public var queryTime = Duration.seconds(60)
    public var streamTime = Duration.seconds(3600)
    /// Rows of an answer of `query`.
    public var queryRows = 100_000
    /// Bytes that a query may use for its groups.
    public var queryMemory = 256_000_000
    /// The directory for answers that do not fit; nil for the system's.
    public var temporaryDirectory: String?
    /// How long a stop waits for requests that are being answered.
    public var stopTime = Duration.seconds(20)

    public init() {}
}
