import AuditOutput
import AuditStore
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// A request that is not fulfilled: a status, and JSON that says what is wrong and where.
///
///     {"error":{"code":"expression","message":"there is no method `startWith`","line":1,"column":15,…}}
struct HTTPFailure: Error {
    var status: HTTPResponse.Status
    /// For programs, and a label of metrics: one of few.
    var code: String
    var message: String
    var details: [(name: String, value: Cell)]
    /// Seconds.
    var retryAfter: Int?
    var headers = HTTPFields()

    init(
        _ status: HTTPResponse.Status, _ code: String, _ message: String, _ details: [(name: String, value: Cell)] = [],
        retryAfter: Int? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.retryAfter = retryAfter
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer realm=\"auditstore\"" }
    }

    /// What the store throws.
    init(_ error: any Error) {
        switch error {
        case let failure as HTTPFailure: self = failure
        case let error as ExpressionError:
            self.init(
                .badRequest, "expression", error.message,
                [
                    ("line", .int(Int64(error.line))), ("column", .int(Int64(error.column))),
                    ("offset", .int(Int64(error.range.lowerBound))), ("length", .int(Int64(error.range.count))),
                    ("source", .string(error.source)), ("hint", error.hint.map { .string($0) } ?? .null),
                    ("display", .string(error.description)),
                ])
        case let error as AuditStoreError: self.init(store: error)
        // The body is no HTTP from some place on.
        case is HTTPParserError: self.init(.badRequest, "http", "the request is no HTTP/1.1")
        case is SlowBody: self.init(.requestTimeout, "slowBody", "the body comes too slowly")
        case is CancellationError: self.init(.serviceUnavailable, "stopping", "the server stops", retryAfter: 1)
        default: self.init(.internalServerError, "internal", "the request could not be fulfilled")
        }
    }

    private init(store error: AuditStoreError) {
        switch error.code {
        case .diskFull: self.init(.insufficientStorage, "diskFull", "the server's disk is full", retryAfter: 10)
        case .limit: self.init(.unprocessableContent, "limit", error.message)
        case .invalidArgument: self.init(.badRequest, "invalid", error.message)
        case .cancelled, .closed: self.init(.serviceUnavailable, "stopping", "the server stops", retryAfter: 1)
        case .syncFailed, .locked:
            self.init(.serviceUnavailable, "unavailable", "the store takes no events now", retryAfter: 5)
        // Paths of the server are nobody's business.
        default: self.init(.internalServerError, "\(error.code)", "the store cannot be read")
        }
    }

    var response: Response {
        var fields: [(name: String, value: Cell)] = [("code", .string(code)), ("message", .string(message))]
        fields += details
        var inner = JSONRow(columns: fields.map(\.name))
        inner.append(fields.map(\.value))
        var headers = headers
        if let retryAfter { headers[.retryAfter] = String(retryAfter) }
        return .json("{\"error\":", inner.bytes, "}\n", status: status, headers: headers)
    }
}

extension HTTPResponse.Status {
    static let insufficientStorage = HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
}

extension Response {
    static func json(
        _ prefix: StaticString = "", _ bytes: [UInt8], _ suffix: StaticString = "", status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) -> Response {
        var buffer = ByteBuffer()
        buffer.writeStaticString(prefix)
        buffer.writeBytes(bytes)
        buffer.writeStaticString(suffix)
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: buffer))
    }
}
