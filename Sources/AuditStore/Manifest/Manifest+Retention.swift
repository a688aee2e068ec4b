import SegmentFormat

/// The bytes of what the manifest knows of retention (`Docs/Format.md`).
extension RetentionState {
    func encode(to output: inout ByteArena) {
        output.append(varint: classes.count)
        for known in classes {
            output.append(varint: known.id)
            output.append(string: known.name)
            output.append(varint: known.months ?? 0)
        }
        output.append(optional: policy)
        output.append(varint: holds.count)
        for hold in holds {
            output.append(string: hold.name)
            output.append(optional: hold.condition)
            output.append(optional: hold.since)
            output.append(optional: hold.until)
            output.append(optional: hold.reason)
            output.append(optional: hold.by)
            output.append(integer: hold.added)
        }
        output.append(varint: records.count)
        for record in records {
            output.append(record.kind.rawValue)
            output.append(integer: record.time)
            output.append(optional: record.by)
            output.append(optional: record.name)
            output.append(optional: record.rule)
            output.append(optional: record.reason)
            output.append(varint: record.segments)
            output.append(varint: record.events)
            output.append(varint: record.rawBytes)
            output.append(varint: record.storedBytes)
            output.append(varint: record.held)
            output.append(optional: record.times?.lowerBound)
            output.append(optional: record.times?.upperBound)
        }
    }

    init(_ reader: inout ByteReader) throws(SegmentError) {
        var classes: [RetentionClass] = []
        for _ in 0..<(try reader.count(limit: 1 << 16)) {
            let id = try reader.varint()
            let name = try reader.string()
            let months = try reader.count(limit: RetentionClass.largestMonths)
            classes.append(RetentionClass(name: name, months: months == 0 ? nil : months, id: id))
        }
        guard classes.first?.id == 0, Set(classes.map(\.id)).count == classes.count,
            classes.allSatisfy({ $0.id <= 1 << 60 })
        else { throw .corrupt("the manifest says impossible things of retention classes") }
        let policy = try reader.optionalString()
        var holds: [LegalHold] = []
        for _ in 0..<(try reader.count(limit: RetentionLimits.holds)) {
            holds.append(
                LegalHold(
                    name: try reader.string(), condition: try reader.optionalString(),
                    since: try reader.optionalInteger(), until: try reader.optionalInteger(),
                    reason: try reader.optionalString(), by: try reader.optionalString(), added: try reader.integer()))
        }
        var records: [RetentionRecord] = []
        for _ in 0..<(try reader.count(limit: Self.recordLimit)) {
            guard let kind = RetentionRecord.Kind(rawValue: try reader.integer()) else {
                throw .corrupt("the manifest has an unknown record of retention")
            }
            var record = RetentionRecord(
                kind, time: try reader.integer(), by: try reader.optionalString(), name: try reader.optionalString(),
                rule: try reader.optionalString(), reason: try reader.optionalString())
            // Sums of them must not overflow.
            func figure() throws(SegmentError) -> UInt64 { UInt64(try reader.count(limit: Int(Self.largestFigure))) }
            record.segments = try figure()
            record.events = try figure()
            record.rawBytes = try figure()
            record.storedBytes = try figure()
            record.held = try figure()
            let (first, last) = (try reader.optionalInteger(), try reader.optionalInteger())
            if let first, let last {
                guard first <= last else { throw .corrupt("the manifest has a record with impossible times") }
                record.times = first...last
            }
            records.append(record)
        }
        self.init(decodedRecords: records)
        self.classes = classes
        self.policy = policy
        self.holds = holds
    }
}

extension ByteArena {
    fileprivate mutating func append(optional text: String?) {
        append(text == nil ? 0 : 1)
        if let text { append(string: text) }
    }

    mutating func append(optional value: Int64?) {
        append(value == nil ? 0 : 1)
        if let value { append(integer: value) }
    }
}

extension ByteReader {
    fileprivate mutating func optionalString() throws(SegmentError) -> String? {
        try integer(as: UInt8.self) == 0 ? nil : try string()
    }

    mutating func optionalInteger() throws(SegmentError) -> Int64? {
        try integer(as: UInt8.self) == 0 ? nil : try integer()
    }
}
