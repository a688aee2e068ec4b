import Foundation
import KubernetesAudit
import TestSupport
import Testing

@testable import AuditStore

/// Any path with any type, against a walk through the events as Foundation's decoder reads them: in young segments, where bodies are
/// fragments of each other, and in compacted ones, where they are sorted. `ShreddedPathTests` has paths with columns of their own.
@Suite struct JSONPathTests {
    enum Node: Decodable {
        case null, bool(Bool), int(Int), double(Double), string(String), list([Node]), object([String: Node])

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() {
                self = .null
            } else if let bool = try? value.decode(Bool.self) {
                self = .bool(bool)
            } else if let int = try? value.decode(Int.self) {
                self = .int(int)
            } else if let double = try? value.decode(Double.self) {
                self = .double(double)
            } else if let string = try? value.decode(String.self) {
                self = .string(string)
            } else if let list = try? value.decode([Node].self) {
                self = .list(list)
            } else {
                self = .object(try value.decode([String: Node].self))
            }
        }

        /// What a path of keys leads to; `*` stands for every element.
        func values(_ path: ArraySlice<String>) -> [Node] {
            guard let key = path.first else { if case .null = self { return [] } else { return [self] } }
            switch self {
            case .object(let members): return members[key].map { $0.values(path.dropFirst()) } ?? []
            case .list(let elements) where key == "*": return elements.flatMap { $0.values(path.dropFirst()) }
            default: return []
            }
        }

