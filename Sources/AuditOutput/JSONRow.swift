/// One object of a result as JSON bytes, in a buffer that is used again for the next.
package struct JSONRow {
    /// `{"time":`, `,"count":` and so on: the keys are escaped once, not once a row.
    private let keys: [[UInt8]]
    package var bytes: [UInt8] = []

    package init(columns: [String]) {
        keys = columns.enumerated().map { index, column in
            var key: [UInt8] = [UInt8(ascii: index == 0 ? "{" : ",")]
            JSONText.append(column, to: &key)
            key.append(UInt8(ascii: ":"))
            return key
        }
    }

    package mutating func append(_ row: [Cell]) {
        if keys.isEmpty { bytes.append(UInt8(ascii: "{")) }
        for (index, key) in keys.enumerated() {
            bytes.append(contentsOf: key)
            JSONText.append(index < row.count ? row[index] : .null, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }
}
