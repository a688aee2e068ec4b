extension Expression: CustomStringConvertible {
    /// The canonical text: single spaces, double quotes, no parentheses that are not needed.
    ///
    /// It parses to an equal expression again.
    public var description: String {
        var text = ""
        write(to: &text, within: .disjunction)
        return text
    }

    /// How tightly the parts of a term hold together, from the loosest.
    private enum Precedence: Int {
        case disjunction, conjunction, relation, unary, member
    }

    private var precedence: Precedence {
        switch kind {
        case .or: .disjunction
        case .and: .conjunction
        case .comparison, .membership: .relation
        case .not: .unary
        default: .member
        }
    }

    /// Writes the term, in parentheses if its place asks for one that holds together more tightly.
    private func write(to text: inout String, within place: Precedence) {
        guard precedence.rawValue >= place.rawValue else {
            text += "("
            writeTerm(to: &text)
            text += ")"
            return
        }
        writeTerm(to: &text)
    }

    private func writeTerm(to text: inout String) {
        switch kind {
        case .literal(let literal): text += literal.description
        case .list(let elements):
            text += "["
            Self.write(elements, separator: ", ", to: &text, within: .disjunction)
            text += "]"
        case .field(let path): text += path.description
        case .variable(let name, let path): text += FieldPath([.key(name)] + path.components).description
        case .comparison(let comparison, let left, let right):
            Self.write(left, comparison.rawValue, right, to: &text)
        case .membership(let element, in: let list):
            Self.write(element, "in", list, to: &text)
        case .and(let operands): Self.write(operands, separator: " && ", to: &text, within: .relation)
        case .or(let operands): Self.write(operands, separator: " || ", to: &text, within: .conjunction)
        case .not(let operand):
            text += "!"
            operand.write(to: &text, within: .unary)
        case .has(let path): Self.writeCall("has", [path], to: &text)
        case .test(let test, let receiver, let argument):
            receiver.write(to: &text, within: .member)
            Self.writeCall(".\(test.rawValue)", [argument], to: &text)
        case .size(let receiver):
            receiver.write(to: &text, within: .member)
            text += ".size()"
        case .quantifier(let quantifier, over: let list, let variable, let predicate):
            list.write(to: &text, within: .member)
            text += ".\(quantifier.rawValue)(\(variable), "
            predicate.write(to: &text, within: .disjunction)
            text += ")"
        case .containsIP(let network, let address):
            Self.writeCall("cidr", [network], to: &text)
            Self.writeCall(".containsIP", [address], to: &text)
        case .conversion(let conversion, let operand): Self.writeCall(conversion.rawValue, [operand], to: &text)
        }
    }

    /// Writes a relation: a chain of them leans to the left.
    private static func write(_ left: Expression, _ name: String, _ right: Expression, to text: inout String) {
        left.write(to: &text, within: .relation)
        text += " \(name) "
        right.write(to: &text, within: .unary)
    }

    private static func writeCall(_ name: String, _ arguments: [Expression], to text: inout String) {
        text += name
        text += "("
        write(arguments, separator: ", ", to: &text, within: .disjunction)
        text += ")"
    }

    private static func write(
        _ terms: [Expression], separator: String, to text: inout String, within place: Precedence
    ) {
        for (index, term) in terms.enumerated() {
            if index > 0 { text += separator }
            term.write(to: &text, within: place)
        }
    }
}
