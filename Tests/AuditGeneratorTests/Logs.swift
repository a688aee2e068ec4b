import AuditGenerator
import Foundation
import TestSupport

/// Generated logs, as tests want them.
enum Logs {
    static func bytes(
        events: Int, seed: UInt64 = 1, nodes: Int = 200, level: GeneratedLevel = .mixed, days: Int = 396,
        threads: Int = 1
    ) async throws -> [UInt8] {
        var options = GeneratorOptions(events: events)
        (options.seed, options.nodes, options.level, options.days, options.threads) = (
            seed, nodes, level, days, threads
        )
        var bytes: [UInt8] = []
        try await AuditGenerator(options).run { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// FNV-1a of 64 bits: what the golden digests are.
    static func digest(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    static func parsed(_ bytes: [UInt8]) throws -> [GeneratedEvent] {
        try lines(bytes).map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            return GeneratedEvent(json: object ?? [:], length: line.count + 1)
        }
    }
}

/// One event as an independent parser reads it.
struct GeneratedEvent: @unchecked Sendable {
    // What the parser gives is never changed.
    let json: [String: Any]
    let length: Int

    private func member(_ name: String, _ key: String) -> Any? { (json[name] as? [String: Any])?[key] }

    var auditID: String { json["auditID"] as? String ?? "" }
    var stage: String { json["stage"] as? String ?? "" }
    var verb: String { json["verb"] as? String ?? "" }
    var path: String { json["requestURI"] as? String ?? "" }
    var time: String { json["stageTimestamp"] as? String ?? "" }
    var received: String { json["requestReceivedTimestamp"] as? String ?? "" }
    var agent: String { json["userAgent"] as? String ?? "" }
    var user: String? { member("user", "username") as? String }
    var resource: String? { member("objectRef", "resource") as? String }
    var subresource: String? { member("objectRef", "subresource") as? String }
    var namespace: String? { member("objectRef", "namespace") as? String }
    var name: String? { member("objectRef", "name") as? String }
    var uid: String? { member("objectRef", "uid") as? String }
    var version: UInt64? { (member("objectRef", "resourceVersion") as? String).flatMap(UInt64.init) }
    var code: Int? { member("responseStatus", "code") as? Int }
    var address: String? { (json["sourceIPs"] as? [String])?.last }
    var hasBody: Bool { json["requestObject"] != nil || json["responseObject"] != nil }
    /// The metadata of the object that was stored.
    var stored: [String: Any]? { (json["responseObject"] as? [String: Any])?["metadata"] as? [String: Any] }
}
