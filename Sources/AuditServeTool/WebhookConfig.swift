import ArgumentParser
import AuditServer
import AuditStore
import Foundation

/// Prints what an apiserver has to be given.
struct WebhookConfigOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Prints the kubeconfig of the webhook of this cluster, and the apiserver's flags, and ends.",
            valueName: "cluster"))
    var printWebhookConfig: String?
    @Option(help: ArgumentHelp("The server as the apiserver reaches it. (default: as --listen)", valueName: "url"))
    var url: String?
    @Option(
        help: ArgumentHelp(
            "The authority of the server's certificate, as PEM. (default: the last one of --tls-certificate)",
            valueName: "file"))
    var ca: String?

    /// A kubeconfig, ready to be put on a control-plane node.
    func config(of cluster: String, _ options: ServerOptions) throws -> String {
        let scheme = options.certificates == nil ? "http" : "https"
        let host = options.host.contains(":") ? "[\(options.host)]" : options.host
        let base = url ?? "\(scheme)://\(host):\(options.port)"
        guard cluster.utf8.allSatisfy({ Self.nameBytes.contains($0) }), !cluster.isEmpty else {
            throw ValidationError("A cluster's name has letters, digits, `.`, `_` and `-`.")
        }
        guard base.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }) else {
            throw ValidationError("--url is no URL.")
        }
        let path = base.hasSuffix("/") ? String(base.dropLast()) : base
        var text = """
            # kubeconfig of kube-apiserver's audit webhook, for the cluster \(cluster): /etc/kubernetes/audit-webhook.yaml
            apiVersion: v1
            kind: Config
            clusters:
            - name: auditstore
              cluster:
                server: "\(path)/v1/clusters/\(cluster)/events"

            """
        if let authority = try authority(options) { text += "    certificate-authority-data: \(authority)\n" }
        text += "users:\n- name: apiserver\n"
        var user: [String] = []
        if options.ingestTokens != nil { user.append("token: \"\(try token(of: cluster, options))\"") }
        if options.certificates?.clientAuthorities != nil {
            user += [
                "client-certificate: /etc/kubernetes/pki/audit-webhook.crt",
                "client-key: /etc/kubernetes/pki/audit-webhook.key",
            ]
        }
        text += user.isEmpty ? "  user: {}\n" : "  user:\n" + user.map { "    \($0)\n" }.joined()
        return text + """
            contexts:
            - name: auditstore
              context: {cluster: auditstore, user: apiserver}
            current-context: auditstore
            # Flags of kube-apiserver:
            #   --audit-policy-file=/etc/kubernetes/audit-policy.yaml
            #   --audit-webhook-config-file=/etc/kubernetes/audit-webhook.yaml
            #   --audit-webhook-mode=batch
            #   --audit-webhook-batch-max-size=400
            #   --audit-webhook-batch-max-wait=5s
            #   --audit-webhook-batch-throttle-qps=50
            #   --audit-webhook-batch-throttle-burst=100
            #   --audit-webhook-initial-backoff=1s

            """
    }

    private static let nameBytes = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-".utf8)

    /// In base64.
    private func authority(_ options: ServerOptions) throws -> String? {
        guard let file = ca ?? options.certificates?.certificate else { return nil }
        guard let pem = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw ValidationError("\(file) cannot be read.")
        }
        let begin = "-----BEGIN CERTIFICATE-----"
        guard let last = pem.range(of: begin, options: .backwards) else { throw ValidationError("\(file) has no PEM.") }
        return Data((ca == nil ? String(pem[last.lowerBound...]) : pem).utf8).base64EncodedString()
    }

    /// As it stands in the file of tokens; one that is there as a digest is for the reader to fill in.
    private func token(of cluster: String, _ options: ServerOptions) throws -> String {
        guard let file = options.ingestTokens else { return "" }
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw ValidationError("\(file) cannot be read.")
        }
        let lines = text.split(whereSeparator: \.isNewline)
        for name in [cluster, "*"] {
            guard let line = lines.first(where: { $0.hasPrefix("\(name):") }) else { continue }
            let token = line.dropFirst(name.count + 1)
            return token.hasPrefix("sha256:") ? "THE TOKEN OF \(cluster)" : String(token)
        }
        throw ValidationError("\(file) has no token of \(cluster).")
    }
}
