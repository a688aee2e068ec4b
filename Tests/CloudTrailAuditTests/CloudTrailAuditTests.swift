import AuditStore
import Foundation
import Testing

@testable import CloudTrailAudit

@Suite struct CloudTrailAuditTests {
    private static let records = [
        #"{"eventVersion":"1.09","userIdentity":{"type":"IAMUser","principalId":"AIDA1","arn":"arn:aws:iam::111122223333:user/team/alice","accountId":"111122223333","accessKeyId":"AKIA1","userName":"alice","sessionContext":{"attributes":{"creationDate":"2026-03-02T06:00:00Z","mfaAuthenticated":"true"}}},"eventTime":"2026-03-02T07:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-central-1","sourceIPAddress":"198.51.100.17","userAgent":"[aws-cli/2.13.5]","requestParameters":{"bucketName":"data","key":"a"},"responseElements":null,"additionalEventData":{"bytesTransferredOut":12},"requestID":"CC9X0N62QREGTBMN","eventID":"0d2f3a1e-0000-4000-8000-000000000001","readOnly":true,"resources":[{"accountId":"111122223333","type":"AWS::S3::Object","ARN":"arn:aws:s3:::data/a"}],"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"111122223333","eventCategory":"Data","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"data.s3.amazonaws.com"}}"#,
        #"{"eventVersion":"1.09","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/admin/bob","sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::111122223333:role/admin","userName":"admin"},"attributes":{"creationDate":"2026-03-02T05:00:00Z","mfaAuthenticated":"false"}}},"eventTime":"2026-03-02T08:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","awsRegion":"eu-central-1","sourceIPAddress":"cloudformation.amazonaws.com","userAgent":"cloudformation.amazonaws.com","errorCode":"Client.UnauthorizedOperation","errorMessage":"no","requestParameters":{"instanceType":"p5"},"responseElements":null,"requestID":"0d2f3a1e-0000-4000-8000-0000000000aa","eventID":"0d2f3a1e-0000-4000-8000-000000000002","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}"#,
        #"{"eventVersion":"1.09","userIdentity":{"type":"Root","arn":"arn:aws:iam::111122223333:root"},"eventTime":"2026-03-03T08:00:00Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","awsRegion":"us-east-1","sourceIPAddress":"2001:db8::7","userAgent":"Mozilla/5.0","requestParameters":null,"responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"MFAUsed":"No"},"eventID":"0d2f3a1e-0000-4000-8000-000000000003","readOnly":false,"eventType":"AwsConsoleSignIn","recipientAccountId":"111122223333"}"#,
    ]

    private func withStore(_ body: (AuditStore<CloudTrailAudit>) async throws -> Void) async throws {
        let path = NSTemporaryDirectory() + "auditstore-tests-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let file = path + "/records.json"
        try Data(("{\"Records\":[" + Self.records.joined(separator: ",") + "]}").utf8).write(
            to: URL(fileURLWithPath: file))
        let store = try await AuditStore(at: path + "/store", schema: CloudTrailAudit.self)
        let report = try await store.ingest(files: [file])
        #expect(report.events == 3 && report.quarantined == 0 && report.failures.isEmpty)
        #expect(try await store.ingest(files: [file]).events == 0)
        try await body(store)
        try await store.compact()
        try await body(store)
    }

    @Test func recordsComeBack() async throws {
        try await withStore { store in
            var lines: [String] = []
            try store.forEachEvent { lines.append(String(decoding: $0, as: UTF8.self)) }
            #expect(lines == Self.records)
        }
    }

