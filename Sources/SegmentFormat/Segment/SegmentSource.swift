/// Where the bytes of a segment come from: a file of the store, or memory.
package protocol SegmentSource: Sendable {
    /// What errors call it.
    var name: String { get }
    var size: UInt64 { get }
    /// Fills `target` with the bytes from `offset` on; all of them, or an error.
    func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) throws(SegmentError)
}

/// A segment that was just built and is not in a file yet.
package struct MemorySource: SegmentSource {
    package let name: String
    private let bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    package var size: UInt64 { UInt64(bytes.count) }

    package func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) throws(SegmentError) {
        guard offset <= size, UInt64(target.count) <= size - offset else {
            throw .corrupt("a read past the end", offset: offset)
        }
        bytes.withUnsafeBytes {
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[Int(offset)..<Int(offset) + target.count]))
        }
    }
}
