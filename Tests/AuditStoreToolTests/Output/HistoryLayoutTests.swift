import AuditStore
import Testing

@testable import AuditStoreTool
@testable import KubernetesAudit

@Suite struct HistoryLayoutTests {
    static func change(
        _ event: String, _ basis: ObjectChange.Basis = .response, first: Bool = false, changes: [FieldChange] = [],
        omitted: Int = 0, patch: String? = nil, dryRun: Bool = false
    ) -> ObjectChange {
        ObjectChange(
            event: KubernetesEvent(Event(bytes: Array(event.utf8)), at: EventPosition(sequence: 0)), basis: basis,
            isFirst: first, changes: changes, omittedChanges: omitted, patch: patch.map { JSONValue($0) },
            isDryRun: dryRun)
    }

    static func lines(_ change: ObjectChange, width: Int? = nil) -> [String] {
        let style = OutputStyle(isTerminal: width != nil, usesColor: false, width: width)
        return HistoryLayout(style: style).lines(of: change).split(separator: "\n").map(String.init)
    }

    static let event =
        #"{"verb":"patch","user":{"username":"alice"},"sourceIPs":["10.0.0.1"],"userAgent":"kubectl/v1 (linux)","objectRef":{"subresource":"scale"},"responseStatus":{"code":200},"stageTimestamp":"2024-06-16T04:00:00.000000Z"}"#

    @Test func differences() {
        let changes = [
            FieldChange(path: "a", kind: .added, old: nil, new: JSONValue("1")),
            FieldChange(path: "b", kind: .changed, old: JSONValue("1"), new: JSONValue("\"x\"")),
            FieldChange(path: "c", kind: .removed, old: JSONValue("[]"), new: nil),
        ]
        #expect(
            Self.lines(Self.change(Self.event, changes: changes, omitted: 3)) == [
                "2024-06-16T04:00:00.000000Z  alice  patch scale  200  from 10.0.0.1 by kubectl/v1", "  + a: 1",
                "  ~ b: 1 -> \"x\"", "  - c: []", "  … and 3 more",
            ])
        #expect(Self.lines(Self.change(Self.event)).last == "  (no difference)")
    }

    @Test func whatIsNoVersion() {
        let refused =
            #"{"responseStatus":{"code":403,"message":"no\u001b[31m"},"impersonatedUser":{"username":"root"}}"#
        #expect(
            Self.lines(Self.change(refused, .patch, patch: #"{"x":1}"#)) == [
                "-  - as root    403  from -", #"  (failed: no\u001b[31m)"#, #"  patch {"x":1}"#,
            ])
        #expect(Self.lines(Self.change(#"{"level":"Metadata"}"#, .none)).last == "  (no body at level Metadata)")
        let cut = #"{"annotations":{"audit.k8s.io/truncated":"true"}}"#
        #expect(Self.lines(Self.change(cut, .none)).last == "  (the API server cut the bodies off)")
        #expect(Self.lines(Self.change(Self.event, dryRun: true))[0].contains("200 (dry run)"))
        #expect(
            Self.lines(Self.change(Self.event, .request, first: true))[1]
                == "  (the first version in the store, as it was sent)")
    }

    @Test func longLinesAreCut() {
        let long = FieldChange(
            path: "a", kind: .added, old: nil, new: JSONValue("\"\(String(repeating: "x", count: 9999))\""))
        for line in Self.lines(Self.change(Self.event, changes: [long]), width: 40) {
            #expect(DisplayWidth.of(line) <= 40)
        }
    }
}
