@testable import AuditStore

/// Makes expected trees, and reports what parsing throws.
enum Tree {
    static func node(_ kind: Expression.Kind) -> Expression { Expression(kind, range: 0..<0) }

    static func string(_ value: String) -> Expression { node(.literal(.string(value))) }
    static func int(_ value: Int64) -> Expression { node(.literal(.int(value))) }
    static func bool(_ value: Bool) -> Expression { node(.literal(.bool(value))) }
    static func list(_ elements: Expression...) -> Expression { node(.list(elements)) }

    static func field(_ components: FieldPath.Component...) -> Expression { node(.field(FieldPath(components))) }
    static func field(_ name: String) -> Expression { field(.key(name)) }
    static func variable(_ name: String, _ components: FieldPath.Component...) -> Expression {
        node(.variable(name, FieldPath(components)))
    }

    static func equal(_ left: Expression, _ right: Expression) -> Expression { node(.comparison(.equal, left, right)) }
    static func and(_ operands: Expression...) -> Expression { node(.and(operands)) }
    static func or(_ operands: Expression...) -> Expression { node(.or(operands)) }
    static func not(_ operand: Expression) -> Expression { node(.not(operand)) }
}

/// The description of the error that parsing an expression throws, or its tree if it throws none.
func expressionFailure(_ source: String) -> String {
    do throws(ExpressionError) {
        return "no error: \(try Expression(parsing: source))"
    } catch {
        return error.description
    }
}

/// The error that parsing an expression throws.
func expressionError(_ source: String) -> ExpressionError? {
    do throws(ExpressionError) {
        _ = try Expression(parsing: source)
        return nil
    } catch {
        return error
    }
}

/// SplitMix64: a sequence of numbers that a seed determines.
struct TextFormRandom: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
