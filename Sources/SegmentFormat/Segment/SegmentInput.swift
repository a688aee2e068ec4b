/// A dictionary as it is handed to the writer: entry `c` (from 1 on) is `bytes[ends[c - 1] ..< ends[c]]`.
package struct DictionaryInput {
    package var bytes: UnsafeRawPointer
    package var ends: UnsafePointer<UInt32>
    package var count: Int

    package init(bytes: UnsafeRawPointer, ends: UnsafePointer<UInt32>, count: Int) {
        self.bytes = bytes
        self.ends = ends
        self.count = count
    }

    @inline(__always)
    package func entry(_ code: Int) -> UnsafeRawBufferPointer {
        let start = Int(ends[code - 1])
        return UnsafeRawBufferPointer(start: bytes + start, count: Int(ends[code]) - start)
    }
}

package struct UUIDBytes: Sendable, Equatable, Hashable, BitwiseCopyable {
    package var high: UInt64
    package var low: UInt64
    @inlinable package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package var hash: UInt64 {
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { buffer in
            buffer.storeBytes(of: high.bigEndian, toByteOffset: 0, as: UInt64.self)
            buffer.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            return XXH64.hash(UnsafeRawBufferPointer(buffer))
        }
    }
}

/// A column's part of a row group as it is handed to the writer. The memory is the caller's and lives through the call.
package struct ChunkInput {
    /// One a row.
    package var codes: UnsafeBufferPointer<UInt32>
    /// The code that the next new value had before this row group.
    package var firstNew: UInt32
    /// Typed values, one a row, meaningful where the code is 1.
    package var times: UnsafePointer<Int64>?
    package var uuids: UnsafePointer<UUIDBytes>?
    package var documents: DictionaryInput?

    package init(
        codes: UnsafeBufferPointer<UInt32>, firstNew: UInt32, times: UnsafePointer<Int64>? = nil,
        uuids: UnsafePointer<UUIDBytes>? = nil, documents: DictionaryInput? = nil
    ) {
        self.codes = codes
        self.firstNew = firstNew
        self.times = times
        self.uuids = uuids
        self.documents = documents
    }
}
