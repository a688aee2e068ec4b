import AuditStore
import NIOSSL
import Synchronization

/// Files of PEM that TLS needs.
public struct CertificateFiles: Sendable, Hashable {
    /// The server's certificate, and those between it and its authority.
    public var certificate: String
    public var key: String
    /// Authorities whose certificates clients have to show; nil if they need none.
    public var clientAuthorities: String?

    public init(certificate: String, key: String, clientAuthorities: String? = nil) {
        self.certificate = certificate
        self.key = key
        self.clientAuthorities = clientAuthorities
    }
}

/// The TLS of new connections, which follows its files.
final class Certificates: Sendable {
    private let files: CertificateFiles
    private let current: Mutex<NIOSSLContext>

    init(_ files: CertificateFiles) throws {
        self.files = files
        current = Mutex(try Self.load(files))
    }

    var context: NIOSSLContext { current.withLock { $0 } }

    /// Reads the files again. If they make no sense, all stays as it was.
    func reload() throws {
        let context = try Self.load(files)
        current.withLock { $0 = context }
    }

    private static func load(_ files: CertificateFiles) throws -> NIOSSLContext {
        func failure(_ file: String, _ error: any Error) -> AuditStoreError {
            AuditStoreError(
                .invalidArgument, "the file has no PEM of the right kind", location: .init(file: file), cause: error)
        }
        let chain: [NIOSSLCertificate]
        do { chain = try NIOSSLCertificate.fromPEMBytes(SmallFile.read(files.certificate)) } catch let error
            as NIOSSLError
        {
            throw failure(files.certificate, error)
        }
        let key: NIOSSLPrivateKey
        do { key = try NIOSSLPrivateKey(bytes: SmallFile.read(files.key), format: .pem) } catch let error as NIOSSLError
        {
            throw failure(files.key, error)
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        if let authorities = files.clientAuthorities {
            do {
                configuration.trustRoots = .certificates(
                    try NIOSSLCertificate.fromPEMBytes(SmallFile.read(authorities)))
            } catch let error as NIOSSLError { throw failure(authorities, error) }
            // A client has no host name that could be verified; its certificate is asked for and has to be right.
            configuration.certificateVerification = .noHostnameVerification
        }
        // A key of another certificate, for example.
        do { return try NIOSSLContext(configuration: configuration) } catch { throw failure(files.key, error) }
    }
}
