/// Errors in what stands beside an expression: times, aggregates, orders.
extension ExpressionError {
    /// An error about the whole of a text.
    static func whole(_ message: String, _ text: String, hint: String? = nil) -> ExpressionError {
        ExpressionError(message, at: 0..<text.utf8.count, in: text, hint: hint)
    }
}
