/// Compiles terms in which variables are all that varies (elements of a list within `exists` and `all`, columns of a result
/// within `having`) to closures. As everywhere, a comparison with what is absent is false.
struct BoundExpression {
    /// The values of the variables, by place; nil for absent.
    typealias Environment = [EventValue?]
    typealias Test = @Sendable (Environment) -> Bool
    typealias Term = @Sendable (Environment) -> EventValue?

    /// Knows constants and words errors.
    var compiler: ExpressionCompiler
    /// What the hint says if there is another field than the variables, and none of a similar name.
    let outsideHint: String
    private var places: [String: Int] = [:]
    private var count = 0

    init(_ compiler: ExpressionCompiler, variables: [String], outsideHint: String) {
        self.compiler = compiler
        self.outsideHint = outsideHint
        for variable in variables { bind(variable) }
    }

    /// The nearest variable of a name is the one that counts, and it hides a constant of the same name.
    private mutating func bind(_ variable: String) {
        places[variable] = count
        count += 1
        compiler.constants[variable] = nil
    }

    // MARK: Conditions

    func test(_ expression: Expression) throws(ExpressionError) -> Test {
        switch expression.kind {
        case .literal(.bool(let value)): return { _ in value }
        case .and(let operands):
            let tests = try tests(operands)
            return { values in tests.allSatisfy { $0(values) } }
        case .or(let operands):
            let tests = try tests(operands)
            return { values in tests.contains { $0(values) } }
        case .not(let operand):
            let test = try test(operand)
            return { !test($0) }
        case .variable, .field: return try term(expression, passes: .compare(.equal, .bool(true)))
        case .has(let operand): return try term(operand, passes: .isPresent)
        case .test(let test, let receiver, let argument):
            return try term(receiver, passes: try compiler.textTest(test, argument))
        case .containsIP(network: let network, address: let address):
            var operand = address
            if case .conversion(.ip, let inner) = address.kind { operand = inner }
            if try compiler.constant(network) != nil {
                return try term(operand, passes: .isContained(in: [try compiler.network(network)]))
            }
            let (network, address) = (try term(network), try term(operand))
            return { values in
                guard case .string(let text)? = network(values), let network = IPNetwork(text),
                    let address = address(values).flatMap(IPAddress.init(eventValue:))
                else { return false }
                return network.contains(address)
            }
        case .comparison(let comparison, let left, let right):
            let (a, b) = (try term(left), try term(right))
            let operation = comparison.operation
            return { values in
                guard let x = a(values), let y = b(values) else { return false }
                return operation.holdsLoosely(x, y)
            }
        case .membership(let element, in: let list):
            let (element, list) = (try term(element), try term(list))
            return { values in
                guard let x = element(values), case .list(let elements)? = list(values)?.asList else { return false }
                return elements.contains { ValueTest.Comparison.equal.holdsLoosely(x, $0) }
            }
        case .quantifier(let quantifier, over: let list, variable: let variable, let body):
            return try quantified(quantifier, list, variable, body)
        case .literal, .list, .size, .conversion:
            throw compiler.error("this is no condition", at: expression, hint: "compare it with ==")
        }
    }

    private func tests(_ operands: [Expression]) throws(ExpressionError) -> [Test] {
        var tests: [Test] = []
        for operand in operands { tests.append(try test(operand)) }
        return tests
    }

    private func term(_ expression: Expression, passes test: ValueTest) throws(ExpressionError) -> Test {
        let term = try term(expression)
        let passes = test.value
        return { values in term(values).map(passes) ?? false }
    }

    private func quantified(
        _ quantifier: Expression.Quantifier, _ list: Expression, _ variable: String, _ body: Expression
    ) throws(ExpressionError) -> Test {
        let list = try term(list)
        var inner = self
        inner.bind(variable)
        let test = try inner.test(body)
        let place = count
        let wanted = quantifier == .exists
        return { values in
            guard case .list(let elements)? = list(values)?.asList else { return false }
            var values = values
            values.append(nil)
            for (i, element) in elements.enumerated() {
                // Lists within lists can take long; who asked may have gone away.
                if i & 1023 == 1023, Task.isCancelled { return false }
                values[place] = element
                if test(values) == wanted { return wanted }
            }
            return !wanted
        }
    }

    // MARK: Terms

    func term(_ expression: Expression) throws(ExpressionError) -> Term {
        if let constant = try compiler.constant(expression) { return { _ in constant } }
        switch expression.kind {
        case .variable(let name, let path):
            guard let place = places[name] else { throw outside(expression) }
            guard !path.components.isEmpty else { return { $0[place] } }
            return { values in
                guard case .json(var text)? = values[place] else { return nil }
                return text.withUTF8 { JSONText.value(at: path.components[...], of: UnsafeRawBufferPointer($0)) }
            }
        case .list(let elements):
            var terms: [Term] = []
            for element in elements { terms.append(try term(element)) }
            let all = terms
            return { values in .list(all.compactMap { $0(values) }) }
        case .size(let operand): return try term(operand) { ExpressionCompiler.size($0.asList ?? $0) }
        case .conversion(.ip, let operand): return try term(operand, ExpressionCompiler.address)
        case .conversion(.timestamp, let operand): return try term(operand, ExpressionCompiler.time)
        case .conversion(.duration, let operand): return try term(operand, ExpressionCompiler.duration)
        case .field: throw outside(expression)
        default: throw compiler.error("this is neither a field nor a value", at: expression)
        }
    }

    private func term(
        _ expression: Expression, _ function: @escaping FieldReference.Transform
    ) throws(ExpressionError) -> Term {
        let term = try term(expression)
        return { values in term(values).flatMap(function) }
    }

    private func outside(_ expression: Expression) -> ExpressionError {
        let name = expression.description
        let nearest = ExpressionError.nearestName(to: name, among: places.keys.sorted())
        return compiler.error(
            "`\(SourceExcerpt.quotation(name))` cannot be tested here", at: expression,
            hint: nearest.map { "did you mean `\($0)`?" } ?? outsideHint)
    }
}

extension ValueTest.Comparison {
    /// The comparison where neither side has a type of its own: a duration stands beside seconds, and a time beside its text.
    func holdsLoosely(_ a: EventValue, _ b: EventValue) -> Bool {
        let (x, y) = (a, b)
        switch (x, y) {
        case (.duration(let microseconds), .integer), (.duration(let microseconds), .double):
            return holds(EventValue.seconds(microseconds).order(to: y))
        case (.integer, .duration(let microseconds)), (.double, .duration(let microseconds)):
            return holds(x.order(to: EventValue.seconds(microseconds)))
        case (.time(let time), .string(let text)):
            guard let other = Instant(text) else { return self == .notEqual }
            return holds(time < other ? -1 : time == other ? 0 : 1)
        case (.string, .time): return flipped.holdsLoosely(b, a)
        case (.json, .list) where x.asList != nil: return holds(x.asList?.order(to: y) ?? 0)
        case (.list, .json): return flipped.holdsLoosely(b, a)
        default: return ValueTest.isComparable(x, y) ? holds(x.order(to: y)) : self == .notEqual
        }
    }
}

extension EventValue {
    fileprivate static func seconds(_ microseconds: Int64) -> EventValue {
        EventValue(number: Double(microseconds) / 1_000_000) ?? .integer(0)
    }

    /// A list within a list is kept as text.
    var asList: EventValue? {
        switch self {
        case .list: self
        case .json(var text) where text.utf8.first == 0x5b:
            text.withUTF8 { RawValue.decode(UnsafeRawBufferPointer($0)) }
        default: nil
        }
    }
}
