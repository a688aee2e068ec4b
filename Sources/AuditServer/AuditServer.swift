import AuditStore
import HTTPTypes
import Hummingbird
import HummingbirdCore
import KubernetesAudit
public import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// Receives the audit webhooks of Kubernetes clusters into a store, and answers questions about its events over HTTP.
///
///     let server = try await AuditServer(store: "/var/lib/audit", options: options, logger: logger)
///     try await server.run()     // until SIGTERM or SIGINT
public struct AuditServer: Sendable {
    private let options: ServerOptions
    private let store: AuditStore<KubernetesAudit>
    private let certificates: Certificates?
    private let access: AccessControl
    private let registry: PrometheusRegistry
    private let logger: Logger

    /// - Parameters:
    ///   - path: the directory of the store, which is made if there is none.
    ///   - registry: what the metrics are kept in; it may be the process's `MetricsSystem`, too.
    /// - Throws: `AuditStoreError`: `.invalidArgument` if the options, certificates or tokens make no sense; as `AuditStore.init`.
    public init(
        store path: String, options: ServerOptions, registry: PrometheusRegistry = PrometheusRegistry(), logger: Logger
    ) async throws {
        try options.check()
        self.options = options
        self.registry = registry
        self.logger = logger
        certificates = try options.certificates.map { try Certificates($0) }
        access = try AccessControl(ingestFile: options.ingestTokens, readFile: options.readTokens)
        store = try await AuditStore(at: path, schema: KubernetesAudit.self)
    }

    /// Runs until the process gets a SIGTERM or SIGINT: then no connection is taken any more, requests are answered, and the writer is
    /// closed.
    ///
    /// - Parameter onListening: called with the port when connections are taken.
    /// - Throws: if the port cannot be listened on, the store cannot be written to, or a sync of it failed.
    public func run(onListening: @escaping @Sendable (Int?) -> Void = { _ in }) async throws {
        let metrics = ServerMetrics(registry)
        let holder = WriterHolder()
        let limits = options.limits
        let responder = ServerResponder(
            access: access,
            receiver: WebhookReceiver(
                writer: holder, admission: IngestAdmission(requests: limits.ingestRequests, bytes: limits.ingestBytes),
                metrics: metrics, limits: limits),
            answerer: QueryAnswerer(
                store: store, slots: QuerySlots(limits.queries), metrics: metrics, limits: limits),
            metrics: metrics)
        let certificates = certificates
        let application = Application(
            responder: responder,
            server: HTTPServerBuilder { Listener($0, limits: limits, certificates: certificates) },
            configuration: ApplicationConfiguration(
                address: .hostname(options.host, port: options.port), serverName: "AuditStore",
                availableConnectionsDelegate: .maximum(limits.connections, logger: logger)),
            onServerRunning: { channel in onListening(channel.localAddress?.port) }, logger: logger)
        // They end in the opposite order: first no connection is taken, at last the writer is closed.
        var services: [any Service] = [
            StoreService(store: store, options: options.writing, holder: holder, logger: logger),
            ReloadService(options: options, certificates: certificates, access: access, logger: logger),
        ]
        if let interval = options.retentionInterval {
            services.append(
                RetentionService(store: store, holder: holder, interval: interval, metrics: metrics, logger: logger))
        }
        services.append(application)
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = limits.stopTime
        try await ServiceGroup(configuration: configuration).run()
    }
}
