import SegmentFormat

/// How the codes of a field become the values it is grouped by: a list stands for each of its elements.
final class ElementTable: Sendable {
    /// The id of each code's value, 0 for absent; nil where the codes are the ids.
    let ids: [UInt32]?
    /// For fields with lists: the elements of code `c` are `elements[starts[c] ..< starts[c + 1]]`.
    let lists: (starts: [UInt32], elements: [UInt32])?
    /// The values that ids stand for.
    let values: ValueTable
    /// A hash of each id's value, if they were asked for.
    let hashes: [UInt64]
    /// Ids are 0 … count.
    var count: Int { values.count }

    init(_ table: ValueTable, hashes: Bool = false) {
        if Self.isDirect(table) {
            ids = nil
            lists = nil
            values = table
            self.hashes = hashes ? ValueHash.hashes(of: table) : []
            return
        }
        var interner = ValueInterner()
        var ids: [UInt32] = [absentCode]
        var starts: [UInt32] = [0]
        var elements: [UInt32] = [absentCode]
        var hasLists = false
        if table.count > 0 {
            for code in 1...UInt32(table.count) {
                starts.append(UInt32(elements.count))
                let value = table.value(code)
                guard case .list(let list)? = value else {
                    ids.append(value.map { interner.code($0) } ?? absentCode)
                    elements.append(ids.last!)
                    continue
                }
                hasLists = true
                ids.append(absentCode)
                if list.isEmpty { elements.append(absentCode) }
                for element in list { elements.append(interner.code(element)) }
            }
        }
        starts.append(UInt32(elements.count))
        self.ids = hasLists ? nil : ids
        lists = hasLists ? (starts, elements) : nil
        values = interner.table
        self.hashes = hashes ? ValueHash.hashes(of: values) : []
    }

    /// Whether each code is a value of its own: no list, no null, no function that could give the same value twice.
    private static func isDirect(_ table: ValueTable) -> Bool {
        switch table.source {
        case .buckets: return true
        case .values(let values):
            return table.transform == nil && !values.contains { if case .list = $0 { true } else { false } }
        case .dictionary(let dictionary, _):
            guard table.isPlain else { return false }
            var isDirect = true
            dictionary.forEach { _, entry in
                if let first = entry.first, first == 0x5b || first == 0x6e { isDirect = false }
            }
            return isDirect
        }
    }
}
