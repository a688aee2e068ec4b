/// Turns the syntax tree of a condition into the predicate tree, or says where it makes no sense.
package struct ExpressionCompiler {
    let source: String
    let fields: TextFields
    let now: Int64
    /// The variables of `exists` and `all` around, by name: what an element of a list of constants is.
    var constants: [String: EventValue] = [:]
    /// Shared by all that is compiled of one text.
    let expansions = ExpansionCount()

    package init(_ source: String, fields: TextFields, now: Int64) {
        self.source = source
        self.fields = fields
        self.now = now
    }

    /// Parses and compiles.
    package static func predicate(_ source: String, fields: TextFields, now: Int64) throws(ExpressionError) -> Predicate
    {
        try ExpressionCompiler(source, fields: fields, now: now).compile(try Expression(parsing: source))
    }

    func error(_ message: String, at expression: Expression, hint: String? = nil) -> ExpressionError {
        ExpressionError(message, at: expression.range, in: source, hint: hint)
    }

    func compile(_ expression: Expression) throws(ExpressionError) -> Predicate {
        switch expression.kind {
        case .and(let operands): return .and(try compile(operands))
        case .or(let operands): return .or(try compile(operands))
        case .not(let operand): return .not(try compile(operand))
        case .literal(.bool(let value)): return .constant(value)
        case .field, .variable:
            return try predicate(expression) { subject throws(ExpressionError) in
                (subject, .compare(.equal, .bool(true)))
            }
        case .has(let operand): return .test(try self.subject(operand).field, .isPresent)
        case .comparison(let comparison, let left, let right): return try compare(comparison, left, right, expression)
        case .membership(let element, in: let list): return try membership(element, list, expression)
        case .test(let test, let receiver, let argument):
            let valueTest = try textTest(test, argument)
            return try predicate(receiver) { subject throws(ExpressionError) in (subject, valueTest) }
        case .containsIP(network: let network, address: let address):
            return try addressTest(address, [try self.network(network)])
        case .quantifier(let quantifier, over: let list, variable: let variable, let body):
            return try quantified(quantifier, list, variable, body)
        case .literal, .list, .size, .conversion:
            throw error("this is no condition", at: expression, hint: "compare it with ==")
        }
    }

    private func compile(_ operands: [Expression]) throws(ExpressionError) -> [Predicate] {
        var predicates: [Predicate] = []
        for operand in operands { predicates.append(try compile(operand)) }
        return predicates
    }

    // MARK: Subjects

    /// A term that differs from event to event: a field, or a function of one.
    struct Subject {
        var field: FieldReference
        var kind: TextFields.Kind
    }

    /// A test of a term; of a constant, its result.
    func predicate(
        _ operand: Expression, _ test: (Subject) throws(ExpressionError) -> (Subject, ValueTest)
    ) throws(ExpressionError) -> Predicate {
        if let constant = try constant(operand) {
            let (_, test) = try test(Subject(field: FieldReference(.raw), kind: .other))
            return .constant(test.value(constant))
        }
        let (subject, test) = try test(try subject(operand))
        return .test(subject.field, test)
    }

    func subject(_ expression: Expression) throws(ExpressionError) -> Subject {
        switch expression.kind {
        case .field(let path):
            if let first = path.components.first, case .key("") = first {
                throw error("there is no field without a name", at: expression)
            }
            let field = fields.reference(path)
            return Subject(field: field, kind: fields.kind(field))
        case .size(let operand):
            return Subject(field: try subject(operand).field.mapped(Self.size), kind: .other)
        case .conversion(.ip, let operand):
            return Subject(field: try subject(operand).field.mapped(Self.address), kind: .other)
        case .conversion(.timestamp, let operand):
            let inner = try subject(operand)
            guard inner.kind == .other else { return inner }
            return Subject(field: inner.field.mapped(Self.time), kind: .other)
        case .conversion(.duration, let operand):
            let inner = try subject(operand)
            guard inner.kind == .other else { return inner }
            return Subject(field: inner.field.mapped(Self.duration), kind: .other)
        case .variable(let name, _):
            throw error("`\(SourceExcerpt.quotation(name))` is a value of the list, not a field", at: expression)
        default: throw error("this is neither a field nor a value", at: expression)
        }
    }

    static let size: FieldReference.Transform = { value in
        switch value {
        case .string(let text): .integer(Int64(text.unicodeScalars.count))
        case .list(let values): .integer(Int64(values.count))
        default: nil
        }
    }

    /// Addresses as canonical text, so that all spellings of one are equal.
    static let address: FieldReference.Transform = { value in
        IPAddress(eventValue: value).map { .string($0.description) }
    }

    static let time: FieldReference.Transform = { value in Instant(eventValue: value).map { .time($0) } }

    static let duration: FieldReference.Transform = { value in
        guard case .string(let text) = value else { return nil }
        return TextTime.duration(text).map { .duration($0) }
    }

    func addressTest(_ address: Expression, _ networks: IPNetworkSet) throws(ExpressionError) -> Predicate {
        var operand = address
        if case .conversion(.ip, let inner) = address.kind { operand = inner }
        return try predicate(operand) { subject throws(ExpressionError) in (subject, .isContained(in: networks)) }
    }

    // MARK: Constants

    /// The value of a term that no event plays a part in; nil for others.
    func constant(_ expression: Expression) throws(ExpressionError) -> EventValue? {
        switch expression.kind {
        case .literal(let literal): return try value(literal, expression)
        case .variable(let name, let path) where path.components.isEmpty: return constants[name]
        case .list(let elements):
            var values: [EventValue] = []
            for element in elements {
                guard let value = try constant(element) else { return nil }
                values.append(value)
            }
            return .list(values)
        case .size(let operand): return try constant(operand).flatMap(Self.size)
        case .conversion(let conversion, let operand):
            guard case .string(let text)? = try constant(operand) else { return nil }
            switch conversion {
            case .ip:
                guard let address = IPAddress(text) else { throw error("this is no address", at: operand) }
                return .string(address.description)
            case .timestamp:
                guard let time = Instant(text) else {
                    throw error("this is no time", at: operand, hint: "write timestamp(\"2024-06-16T04:00:00Z\")")
                }
                return .time(time)
            case .duration:
                guard let duration = TextTime.duration(text) else {
                    throw error("this is no length of time", at: operand, hint: "write duration(\"1h30m\")")
                }
                return .duration(duration)
            }
        default: return nil
        }
    }

    private func value(_ literal: Expression.Literal, _ expression: Expression) throws(ExpressionError) -> EventValue {
        switch literal {
        case .string(let text): return .string(text)
        case .int(let value): return .integer(value)
        case .uint(let value): return Int64(exactly: value).map { .integer($0) } ?? .double(Double(value))
        case .double(let value): return EventValue(number: value) ?? .double(value)
        case .bool(let value): return .bool(value)
        case .null:
            throw error("null counts as absent", at: expression, hint: "`has(field)` tells whether a field is there")
        }
    }

    func network(_ expression: Expression) throws(ExpressionError) -> IPNetwork {
        guard case .string(let text)? = try constant(expression) else {
            throw error("a network is a text in quotes", at: expression, hint: "write cidr(\"10.0.0.0/8\")")
        }
        guard let network = IPNetwork(text) else {
            throw error("this is no network", at: expression, hint: "write cidr(\"10.0.0.0/8\")")
        }
        return network
    }

    func textTest(_ test: Expression.StringTest, _ argument: Expression) throws(ExpressionError) -> ValueTest {
        guard case .string(let text)? = try constant(argument) else {
            throw error("`\(test.rawValue)` takes a text in quotes", at: argument)
        }
        switch test {
        case .startsWith: return .hasPrefix(text)
        case .endsWith: return .hasSuffix(text)
        case .contains: return .contains(text)
        case .matches:
            do { return .matches(try RegularExpression(text)) } catch {
                throw self.error("\(error.message) in this pattern", at: argument)
            }
        }
    }
}
