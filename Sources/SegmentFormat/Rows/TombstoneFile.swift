/// The file that says which rows of a segment are deleted: magic, version, the segment's number, row groups, checksum
/// (`Docs/Format.md`).
package enum TombstoneFile {
    /// "AUDITDEL"
    static let magic: UInt64 = 0x4C45_4454_4944_5541
    static let version: UInt32 = 1
    private static let headerBytes = 32
    /// A bit a row of the largest segment, and what each row group says of itself.
    private static let payloadLimit = Limits.rowGroupsPerSegment * (Limits.rowsPerRowGroup / 8 + 16) + 16
    /// No file is longer.
    package static let sizeLimit = headerBytes + payloadLimit + 8

    private enum Form: UInt8 {
        case none, all, runs, bits
    }

    package static func encode(_ rows: RowSet, segment: UInt64) -> ByteArena {
        var payload = ByteArena()
        payload.append(varint: rows.rowCounts.count)
        for (group, count) in rows.rowCounts.enumerated() { append(rows, group, count, to: &payload) }
        var output = ByteArena()
        output.append(integer: magic)
        output.append(integer: version)
        output.append(integer: UInt32(0))
        output.append(integer: segment)
        output.append(integer: UInt64(payload.bytes.count))
        output.append(payload)
        output.append(integer: XXH64.hash(output.bytes))
        return output
    }

    private static func append(_ rows: RowSet, _ group: Int, _ count: Int, to output: inout ByteArena) {
        output.append(varint: count)
        let deleted = rows.count(group: group)
        guard deleted > 0, deleted < count else {
            output.append((deleted == 0 ? Form.none : .all).rawValue)
            return
        }
        var runs = ByteArena()
        var runCount = 0
        var end = 0
        var row = 0
        while row < count {
            guard rows.contains(row, group: group) else {
                row += 1
                continue
            }
            let start = row
            while row < count, rows.contains(row, group: group) { row += 1 }
            runs.append(varint: start - end)
            runs.append(varint: row - start)
            runCount += 1
            end = row
        }
        if runs.bytes.count < (count + 7) / 8 {
            output.append(Form.runs.rawValue)
            output.append(varint: runCount)
            output.append(runs)
        } else {
            output.append(Form.bits.rawValue)
            for start in stride(from: 0, to: count, by: 8) {
                var byte: UInt8 = 0
                for bit in 0..<min(8, count - start) where rows.contains(start + bit, group: group) { byte |= 1 << bit }
                output.append(byte)
            }
        }
    }

    /// - Parameter segment: the segment that the rows have to be of.
    package static func decode(_ bytes: UnsafeRawBufferPointer, segment: UInt64) throws(SegmentError) -> RowSet {
        var reader = ByteReader(bytes, context: "the tombstones")
        let found: UInt64 = try reader.integer()
        guard found == magic else {
            throw .corrupt(
                "not a file of tombstones", offset: 0, expected: SegmentLayout.hex(magic),
                found: SegmentLayout.hex(found))
        }
        let version: UInt32 = try reader.integer()
        guard version == Self.version else {
            throw SegmentError(
                .unsupportedVersion, "tombstones of another version", offset: 8, expected: "\(Self.version)",
                found: "\(version)")
        }
        guard try reader.integer(as: UInt32.self) == 0 else { throw .corrupt("unknown flags", offset: 12) }
        let owner: UInt64 = try reader.integer()
        let length: UInt64 = try reader.integer()
        guard length <= UInt64(payloadLimit), bytes.count == headerBytes + Int(length) + 8 else {
            throw .corrupt(
                "the tombstones have a wrong length", offset: 24, expected: "\(headerBytes + 8) + \(length) bytes",
                found: "\(bytes.count)")
        }
        let payload = try reader.bytes(Int(length))
        let checksum: UInt64 = try reader.integer()
        let hash = XXH64.hash(UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count - 8)]))
        guard checksum == hash else {
            throw .corrupt(
                "the checksum of the tombstones does not match", offset: UInt64(bytes.count - 8),
                expected: SegmentLayout.hex(checksum), found: SegmentLayout.hex(hash))
        }
        guard owner == segment else {
            throw .corrupt(
                "the tombstones are of another segment", offset: 16, expected: "\(segment)", found: "\(owner)")
        }
        return try decode(payload: payload)
    }

    private static func decode(payload: UnsafeRawBufferPointer) throws(SegmentError) -> RowSet {
        var reader = ByteReader(payload, context: "the tombstones")
        var rows = RowSet(rowCounts: [])
        for group in 0..<(try reader.count(limit: Limits.rowGroupsPerSegment)) {
            let count = try reader.count(limit: Limits.rowsPerRowGroup)
            rows.appendGroup(rows: count)
            switch Form(rawValue: try reader.integer()) {
            case .none?: break
            case .all?: rows.insert(0..<UInt32(count), group: group)
            case .runs?:
                var end = 0
                for _ in 0..<(try reader.count(limit: count)) {
                    let start = end + (try reader.count(limit: count - end))
                    let length = try reader.count(limit: count - start)
                    guard length > 0 else { throw .corrupt("the tombstones have an empty run") }
                    end = start + length
                    rows.insert(UInt32(start)..<UInt32(end), group: group)
                }
            case .bits?:
                let bytes = try reader.bytes((count + 7) / 8)
                for row in 0..<count where bytes[row >> 3] >> UInt8(row & 7) & 1 != 0 {
                    rows.insert(row, group: group)
                }
                if count & 7 != 0, bytes[bytes.count - 1] >> UInt8(count & 7) != 0 {
                    throw .corrupt("the tombstones have bits of rows that are not there")
                }
            case nil: throw .corrupt("the tombstones have an unknown form")
            }
        }
        guard reader.remaining == 0 else { throw .corrupt("the tombstones have bytes left over") }
        return rows
    }
}
