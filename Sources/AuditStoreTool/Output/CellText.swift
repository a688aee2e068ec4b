/// A cell as a table shows it to a person.
enum CellText {
    /// `places` is the number of digits after the point that all doubles of the column show, so that the points line
    /// up.
    static func text(of cell: Cell, places: Int? = nil) -> String {
        switch cell {
        case .null: "-"
        case .string(let text), .json(let text): text
        case .int(let value): String(value)
        case .double(let value): number(value, places: places)
        case .bool(let value): value ? "true" : "false"
        case .list(let elements):
            elements.map { element in
                if case .list = element { "[\(text(of: element))]" } else { text(of: element) }
            }.joined(separator: ", ")
        }
    }

    /// Digits after the point that a person can use; the other forms give the number in full.
    static let maximumPlaces = 6

    /// How many digits after the point `value` wants in a table, or nil if it is shown with an exponent.
    static func places(for value: Double) -> Int? {
        guard value == 0 || value.magnitude >= 0.000_001, NumberText.fixed(value, places: maximumPlaces) != nil else {
            return nil
        }
        return NumberText.placesNeeded(value, limit: maximumPlaces)
    }

    private static func number(_ value: Double, places: Int?) -> String {
        guard let own = Self.places(for: value) else { return NumberText.shortest(value) ?? value.description }
        return NumberText.fixed(value, places: places ?? own) ?? value.description
    }
}
