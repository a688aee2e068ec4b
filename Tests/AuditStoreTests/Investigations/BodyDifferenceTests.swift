import Foundation
import KubernetesAudit
import TestSupport
import Testing

@testable import AuditStore

@Suite struct BodyDifferenceTests {
    static func difference(_ old: String?, _ new: String, excluding: Set<String> = []) -> [String] {
        let difference = BodyDifference(from: old.map { JSONValue($0) }, to: JSONValue(new), excluding: excluding)
        #expect(difference.omitted == 0)
        return difference.changes.map { change in
            let sign = ["added": "+", "removed": "-", "changed": "~"][change.kind.rawValue]!
            return "\(sign)\(change.path)|\(change.old?.text ?? "")|\(change.new?.text ?? "")"
        }
    }

    @Test func members() {
        #expect(
            Self.difference(
                #"{"spec":{"replicas":1,"paused":true},"kind":"D"}"#, #"{"kind":"D","spec":{"replicas":3,"x":{"y":1}}}"#
            )
                == ["-spec.paused|true|", "~spec.replicas|1|3", "+spec.x||{\"y\":1}"])
        #expect(Self.difference(#"{"a":1}"#, #"{"a":1}"#) == [])
        #expect(Self.difference(#"{}"#, #"{"status":{},"spec":{"x":null}}"#) == ["+spec.x||null", "+status||{}"])
        // The same value, however spelt; another type is another value.
        #expect(Self.difference(#"{"a":1.0,"b":"\u0041","c":1}"#, #"{"a":1,"b":"A","c":"1"}"#) == ["~c|1|\"1\""])
        #expect(
            Self.difference(#"{"metadata":{}}"#, #"{"metadata":{"annotations":{"a/b":"c","d\"e":"f"}}}"#) == [
                #"+metadata.annotations||{"a/b":"c","d\"e":"f"}"#
            ])
        #expect(
            Self.difference(#"{"m":{"a/b":1,"x":2}}"#, #"{"m":{"a/b":2,"d\"e":3,"9":1}}"#) == [
                "-m.x|2|", #"+m["9"]||1"#, #"~m["a/b"]|1|2"#, #"+m["d\"e"]||3"#,
            ])
    }

    @Test func listsOfObjectsAreMatchedByTheirNames() {
        let old = #"{"c":[{"name":"a","image":"1"},{"name":"b","image":"2"}]}"#
        let new = #"{"c":[{"name":"b","image":"3"},{"name":"c","image":"4"}]}"#
        #expect(
            Self.difference(old, new) == [
                #"-c[name=a]|{"name":"a","image":"1"}|"#, #"~c[name=b].image|"2"|"3""#,
                #"+c[name=c]||{"name":"c","image":"4"}"#,
            ])
        // Names that are not unique are no names.
        #expect(
            Self.difference(
                #"{"v":[{"name":"a","mountPath":"/x"},{"name":"a","mountPath":"/y"}]}"#,
                #"{"v":[{"name":"a","mountPath":"/y"},{"name":"b","mountPath":"/x"}]}"#)
                == [#"~v[mountPath=/x].name|"a"|"b""#])
        #expect(
            Self.difference(#"{"v":[{"q":1},{"q":2}]}"#, #"{"v":[{"q":1},{"q":3},{"q":4}]}"#) == [
                "~v[1].q|2|3", #"+v[2]||{"q":4}"#,
            ])
        #expect(Self.difference(#"{"v":["a","b"]}"#, #"{"v":["b"]}"#) == [#"~v|["a","b"]|["b"]"#])
    }

    @Test func firstVersionsAndExclusions() {
        #expect(
            Self.difference(
                nil, #"{"kind":"P","metadata":{"name":"x","managedFields":[1]},"spec":{"a":{"b":1}}}"#,
                excluding: BodyDifference.usuallyExcluded)
                == [#"+kind||"P""#, #"+metadata.name||"x""#, #"+spec.a||{"b":1}"#])
        #expect(
            Self.difference(
                #"{"metadata":{"resourceVersion":"1","managedFields":[1]}}"#,
                #"{"metadata":{"resourceVersion":"2","managedFields":[2]}}"#, excluding: BodyDifference.usuallyExcluded)
                == [])
    }

    @Test func hostileBodies() {
        let deep = { (leaf: String) in
            String(repeating: #"{"a":"#, count: 9000) + leaf + String(repeating: "}", count: 9000)
        }
        #expect(Self.difference(deep("1"), deep("2")).count == 1)
        #expect(Self.difference(deep("1"), deep("1")).isEmpty)
        let wide = { (value: Int) in
            "{" + (0..<60_000).map { "\"k\($0)\":\(value)" }.joined(separator: ",") + "}"
        }
        let difference = BodyDifference(from: JSONValue(wide(1)), to: JSONValue(wide(2)))
        #expect(difference.changes.count == BodyDifference.limit && difference.omitted == 59_000)
        // Were each member's path kept whole, these would be gigabytes.
        let longKey = { (value: Int) in
            "{\"\(String(repeating: "k", count: 700_000))\":{"
                + (0..<50_000).map { "\"m\($0)\":\(value)" }.joined(separator: ",") + "}}"
        }
        #expect(BodyDifference(from: JSONValue(longKey(1)), to: JSONValue(longKey(2))).changes.count == 1)
        #expect(BodyDifference(from: nil, to: JSONValue(longKey(1))).changes.count == 1)
        #expect(Self.difference(#"{"a":1,"a":2}"#, #"{"a":1,"a":3}"#) == [])
        #expect(Self.difference("[1]", #"{"a":1}"#) == [#"~|[1]|{"a":1}"#])
    }

    /// All leaves of a body by their paths, as a dictionary: an evaluation with nothing in common.
    private static func leaves(_ value: Any, _ path: String, into all: inout [String: String]) {
        if let object = value as? [String: Any], !object.isEmpty {
            for (key, child) in object { leaves(child, path + "/" + key, into: &all) }
        } else {
            all[path] = "\(value)"
        }
    }

    @Test func objectsOfMembersOnlyAgreeWithAnotherEvaluation() throws {
        var random = Seeds.announce(5, "bodies")
        func body(_ depth: Int) -> [String: Any] {
            var object: [String: Any] = [:]
            for _ in 0..<random.below(4) + 1 {
                let key = "k\(random.below(6))"
                object[key] = depth > 0 && random.oneIn(2) ? body(depth - 1) : random.below(3)
            }
            return object
        }
        for _ in 0..<300 {
            let (old, new) = (body(3), body(3))
            func text(_ body: [String: Any]) throws -> String {
                String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
            }
            let difference = BodyDifference(from: JSONValue(try text(old)), to: JSONValue(try text(new)), excluding: [])
            // Apply the changes to the old leaves: the new ones must come out.
            var found: [String: String] = [:]
            var expected: [String: String] = [:]
            Self.leaves(old, "", into: &found)
            Self.leaves(new, "", into: &expected)
            for change in difference.changes {
                let path = "/" + change.path.replacing(".", with: "/")
                for key in found.keys where key == path || key.hasPrefix(path + "/") { found[key] = nil }
                guard let value = change.new else { continue }
                let parsed = try JSONSerialization.jsonObject(with: Data(value.rawBytes), options: .fragmentsAllowed)
                Self.leaves(parsed, path, into: &found)
            }
            #expect(found == expected)
        }
    }
}
