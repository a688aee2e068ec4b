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
    /// Whether it is for all row groups of a segment.
    let isOfSegment: Bool
    /// Ids are 0 … count.
    var count: Int { values.count }

    /// For the values of one row group.
    convenience init(_ table: ValueTable, hashes: Bool = false) {
        self.init(table, hashes: hashes, isOfSegment: false) { () throws(Never) in }
    }

    /// For a segment's dictionary.
    convenience init(ofSegment table: ValueTable, hashes: Bool) throws(SegmentError) {
        try self.init(table, hashes: hashes, isOfSegment: true, check: SegmentError.checkCancellation)
    }

    /// - Parameter check: called now and then; what it throws stops the work. A segment's dictionary can be large.
    private init<Failure: Error>(
        _ table: ValueTable, hashes: Bool, isOfSegment: Bool, check: () throws(Failure) -> Void
    ) throws(Failure) {
        self.isOfSegment = isOfSegment
        if try Self.isDirect(table, check) {
            ids = nil
            lists = nil
            values = table
            self.hashes = hashes ? try ValueHash.hashes(of: table, check: check) : []
            return
        }
        var interner = ValueInterner()
        var ids: [UInt32] = [absentCode]
        var starts: [UInt32] = [0]
        var elements: [UInt32] = [absentCode]
        var hasLists = false
        if table.count > 0 {
            for code in 1...UInt32(table.count) {
                if code & 7 == 0 { try check() }
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
        self.hashes = hashes ? try ValueHash.hashes(of: values, check: check) : []
    }

    /// Whether each code is a value of its own: no list, no null, no function that could give the same value twice.
    private static func isDirect<Failure: Error>(
        _ table: ValueTable, _ check: () throws(Failure) -> Void
    ) throws(Failure) -> Bool {
        switch table.source {
        case .buckets: return true
        case .uuids: return table.transform == nil
        case .values(let values):
            return table.transform == nil && !values.contains { if case .list = $0 { true } else { false } }
        case .dictionary(let dictionary, _):
            guard table.isPlain else { return false }
            var isDirect = true
            try dictionary.forEach { (code, entry) throws(Failure) in
                if code & 4095 == 0 { try check() }
                if let first = entry.first, first == 0x5b || first == 0x6e { isDirect = false }
            }
            return isDirect
        }
    }
}
