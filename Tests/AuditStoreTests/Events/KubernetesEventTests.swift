import Foundation
import KubernetesAudit
import TestSupport
import Testing

@testable import AuditStore

/// Events as values, on real ones and on those that clients made up to hurt.
@Suite struct KubernetesEventTests {
    static func event(_ line: some Collection<UInt8>) -> KubernetesEvent {
        KubernetesEvent(Event(bytes: Array(line)), at: EventPosition(sequence: 0))
    }

    /// Touches all there is; how much was found.
    static func touch(_ event: KubernetesEvent) -> Int {
        var found = 0
        func count(_ value: Any?) { found += value == nil ? 0 : 1 }
        for text in [event.auditID, event.level, event.stage, event.requestURI, event.verb, event.userAgent] {
            count(text)
        }
        for user in [event.user, event.impersonatedUser] {
            count(user?.name)
            count(user?.uid)
            count(user?.kind)
            found += (user?.groups.count ?? 0) + (user?.extra.count ?? 0)
        }
        count(event.remoteIP)
        count(event.object?.text)
        count(event.response?.code)
        count(event.response?.message)
        count(event.latency)
        found += event.annotations.count + event.sourceIPs.count
        for body in [event.requestObject, event.responseObject] {
            // Down the first children as far as they go, without recursion.
            var value = body
            var depth = 0
            while let current = value, depth < 100 {
                found += 1
                depth += 1
                value = current.members.first { _ in true }?.value ?? current.elements.first { _ in true }
                _ = (current.string, current.int, current.double, current.bool, current.eventValue)
            }
        }
        return found
    }

    @Test func agreesWithAnotherParserOnRealEvents() throws {
        let all = lines(Fixture.sample)
        var compared = 0
        for line in stride(from: 0, to: all.count, by: 16).map({ all[$0] }) {
            let event = Self.event(line)
            #expect(areEqual(event.rawBytes, line))
            let other = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            let user = other["user"] as? [String: Any]
            let object = other["objectRef"] as? [String: Any]
            let response = other["responseStatus"] as? [String: Any]
            #expect(event.auditID == other["auditID"] as? String)
            #expect(event.level == other["level"] as? String)
            #expect(event.stage == other["stage"] as? String)
            #expect(event.verb == other["verb"] as? String)
            #expect(event.requestURI == other["requestURI"] as? String)
            #expect(event.userAgent == other["userAgent"] as? String)
            #expect(event.user?.name == user?["username"] as? String)
            #expect(event.user?.groups ?? [] == user?["groups"] as? [String] ?? [])
            #expect(event.user?.extra ?? [:] == user?["extra"] as? [String: [String]] ?? [:])
            #expect(event.sourceIPs == other["sourceIPs"] as? [String] ?? [])
            #expect(event.remoteIP?.description == (other["sourceIPs"] as? [String])?.last)
            #expect(event.object?.name == object?["name"] as? String)
            #expect(event.object?.namespace == object?["namespace"] as? String)
            #expect(event.object?.subresource == object?["subresource"] as? String)
            #expect(event.response?.code == response?["code"] as? Int)
            #expect(event.response?.reason == response?["reason"] as? String)
            #expect(event.response?.message == response?["message"] as? String)
            #expect(event.annotations == other["annotations"] as? [String: String] ?? [:])
            #expect(event.stageTime?.description == other["stageTimestamp"] as? String)
            #expect(event.requestReceived?.description == other["requestReceivedTimestamp"] as? String)
            #expect(Self.same(event.requestObject, other["requestObject"]))
            #expect(Self.same(event.responseObject, other["responseObject"]))
            compared += 1
        }
        #expect(compared == 1500)
    }

