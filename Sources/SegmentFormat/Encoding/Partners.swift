/// The second and later stages of a request repeat nearly everything of the first. Rows with an identity (auditID) that
/// occurred before in the row group have that earlier row as their partner.
package enum Partners {
    /// The distance of each row to the nearest earlier row with the same UUID, or nil where too few rows have one to pay.
    package static func find(
        uuids: UnsafePointer<UUIDBytes>, codes: UnsafeBufferPointer<UInt32>
    ) -> UnsafeMutableBufferPointer<UInt16>? {
        let rows = codes.count
        var slots = 16
        while slots < rows * 2 { slots *= 2 }
        let mask = slots - 1
        let table = UnsafeMutablePointer<Int32>.allocate(capacity: slots)
        defer { table.deallocate() }
        table.initialize(repeating: -1, count: slots)
        let distances = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: rows)
        distances.initialize(repeating: 0)
        var paired = 0
        for row in 0..<rows where codes[row] == typedCode {
            let uuid = uuids[row]
            // UUIDs that a client chose may collide in this hash; `slots` is twice the rows, so a probe always ends.
            var slot = Int(truncatingIfNeeded: (uuid.high ^ uuid.low &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
            while table[slot] >= 0, uuids[Int(table[slot])] != uuid { slot = (slot + 1) & mask }
            if table[slot] >= 0 {
                let distance = row - Int(table[slot])
                if distance <= Int(UInt16.max) {
                    distances[row] = UInt16(distance)
                    paired += 1
                }
            }
            table[slot] = Int32(row)
        }
        guard paired > rows / 64 else {
            distances.deallocate()
            return nil
        }
        return distances
    }

    /// Reads a page of distances; none may point before the first row.
    package static func decode(_ page: UnsafeRawBufferPointer, rows: Int) throws(SegmentError) -> [UInt16] {
        var distances = [UInt16](repeating: 0, count: rows)
        do {
            try distances.withUnsafeMutableBufferPointer { try BytePlanes.decode(page, planes: 2, into: $0) }
        } catch let error as SegmentError { throw error } catch { throw .corrupt("\(error)") }
        for row in 0..<rows where Int(distances[row]) > row {
            throw .corrupt("a partner lies before the first row")
        }
        return distances
    }
}
