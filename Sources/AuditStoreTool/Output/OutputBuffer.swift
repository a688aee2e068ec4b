/// Buffered output to a file descriptor.
///
/// Millions of small rows must not become millions of system calls, and an event must get out as the bytes it is,
/// without a detour through `String`. Nothing is written at the end of life, because a failure there could not be told:
/// call `flush()`.
struct OutputBuffer: ~Copyable {
    private enum Sink {
        case descriptor(Int32)
        case memory
    }

    private let sink: Sink
    private let capacity: Int
    private var pending: [UInt8] = []
    /// Set by the first failure. What comes later fails likewise, so that no output has a hole in it.
    private var failure: OutputError?

    init(descriptor: Int32, capacity: Int = 65_536) {
        sink = .descriptor(descriptor)
        self.capacity = max(1, capacity)
        pending.reserveCapacity(self.capacity)
    }

    /// Collects everything in memory; `bytes` has it.
    init(inMemory: Void) {
        sink = .memory
        capacity = .max
    }

    /// What has been appended and not yet written.
    var bytes: [UInt8] { pending }

    /// Appends bytes as they are. What exceeds the buffer is written from where it lies, without a copy.
    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(OutputError) {
        if let failure { throw failure }
        if bytes.count > capacity - pending.count {
            try flush()
            if bytes.count >= capacity {
                try writeThrough(bytes)
                return
            }
        }
        pending.append(contentsOf: bytes)
    }

    mutating func append(_ bytes: [UInt8]) throws(OutputError) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(OutputError) in
            try append(UnsafeRawBufferPointer(buffer))
        }
    }

    mutating func append(_ text: String) throws(OutputError) {
        try append(Array(text.utf8))
    }

    mutating func append(byte: UInt8) throws(OutputError) {
        if let failure { throw failure }
        if pending.count >= capacity { try flush() }
        pending.append(byte)
    }

    /// Writes out what is pending.
    mutating func flush() throws(OutputError) {
        if let failure { throw failure }
        guard case .descriptor(let descriptor) = sink, !pending.isEmpty else { return }
        do throws(OutputError) {
            try pending.withUnsafeBufferPointer { (buffer) throws(OutputError) in
                try Terminal.write(UnsafeRawBufferPointer(buffer), to: descriptor)
            }
        } catch {
            failure = error
            throw error
        }
        pending.removeAll(keepingCapacity: true)
    }

    private mutating func writeThrough(_ bytes: UnsafeRawBufferPointer) throws(OutputError) {
        guard case .descriptor(let descriptor) = sink else { return }
        do throws(OutputError) {
            try Terminal.write(bytes, to: descriptor)
        } catch {
            failure = error
            throw error
        }
    }
}
