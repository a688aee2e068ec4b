extension ExpressionError {
    /// The name that was most likely meant, or nil if none is near.
    ///
    /// A name is near if a third of its letters at most were added, left out, replaced or swapped with a neighbour,
    /// where a different case counts as nothing. A name whose last component is the one given is near as well:
    /// `username` suggests `user.username`. Of several equally near names the first is taken, so give the most usual
    /// ones first.
    public static func nearestName(to name: String, among names: some Sequence<String>) -> String? {
        let given = Array(name.utf8)
        guard !given.isEmpty, given.count <= TextFormLimits.suggestibleNameBytes else { return nil }
        let folded = given.map(\.asciiLowercased)
        var nearest: (name: String, distance: Int)?
        for candidate in names where candidate.utf8.count <= TextFormLimits.suggestibleNameBytes {
            let other = candidate.utf8.map(\.asciiLowercased)
            let distance = other.endsWithComponent(folded) ? 0 : editDistance(folded, other)
            guard distance <= max(1, min(folded.count, other.count) / 3), distance < nearest?.distance ?? .max,
                distance < folded.count, !candidate.utf8.elementsEqual(given)
            else { continue }
            nearest = (candidate, distance)
        }
        return nearest?.name
    }

    /// The least number of insertions, deletions, replacements and swaps of neighbours that turn one into the other
    /// (optimal string alignment).
    static func editDistance(_ source: [UInt8], _ target: [UInt8]) -> Int {
        var beforeLast = [Int]()
        var last = Array(0...target.count)
        for (row, byte) in source.enumerated() {
            var current = [row + 1]
            current.reserveCapacity(target.count + 1)
            for (column, other) in target.enumerated() {
                var distance = min(last[column + 1] + 1, current[column] + 1, last[column] + (byte == other ? 0 : 1))
                if row > 0, column > 0, byte == target[column - 1], source[row - 1] == other {
                    distance = min(distance, beforeLast[column - 1] + 1)
                }
                current.append(distance)
            }
            (beforeLast, last) = (last, current)
        }
        return last[target.count]
    }
}

extension UInt8 {
    fileprivate var asciiLowercased: UInt8 { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self ? self | 0x20 : self }
}

extension [UInt8] {
    /// Whether the last component of the path in these bytes is the given one.
    fileprivate func endsWithComponent(_ component: [UInt8]) -> Bool {
        count > component.count && self[count - component.count - 1] == UInt8(ascii: ".")
            && self[(count - component.count)...].elementsEqual(component)
    }
}
