public import ArgumentParser
import AuditServer
import AuditStore
public import Logging

/// `auditstore serve`: a program of its own, so that the other commands start without what a server needs.
@main
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auditstore serve",
        abstract: "Receives the audit webhooks of Kubernetes clusters, and answers questions over HTTP.",
        discussion: """
            Each cluster posts to /v1/clusters/NAME/events; an event is acknowledged when it is on the disk. Questions: /v1/query, /v1/events \
            and /v1/stats, as the command line has them; /metrics, /healthz, /readyz, /openapi.json. See Docs/Server.md.

            SIGTERM and SIGINT stop it when requests are answered and all events are sealed; SIGHUP reads certificates and tokens again, which is \
            done within ten seconds of a change anyway.
            """)

    @Option(help: ArgumentHelp("The directory of the store. (default: $AUDITSTORE_DIR)", valueName: "dir"))
    var store: String?
    @Option(help: ArgumentHelp("Where to listen.", valueName: "host:port")) var listen = "127.0.0.1:9443"
    @OptionGroup(title: "Access") var access: AccessOptions
    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "The store") var upkeep: UpkeepOptions
    @OptionGroup(title: "The apiserver's configuration") var webhook: WebhookConfigOptions
    @Option(help: "trace, debug, info, notice, warning, error or critical.") var logLevel = Logger.Level.info

    func run() async throws {
        var options = ServerOptions()
        (options.host, options.port) = try address()
        try access.apply(to: &options)
        try limits.apply(to: &options.limits)
        try upkeep.apply(to: &options)
        if let cluster = webhook.printWebhookConfig {
            return print(try webhook.config(of: cluster, options), terminator: "")
        }
        Environment.raiseFileLimit()
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "auditstore")
        logger.logLevel = logLevel
        let server = try await AuditServer(store: try path(), options: options, logger: logger)
        try await server.run()
    }

    private func path() throws -> String {
        if let store { return store }
        if let path = Environment["AUDITSTORE_DIR"], !path.isEmpty { return path }
        throw ValidationError("No store: give --store DIR, or set AUDITSTORE_DIR.")
    }

    private func address() throws -> (String, Int) {
        // The last colon: an IPv6 address has more of them, and brackets.
        guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]),
            (0...65_535).contains(port), colon > listen.startIndex
        else { throw ValidationError("--listen takes HOST:PORT.") }
        var host = listen[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        return (String(host), port)
    }

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as AuditStoreError {
            Environment.end("auditstore: \(error)", status: error.code == .invalidArgument ? 2 : 1)
        } catch {
            // What the argument parser throws is bad usage, or a request for help.
            if exitCode(for: error) == .success { exit(withError: error) }
            let isUsage = exitCode(for: error) == .validationFailure
            Environment.end(isUsage ? fullMessage(for: error) : "auditstore: \(error)", status: isUsage ? 2 : 1)
        }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
