/// What CloudTrail's names say.
enum CloudTrailNames {
    /// `s3` of `s3.amazonaws.com`; other names as they are.
    @Sendable static func service(_ eventSource: String) -> String {
        let suffix = ".amazonaws.com"
        return eventSource.hasSuffix(suffix) ? String(eventSource.dropLast(suffix.count)) : eventSource
    }

    /// The user that an ARN names, within its account: what follows the kind of the resource.
    ///
    /// `arn:aws:iam::123456789012:user/team/alice` → `team/alice`, `…:assumed-role/admin/bob` → `admin/bob`, `…:root` → `root`.
    @Sendable static func userName(_ arn: String) -> String? {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", !parts[5].isEmpty else { return nil }
        guard let slash = parts[5].firstIndex(of: "/") else { return String(parts[5]) }
        let name = parts[5][parts[5].index(after: slash)...]
        return name.isEmpty ? nil : String(name)
    }

    /// `aws-cli` of `aws-cli/2.13.5 Python/3.11.4`, `S3Console` of `[S3Console/0.4, …]`.
    @Sendable static func product(_ userAgent: String) -> String {
        let text = userAgent.utf8.first == 0x5b ? userAgent.utf8.dropFirst() : userAgent.utf8[...]
        return String(
            decoding: text.prefix { $0 != 0x2f && $0 != 0x20 && $0 != 0x28 && $0 != 0x2c && $0 != 0x5d }, as: UTF8.self)
    }

    /// Whether an error code says that the caller may not do that. Services spell it in many ways: `AccessDenied`,
    /// `Client.UnauthorizedOperation`, `AccessDeniedException`, `KMS.AccessDeniedException`.
    @Sendable static func isRefusal(_ errorCode: String) -> Bool {
        ["AccessDenied", "Unauthorized", "NotAuthorized", "Forbidden"].contains { errorCode.contains($0) }
    }
}
