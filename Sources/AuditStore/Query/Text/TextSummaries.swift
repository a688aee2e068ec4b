extension TextValue {
    /// Values with counts become `[{"value":"get","count":3},…]`, and ranges `[{"from":0,"to":0.1,"count":3},…]`, where null is an end
    /// that there is not. Bounds of durations are in seconds.
    init(_ result: AggregateResult) {
        switch result {
        case .value(let value): self.init(value)
        case .values(let values):
            self = .list(
                values.map { .json("{\"value\":\(TextValue($0.value).jsonText),\"count\":\($0.count)}") })
        case .ranges(let ranges):
            self = .list(
                ranges.map { range in
                    let lower = TextValue(range.lower).jsonText
                    let upper = TextValue(range.upper).jsonText
                    return .json("{\"from\":\(lower),\"to\":\(upper),\"count\":\(range.count)}")
                })
        }
    }

    /// The value as JSON, without white space.
    private var jsonText: String {
        switch self {
        case .null: "null"
        case .string(let text): JSONString.quoted(text)
        case .int(let number): "\(number)"
        // A whole number has no fraction, as everywhere in the output.
        case .double(let number): Int64(exactly: number).map { "\($0)" } ?? "\(number)"
        case .bool(let value): "\(value)"
        case .list(let values): "[" + values.map(\.jsonText).joined(separator: ",") + "]"
        case .json(let text): text
        }
    }
}