        var int: Int? { if case .int(let value) = self { value } else { nil } }
        var string: String? { if case .string(let value) = self { value } else { nil } }
        var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    }

    struct Fixtures: Sendable {
        var young: Snapshot
        var compacted: Snapshot
        var events: [EventNode]
    }

    struct EventNode: @unchecked Sendable {
        var node: Node
    }

    /// Real events with bodies, one in a few.
    private static let lines: [String] = {
        let withBodies = SampleEvents.lines.filter { $0.utf8.count < 20_000 && $0.contains("\"requestObject\":") }
        return stride(from: 0, to: withBodies.count, by: 20).map { withBodies[$0] }
    }()

    private static let fixtures = Task {
        let store = StoreCore(
            directory: StoreDirectory(path: "/store", files: MemoryFileSystem()),
            schema: KubernetesAudit.description.shredding)
        let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
        let source = IngestSource(name: "sample", isRepeatable: false) { MemoryInput("sample", bytes, canGrow: false) }
        _ = try await store.ingest([source], options: IngestOptions())
        let young = try store.directory.snapshot().1
        _ = try store.compact()
        let decoder = JSONDecoder()
        let events = try lines.map { EventNode(node: try decoder.decode(Node.self, from: Data($0.utf8))) }
        return Fixtures(young: young, compacted: try store.directory.snapshot().1, events: events)
    }

    /// Of paths that most bodies of a kind have, and of one that few have.
    @Test func integers() async throws {
        let fixtures = try await Self.fixtures.value
        let paths = [
            ["spec", "replicas"], ["metadata", "generation"],
            ["spec", "template", "spec", "terminationGracePeriodSeconds"],
        ]
        var found = 0
        for path in paths {
            let values = fixtures.events.flatMap { $0.node.values((["requestObject"] + path)[...]) }
            found += values.count
            for snapshot in [fixtures.young, fixtures.compacted] {
                let events = EventQuery<KubernetesAudit>(snapshot)
                func json(_ fields: KubernetesFields) -> JSONPath { path.reduce(fields.requestObject) { $0[$1] } }
                let groups = try await events.group { json($0).as(Int.self) }.aggregate(.count).rows()
                var counts: [Int: Int] = [:]
                for value in values.compactMap(\.int) { counts[value, default: 0] += 1 }
                #expect(Dictionary(uniqueKeysWithValues: groups.map { ($0.key, $0.value) }) == counts, "\(path)")
                #expect(
                    try await events.where { json($0).as(Int.self) >= 1 }.count()
                        == counts.filter { $0.key >= 1 }.values.reduce(0, +))
                #expect(try await events.where { json($0).isPresent }.count() == values.count)
            }
        }
        #expect(found > 50)
    }

    @Test func lists() async throws {
        let fixtures = try await Self.fixtures.value
        let paths = [
            ["spec", "containers", "*", "image"], ["spec", "template", "spec", "containers", "*", "image"],
            ["rules", "*", "verbs", "*"], ["metadata", "finalizers"],
        ]
        for path in paths {
            var counts: [String: Int] = [:]
            for event in fixtures.events {
                for value in event.node.values((["requestObject"] + path)[...]) {
                    if let text = value.string { counts[text, default: 0] += 1 }
                    if case .list(let elements) = value {
                        for text in elements.compactMap(\.string) { counts[text, default: 0] += 1 }
                    }
                }
            }
            for snapshot in [fixtures.young, fixtures.compacted] {
                func json(_ fields: KubernetesFields) -> JSONPath {
                    path.reduce(fields.requestObject) { $1 == "*" ? $0.elements : $0[$1] }
                }
                let events = EventQuery<KubernetesAudit>(snapshot)
                let groups = try await events.group { json($0).strings.elements() }.aggregate(.count).rows()
                #expect(Dictionary(uniqueKeysWithValues: groups.map { ($0.key, $0.value) }) == counts, "\(path)")
            }
        }
    }

    @Test func boolsAndStringsOfResponses() async throws {
        let fixtures = try await Self.fixtures.value
        let names = fixtures.events.compactMap { $0.node.values(["responseObject", "metadata", "name"]).first?.string }
        let flags = fixtures.events.compactMap { $0.node.values(["requestObject", "spec", "hostNetwork"]).first?.bool }
        #expect(!names.isEmpty)
        for snapshot in [fixtures.young, fixtures.compacted] {
            let (distinct, top, yes) = try await EventQuery<KubernetesAudit>(snapshot).aggregate(
                .distinct(\.responseObject["metadata"]["name"].string),
                .mostFrequent(1, of: \.responseObject["metadata"]["name"].string),
                .mostFrequent(2, of: \.requestObject["spec"]["hostNetwork"].bool))
            #expect(distinct == Set(names).count)
            #expect(top.first?.count == Dictionary(grouping: names) { $0 }.values.map(\.count).max())
            #expect(yes.reduce(0) { $0 + $1.count } == flags.count)
        }
    }

    private static let mixed = [
        #"{"requestObject":{"spec":{"replicas":3,"ports":[80,"http",443]}},"é":{"n":1},"x":1}"#,
        #"{"requestObject":{"spec":{"replicas":"three","ports":[]}},"é":{"n":"one"},"x":{"y":1}}"#,
        #"{"requestObject":{"spec":{"replicas":3.5,"ports":8080}},"é":{"n":2.0},"x":[1]}"#,
        #"{"requestObject":{"spec":{"replicas":null}},"x":null}"#,
        #"{"requestObject":[{"op":"replace","value":7},{"op":"add","value":"7"}]}"#,
        #"{"requestObject":"skipped-too-big-size-object"}"#, #"{}"#,
    ]

    @Test func valuesOfOtherTypesAreCounted() async throws {
        let events = try QueryFixture([Self.mixed]).events
        let (sum, other, doubles, none) = try await events.aggregate(
            .sum(\.requestObject["spec"]["replicas"].int), .mismatches(\.requestObject["spec"]["replicas"].int),
            .mismatches(\.requestObject["spec"]["replicas"].double), .mismatches(\.requestObject["nothing"].int))
        #expect(sum == 3 && other == 2 && doubles == 1 && none == 0)
        let (ports, otherPorts) = try await events.aggregate(
            .distinct(\.requestObject["spec"]["ports"].ints), .mismatches(\.requestObject["spec"]["ports"].ints))
        #expect(ports == 2 && otherPorts == 2)
        // Keys that are not ASCII are in the residual.
        let (residual, otherResidual) = try await events.aggregate(
            .sum(\.["é"]["n"].int), .mismatches(\.["é"]["n"].int))
        #expect(residual == 3 && otherResidual == 1)
        // A path that is a value here, an object or a list there.
        let (x, otherX) = try await events.aggregate(.sum(\.["x"].int), .mismatches(\.["x"].int))
        #expect(x == 1 && otherX == 2)
        let (patch, otherPatch) = try await events.aggregate(
            .mostFrequent(9, ofElements: \.requestObject.elements["value"].ints),
            .mismatches(\.requestObject.elements["value"].ints))
        #expect(patch.map(\.value) == [7] && otherPatch == 1)
        #expect(try await events.where { $0.requestObject[0]["op"].string == "replace" }.count() == 1)
        #expect(try await events.where { $0.requestObject[-1]["op"].string == "replace" }.count() == 0)
    }
}
