import Foundation
import TestSupport

@testable import AuditStore

/// The real log of the fixtures, for the engine and, parsed by Foundation, for what the answers are compared with.
enum SampleEvents {
    static let lines = TestSupport.lines(Fixture.sample).map { String(decoding: $0, as: UTF8.self) }.filter {
        !$0.isEmpty
    }
    static let fixture = Result { try QueryFixture([Array(lines[..<1200]), Array(lines[1200...])]) }
    /// Never changed; Foundation's dictionaries do not say so.
    private nonisolated(unsafe) static let parsed = Result { try ReferenceStore(lines) }

    static func events() throws -> [[String: Any]] { try parsed.get().events }

    /// The first value of a field of an event, as text.
    static func text(_ field: String, _ event: [String: Any]) -> String? {
        if case .text(let text)? = ReferenceStore.values(field, event).first { text } else { nil }
    }

    static func microseconds(_ field: String, _ event: [String: Any]) -> Int64? {
        text(field, event).flatMap(Instant.init)?.microseconds
    }

    static func latency(_ event: [String: Any]) -> Int64? {
        guard let end = microseconds("stageTimestamp", event),
            let start = microseconds("requestReceivedTimestamp", event)
        else { return nil }
        return end - start
    }
}
