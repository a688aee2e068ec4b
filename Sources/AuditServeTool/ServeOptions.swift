import ArgumentParser
import AuditServer
import AuditStore

/// Who may connect, send and ask.
struct AccessOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The server's certificate and those between it and its authority, as PEM.", valueName: "file"))
    var tlsCertificate: String?
    @Option(help: ArgumentHelp("The key of the certificate, as PEM.", valueName: "file")) var tlsKey: String?
    @Option(
        help: ArgumentHelp(
            "Clients have to show a certificate of one of these authorities (mutual TLS).", valueName: "file"))
    var clientCa: String?
    @Option(
        help: ArgumentHelp(
            "Who sends events needs a token of this file: CLUSTER:TOKEN or CLUSTER:sha256:HEX a line; * is any cluster.",
            valueName: "file"))
    var ingestTokens: String?
    @Option(
        help: ArgumentHelp(
            "Who asks needs a token of this file: NAME:TOKEN or NAME:sha256:HEX a line.", valueName: "file"))
    var readTokens: String?
    @Flag(help: "Listens in plain HTTP, or without tokens, on other addresses than loopback, too.")
    var allowInsecure = false

    func validate() throws {
        if (tlsCertificate == nil) != (tlsKey == nil) {
            throw ValidationError("--tls-certificate and --tls-key go together.")
        }
        if clientCa != nil, tlsCertificate == nil { throw ValidationError("--client-ca goes with --tls-certificate.") }
    }

    func apply(to options: inout ServerOptions) throws {
        if let tlsCertificate, let tlsKey {
            options.certificates = CertificateFiles(
                certificate: tlsCertificate, key: tlsKey, clientAuthorities: clientCa)
        }
        options.ingestTokens = ingestTokens
        options.readTokens = readTokens
        options.allowsInsecure = allowInsecure
    }
}

/// What is taken, and how long is waited.
struct LimitOptions: ParsableArguments {
    @Option(help: "Bytes of a body, also once it is decompressed.") var maxBody = ServerLimits().bodyBytes
    @Option(help: "Bytes of an event; a larger one goes to the quarantine.") var maxEvent = ServerLimits().eventBytes
    @Option(help: "Connections at a time.") var maxConnections = ServerLimits().connections
    @Option(help: "Requests that bring events, at a time; further ones are answered by 429.")
    var maxIngestRequests = ServerLimits().ingestRequests
    @Option(help: "Bytes of events that these may hold.") var maxIngestBytes = ServerLimits().ingestBytes
    @Option(help: "Seconds after which an idle connection is closed.") var idleTimeout = 60
    @Option(help: "Seconds that the server waits for a body before a least rate of 4 kB a second counts.")
    var bodyGrace = 10
    @Option(help: "Queries at a time; further ones are answered by 429.") var maxQueries = ServerLimits().queries
    @Option(help: "Seconds to the first rows of an answer.") var queryTimeout = 60
    @Option(help: "Seconds to the end of an answer.") var streamTimeout = 3600
    @Option(help: "Rows of an answer of query.") var maxRows = ServerLimits().queryRows
    @Option(help: "Bytes that a query may use for its groups.") var queryMemory = ServerLimits().queryMemory

    func validate() throws {
        let isPositive = [
            maxBody, maxConnections, maxIngestRequests, maxIngestBytes, idleTimeout, bodyGrace, maxQueries,
            queryTimeout,
            streamTimeout, maxRows,
        ].allSatisfy { (1...1 << 40).contains($0) }
        guard isPositive else { throw ValidationError("A limit is a number from 1 up.") }
        guard (1...StreamWriter.bytesPerEvent - 1).contains(maxEvent) else {
            throw ValidationError("--max-event takes a number up to \(StreamWriter.bytesPerEvent - 1).")
        }
        guard queryMemory >= 1_000_000 else { throw ValidationError("--query-memory takes a megabyte or more.") }
    }

    func apply(to limits: inout ServerLimits) throws {
        limits.bodyBytes = maxBody
        limits.eventBytes = maxEvent
        limits.connections = maxConnections
        limits.ingestRequests = maxIngestRequests
        limits.ingestBytes = maxIngestBytes
        limits.idleTime = .seconds(idleTimeout)
        limits.bodyGrace = .seconds(bodyGrace)
        limits.queries = maxQueries
        limits.queryTime = .seconds(queryTimeout)
        limits.streamTime = .seconds(streamTimeout)
        limits.queryRows = maxRows
        limits.queryMemory = queryMemory
    }
}

/// What is done with the store beside the stream.
struct UpkeepOptions: ParsableArguments {
    @Option(help: "Bytes of text after which events are sealed into segments.") var sealBytes = WriterOptions()
        .sealBytes
    @Option(help: "Seconds after which events are sealed.") var sealSeconds = 300
    @Flag(
        inversion: .prefixedNo, exclusivity: .exclusive,
        help: "Merges small segments, and rewrites days that are over for size.")
    var compaction = true
    @Option(help: "Bytes of files that compaction reads and writes in a second.")
    var compactionRate = CompactionOptions().bytesPerSecond
    @Flag(
        inversion: .prefixedNo, exclusivity: .exclusive,
        help: "Drops what has been kept long enough, once a day (see `auditstore retain`).")
    var retention = true

    func validate() throws {
        guard (1...1 << 30).contains(sealBytes), (1...86_400).contains(sealSeconds), compactionRate > 0 else {
            throw ValidationError(
                "--seal-bytes takes up to 1073741824, --seal-seconds up to 86400, --compaction-rate from 1 up.")
        }
    }

    func apply(to options: inout ServerOptions) throws {
        options.writing.sealBytes = sealBytes
        options.writing.sealAge = .seconds(sealSeconds)
        options.writing.compaction?.bytesPerSecond = compactionRate
        if !compaction { options.writing.compaction = nil }
        if !retention { options.retentionInterval = nil }
    }
}