    /// Whether a value is the same to both parsers, all the way down.
    private static func same(_ value: JSONValue?, _ other: Any?) -> Bool {
        switch other {
        case nil: return value == nil
        case is NSNull: return value == nil || value?.isNull == true
        case let other as [String: Any]:
            guard let value, value.kind == .object, value.members.map(\.key).count == other.count else { return false }
            return value.members.allSatisfy { same($0.value, other[$0.key]) }
        case let other as [Any]:
            guard let value, value.kind == .array else { return false }
            let elements = Array(value.elements)
            return elements.count == other.count && zip(elements, other).allSatisfy { same($0, $1) }
        case let other as String: return value?.string == other
        case let other as NSNumber:
            return value?.bool.map { $0 == other.boolValue } ?? (value?.double == other.doubleValue)
        default: return false
        }
    }

    @Test func oddEventsAreHarmless() {
        let all = lines(Fixture.edge)
        #expect(all.count == 1684)
        var found = 0
        for line in all {
            let event = Self.event(line)
            #expect(areEqual(event.rawBytes, line))
            found += Self.touch(event)
        }
        #expect(found > 10 * all.count)
    }

    @Test func fieldsOfOtherTypesAreNil() {
        let event = Self.event(
            Array(
                #"{"auditID":7,"user":"alice","verb":["get"],"sourceIPs":{"a":1},"objectRef":[],"responseStatus":{"code":"403"},"stageTimestamp":5,"annotations":{"a":1,"b":"c"},"requestObject":null,"level":null}"#
                    .utf8))
        #expect(event.auditID == nil && event.user?.name == nil && event.verb == nil && event.sourceIPs == [])
        #expect(event.object?.name == nil && event.response?.code == nil && event.stageTime == nil)
        #expect(event.annotations == ["b": "c"] && event.requestObject == nil && event.level == nil)
        #expect(event.remoteIP == nil && event.latency == nil && event.impersonatedUser == nil)
    }

    @Test func bytesThatAreNoEventAreHarmless() {
        // The store holds JSON objects only; a corrupt one must not trap all the same.
        let whole = Array(
            #"{"verb":"get","user":{"username":"a\"b","groups":["x","\u00e9"]},"requestObject":[1,{"a":[]}]}"#.utf8)
        for length in 0...whole.count { _ = Self.touch(Self.event(whole.prefix(length))) }
        var random = Seeds.announce(11, "damaged events")
        for _ in 0..<2000 {
            var damaged = whole
            damaged[random.below(damaged.count)] = UInt8(random.below(256))
            _ = Self.touch(Self.event(damaged))
        }
    }

    @Test func hostileBodies() throws {
        let nested = String(repeating: "[", count: 9000) + String(repeating: "]", count: 9000)
        let digits = String(repeating: "9", count: 400)
        let line =
            #"{"requestObject":{"a":1,"a":2,"":3,"s":"\ud800x","deep":\#(nested),"big":\#(digits),"e":1E400,"neg":-0,"n":1.0}}"#
        let body = try #require(Self.event(Array(line.utf8)).requestObject)
        #expect(body["a"]?.int == 1)
        #expect(body.members.map(\.key) == ["a", "a", "", "s", "deep", "big", "e", "neg", "n"])
        #expect(body[""]?.int == 3)
        #expect(body["s"]?.string == "\u{fffd}x")
        #expect(body["big"]?.int == nil && body["big"]?.text == digits)
        #expect(body["e"]?.double == nil && body["neg"]?.int == 0 && body["n"]?.int == 1)
        #expect(body["deep"]?[0]?[0]?.kind == .array && body["deep"]?[1] == nil)
        #expect(try JSONEncoder().encode(body).count > 400)
    }

    @Test func encodesAsTheJSONThatItIs() throws {
        for line in lines(Fixture.sample).prefix(40) {
            let encoded = try JSONEncoder().encode(Self.event(line))
            let found = try JSONSerialization.jsonObject(with: encoded) as? NSDictionary
            let expected = try JSONSerialization.jsonObject(with: Data(line)) as? NSDictionary
            #expect(found == expected)
        }
    }
}
