import KubernetesAudit

@testable import AuditStore

/// Conditions in the text form: refused with a place within the text, or compiled; what is parsed has a text of its own, which
/// means the same.
enum TextTarget {
    static func run(_ input: UnsafeRawBufferPointer) -> Int32 {
        let text = String(decoding: input, as: UTF8.self)
        do throws(ExpressionError) {
            let expression = try Expression(parsing: text)
            let again = try Expression(parsing: expression.description)
            expect(again.description == expression.description, "\(text): \(again) is not \(expression)")
            _ = try ExpressionCompiler.predicate(text, fields: TextFields(KubernetesAudit.description), now: 0)
        } catch {
            expect(error.range.upperBound <= text.utf8.count && !error.message.isEmpty, "\(text): \(error)")
        }
        return 0
    }
}
