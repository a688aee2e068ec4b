import AuditStore
import Foundation

/// What the questions of the suite ask of an event, by Foundation's parser.
struct SuiteEvent: Sendable {
    let text: String
    let auditID, verb, user, remoteIP, userAgent, requestURI, resource, namespace: String?
    let code: Int?
    /// Microseconds since 1970.
    let time: Int64
    /// Microseconds.
    let latency: Int64?

    init(_ line: String) throws {
        guard let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
            throw CocoaError(.propertyListReadCorrupt)
        }
        let object = event["objectRef"] as? [String: Any]
        text = line
        auditID = event["auditID"] as? String
        verb = event["verb"] as? String
        user = (event["user"] as? [String: Any])?["username"] as? String
        remoteIP = (event["sourceIPs"] as? [String])?.last
        userAgent = event["userAgent"] as? String
        requestURI = event["requestURI"] as? String
        resource = object?["resource"] as? String
        namespace = object?["namespace"] as? String
        code = (event["responseStatus"] as? [String: Any])?["code"] as? Int
        time = try Self.microseconds(event["stageTimestamp"])
        latency = try time - Self.microseconds(event["requestReceivedTimestamp"])
    }

    /// RFC 3339 with six fraction digits, as apiservers write it; up to the second by Foundation.
    private static func microseconds(_ time: Any?) throws -> Int64 {
        guard let text = time as? String, text.utf8.count == 27, let fraction = Int64(text.dropLast().suffix(6)) else {
            throw CocoaError(.formatting)
        }
        let seconds = try Date(text.prefix(19) + "Z", strategy: .iso8601).timeIntervalSince1970
        return Int64(seconds) * 1_000_000 + fraction
    }

    var isFromPrivateNetwork: Bool {
        let octets = (remoteIP ?? "").split(separator: ".").compactMap { UInt8($0) }
        guard octets.count == 4 else { return false }
        return octets[0] == 10 || octets[0] == 172 && octets[1] & 0xf0 == 16 || octets[0] == 192 && octets[1] == 168
    }
}

/// A key of a group, ordered as answers are: numbers by size, texts by their bytes, what is absent last.
enum SuiteKey: Hashable, Comparable {
    case number(Int64)
    case text([UInt8])
    case absent

    init(_ text: String?) { self = text.map { .text(Array($0.utf8)) } ?? .absent }
    init(_ number: Int?) { self = number.map { .number(Int64($0)) } ?? .absent }

    static func < (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.number(let a), .number(let b)): a < b
        case (.text(let a), .text(let b)): a.lexicographicallyPrecedes(b)
        case (.absent, _): false
        case (_, .absent): true
        case (.number, .text): true
        case (.text, .number): false
        }
    }
}

struct SuiteCount: Equatable {
    let keys: [SuiteKey]
    let count: Int
}

extension SuiteCount {
    init(_ user: String?, _ address: IPAddress?, _ count: Int) {
        self.init(keys: [SuiteKey(user), SuiteKey(address.map { "\($0)" })], count: count)
    }
}