    @Test func typedFields() async throws {
        try await withStore { store in
            let events = try store.events
            let refused = try await events.where { $0.isRefused }
                .group { ($0.user.kind, $0.user.name, $0.service) }.aggregate(.count).rows()
            #expect(refused.map(\.key).count == 1)
            for ((kind, name, service), count) in refused {
                #expect(kind == .role && name == "admin/bob" && service == "ec2" && count == 1)
            }
            #expect(try await events.where { $0.user.session.hasMFA == true }.count() == 1)
            #expect(try await events.where { $0.user.session.created >= Instant("2026-03-02T06:00:00Z")! }.count() == 1)
            #expect(try await events.where { $0.remoteIP.isContained(in: "2001:db8::/32") }.count() == 1)
            #expect(try await events.where { $0.callingService.isPresent }.count() == 1)
            #expect(try await events.where { $0.additionalEventData["MFAUsed"].string == "No" }.count() == 1)
            #expect(
                try await events.where { $0.resources.elements["ARN"].strings.contains("arn:aws:s3:::data/a") }.count()
                    == 1)
            #expect(try await events.where { $0.eventID == "0d2f3a1e-0000-4000-8000-000000000002" }.count() == 1)
            #expect(try await events.where { $0.requestID == "CC9X0N62QREGTBMN" }.count() == 1)
            #expect(try await events.since(Instant("2026-03-02T08:00:00Z")!).count() == 2)
            let products = try await events.group { $0.userAgentProduct }.aggregate(.count).rows()
            #expect(products.map(\.key) == ["Mozilla", "aws-cli", "cloudformation.amazonaws.com"])
        }
    }

    @Test func textFields() async throws {
        try await withStore { store in
            let query = TextQuery(
                by: ["user.kind", "user.name", "user.mfa", "service", "remoteIP", "isRefused"], aggregates: ["count"],
                order: "user.kind:asc")
            let rows = try await store.answer(query).rows
            #expect(
                rows == [
                    [.string("role"), .string("admin/bob"), .bool(false), .string("ec2"), .null, .bool(true), .int(1)],
                    [
                        .string("root"), .string("root"), .null, .string("signin"), .string("2001:db8::7"), .null,
                        .int(1),
                    ],
                    [
                        .string("user"), .string("team/alice"), .bool(true), .string("s3"), .string("198.51.100.17"),
                        .null, .int(1),
                    ],
                ])
        }
    }

    @Test func decodedEvents() async throws {
        try await withStore { store in
            let events = try await store.events.oldestFirst().collect()
            let first = try #require(events.first)
            #expect(first.eventName == "GetObject" && first.service == "s3" && first.isReadOnly == true)
            #expect(
                first.user?.name == "team/alice" && first.user?.kind == .user
                    && first.resourceARNs == ["arn:aws:s3:::data/a"])
            #expect(first.eventTime == Instant("2026-03-02T07:00:00Z") && first.responseElements == nil)
            #expect(first.requestParameters?["bucketName"]?.string == "data" && first.errorCode == nil)
            #expect(events.map { $0.remoteIP?.description } == ["198.51.100.17", nil, "2001:db8::7"])
        }
    }

    @Test(
        arguments: [
            ("arn:aws:iam::1:user/a", "a"), ("arn:aws:sts::1:federated-user/x", "x"), ("arn:aws:iam::1:root", "root"),
            ("arn:aws:iam::1:", nil), ("arn:aws:iam::1:user/", nil), ("", nil), ("nonsense", nil), ("a:b:c:d:e:f", nil),
            ("arn:aws-cn:sts::1:assumed-role/r/s:t", "r/s:t"),
        ] as [(String, String?)])
    func names(_ arn: String, _ expected: String?) { #expect(CloudTrailNames.userName(arn) == expected) }

    @Test func refusals() {
        for code in [
            "AccessDenied", "Client.UnauthorizedOperation", "AccessDeniedException", "UnauthorizedAccess",
            "KMS.AccessDeniedException",
        ] {
            #expect(CloudTrailNames.isRefusal(code), "\(code)")
        }
        for code in ["NoSuchKey", "ThrottlingException", "ValidationException", "DryRunOperation"] {
            #expect(!CloudTrailNames.isRefusal(code), "\(code)")
        }
    }

    @Test func theSchemaIsInOrder() async throws {
        let path = NSTemporaryDirectory() + "auditstore-tests-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = try await AuditStore(at: path, schema: CloudTrailAudit.self)
        #expect(CloudTrailAudit.description.usualFields.first == "eventName")
        #expect(CloudTrailAudit.description.name == "cloudtrail.amazonaws.com")
    }
}
