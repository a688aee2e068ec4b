import HTTPTypes
import Hummingbird
import Synchronization
import NIOCore

/// Who may send events, and who may ask.
final class AccessControl: Sendable {
    private struct Tokens {
        var ingest: AccessTokens?
        var read: AccessTokens?
    }
    private let tokens = Mutex(Tokens())
    private let ingestFile: String?
    private let readFile: String?

    /// - Parameters: files of tokens; nil lets everybody in who gets as far as this, for example by a client certificate.
    init(ingestFile: String?, readFile: String?) throws {
        self.ingestFile = ingestFile
        self.readFile = readFile
        try reload()
    }

    /// Reads the files again. If one of them makes no sense, all stays as it was.
    func reload() throws {
        let ingest = try ingestFile.map { try AccessTokens(parsing: SmallFile.read($0), file: $0) }
        let read = try readFile.map { try AccessTokens(parsing: SmallFile.read($0), file: $0) }
        tokens.withLock { $0 = Tokens(ingest: ingest, read: read) }
    }

    /// The cluster whose events a request brings.
    ///
    /// - Parameter cluster: that of the path; nil if the token says it.
    func cluster(_ cluster: String?, of request: Request) throws(HTTPFailure) -> String? {
        guard let tokens = tokens.withLock({ $0.ingest }) else { return cluster }
        let names = try names(of: request, in: tokens)
        guard let cluster else {
            guard names.count == 1, names[0] != "*" else {
                throw HTTPFailure(
                    .badRequest, "cluster", "the token is of no single cluster: post to /v1/clusters/NAME/events")
            }
            return names[0]
        }
        guard names.contains(cluster) || names.contains("*") else {
            throw HTTPFailure(.forbidden, "forbidden", "the token is not of the cluster `\(cluster)`")
        }
        return cluster
    }

    /// Lets those pass who may ask.
    func checkReader(_ request: Request) throws(HTTPFailure) {
        guard let tokens = tokens.withLock({ $0.read }) else { return }
        _ = try names(of: request, in: tokens)
    }

    private func names(of request: Request, in tokens: AccessTokens) throws(HTTPFailure) -> [String] {
        guard let header = request.headers[.authorization] else {
            throw HTTPFailure(.unauthorized, "unauthorized", "there is no bearer token")
        }
        guard header.prefix(7).lowercased() == "bearer " else {
            throw HTTPFailure(.unauthorized, "unauthorized", "the authorization is no bearer token")
        }
        let names = tokens.names(of: header.dropFirst(7))
        guard !names.isEmpty else { throw HTTPFailure(.unauthorized, "unauthorized", "the token is not known") }
        return names
    }
}
