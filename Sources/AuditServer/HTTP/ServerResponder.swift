import AuditOutput
import AuditStore
import HTTPTypes
import Hummingbird
import KubernetesAudit
import Logging
import NIOCore

/// What a request is answered by.
struct ServerResponder: HTTPResponder {
    typealias Context = ServerContext

    let access: AccessControl
    let receiver: WebhookReceiver
    let answerer: QueryAnswerer
    let metrics: ServerMetrics

    func respond(to request: Request, context: Context) async throws -> Response {
        do {
            return try await answer(request)
        } catch {
            let failure = HTTPFailure(error)
            metrics.refused(failure)
            let isServers = failure.status.kind == .serverError
            context.logger.log(
                level: isServers ? .error : .info, "refused",
                metadata: [
                    "status": "\(failure.status.code)", "code": "\(failure.code)", "method": "\(request.method)",
                    "path": .string(HostileText.visible(String(request.uri.path.prefix(200)))),
                    "error": .string(isServers ? "\(error)" : ""),
                ])
            return failure.response
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        let path = request.uri.path
        let segments = path.split(separator: "/")
        var allowed: [HTTPRequest.Method] = []
        // Nobody's path has empty segments, or a slash at its end.
        if path == "/" || !path.hasSuffix("/"), path.hasPrefix("/"), !path.contains("//") {
            for endpoint in Endpoint.all {
                guard let variables = endpoint.match(segments) else { continue }
                guard endpoint.methods.contains(request.method) else {
                    allowed += endpoint.methods
                    continue
                }
                return try await answer(request, at: endpoint, variables)
            }
        }
        guard allowed.isEmpty else {
            var failure = HTTPFailure(.methodNotAllowed, "method", "there is no such method here")
            failure.headers[.allow] = allowed.map(\.rawValue).joined(separator: ", ")
            throw failure
        }
        throw HTTPFailure(.notFound, "path", "there is nothing at this path", [("hint", .string("see /openapi.json"))])
    }

    private func answer(_ request: Request, at endpoint: Endpoint, _ variables: [String: String]) async throws
        -> Response
    {
        var cluster: String?
        switch endpoint.access {
        case .everybody: break
        case .read: try access.checkReader(request)
        case .ingest:
            cluster = try access.cluster(variables["cluster"], of: request)
            if let name = variables["cluster"], !ClusterName.isValid(name) {
                throw HTTPFailure(
                    .badRequest, "cluster", "a cluster's name has letters, digits, `.`, `_` and `-`, 253 at most")
            }
        }
        let parameters = try await RequestParameters(request, of: endpoint, readsBody: endpoint.access == .read)
        switch endpoint.name {
        case .receive, .receiveByToken: return try await receiver.receive(request, cluster: cluster)
        case .query: return try await answerer.query(parameters)
        case .events: return try await answerer.events(parameters)
        case .stats: return try await answerer.statistics()
        case .metrics: return try await exposition()
        case .health: return .text("ok\n")
        case .readiness:
            if receiver.writer.current != nil { return .text("ok\n") }
            return .text(
                receiver.writer.failure == nil ? "the store is being opened\n" : "no events are taken\n",
                .serviceUnavailable)
        case .description: return .json("", OpenAPI.document)
        }
    }

    private func exposition() async throws -> Response {
        let (metrics, receiver, answerer) = (metrics, receiver, answerer)
        try await Background.run {
            try metrics.read(
                answerer.store.core, writer: receiver.writer.current, admission: receiver.admission,
                queries: answerer.slots)
        }
        var response = Response.text(metrics.registry.text)
        response.headers[.contentType] = "text/plain; version=0.0.4; charset=utf-8"
        return response
    }
}

/// A request's logger, and no more.
struct ServerContext: InitializableFromSource {
    let logger: Logger

    init(source: ApplicationRequestContextSource) { logger = source.logger }
}

extension Response {
    static func text(_ text: String, _ status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
