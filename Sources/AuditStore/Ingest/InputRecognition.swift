import SegmentFormat

/// Recognises inputs that were loaded before, by content: how they begin, and what stood where the load stopped. Names and
/// inode numbers change when logs are rotated, and are used again.
enum InputRecognition {
    /// An input at the place where reading is to start.
    struct Position {
        var input: any IngestInput
        var offset: UInt64
        /// The first bytes of the input, up to the window.
        var beginning: [UInt8]
        /// The last bytes before `offset`, up to the window.
        var recent: [UInt8]
        /// Bytes already read from `offset` on.
        var ahead: [UInt8]
        var former: InputCheckpoint?
    }

    static func hash(_ bytes: some Collection<UInt8>) -> UInt64 { Array(bytes).withUnsafeBytes { XXH64.hash($0) } }

    static func open(_ source: IngestSource, checkpoints: [InputCheckpoint]) throws -> Position {
        var input = try source.open()
        let beginning = try read(input, upTo: InputCheckpoint.window)
        if source.isRepeatable {
            let candidates = candidates(checkpoints, beginning: beginning)
            for candidate in candidates {
                if let position = try resume(source, candidate, beginning: beginning) { return position }
            }
            if !candidates.isEmpty {
                input = try source.open()
                return Position(
                    input: input, offset: 0, beginning: beginning, recent: [],
                    ahead: try read(input, upTo: InputCheckpoint.window), former: nil)
            }
        }
        return Position(input: input, offset: 0, beginning: beginning, recent: [], ahead: beginning, former: nil)
    }

    /// The checkpoints of inputs that begin so, the farthest one first: two copies of a growing log, taken at different times, are one
    /// input.
    static func candidates(_ checkpoints: [InputCheckpoint], beginning: [UInt8]) -> [InputCheckpoint] {
        var hashes: [UInt32: UInt64] = [:]
        let candidates = checkpoints.filter { checkpoint in
            let length = checkpoint.beginningLength
            guard length > 0, Int(length) <= beginning.count else { return false }
            let known = hashes[length] ?? hash(beginning[..<Int(length)])
            hashes[length] = known
            return known == checkpoint.beginning
        }
        return candidates.sorted { $0.offset > $1.offset }
    }

    /// Goes to where the checkpoint is; nil if the input ends before, or holds other bytes there.
    private static func resume(
        _ source: IngestSource, _ checkpoint: InputCheckpoint, beginning: [UInt8]
    ) throws -> Position? {
        let input = try source.open()
        var recent: [UInt8] = []
        var left = checkpoint.offset
        while left > 0 {
            let piece = try read(input, upTo: Int(min(left, 1 << 20)))
            if piece.isEmpty { return nil }
            left -= UInt64(piece.count)
            recent = Array((recent + piece).suffix(InputCheckpoint.window))
        }
        guard hash(recent) == checkpoint.end else { return nil }
        var offset = checkpoint.offset
        var ahead: [UInt8] = []
        if let last = recent.last, last != 0x0a {
            // The last line was complete but for its end, which may have come since.
            ahead = try read(input, upTo: 2)
            let end = ahead == [0x0d, 0x0a] ? 2 : ahead.first == 0x0a ? 1 : 0
            recent = Array((recent + ahead[..<end]).suffix(InputCheckpoint.window))
            ahead.removeFirst(end)
            offset += UInt64(end)
        }
        return Position(
            input: input, offset: offset, beginning: beginning, recent: recent, ahead: ahead, former: checkpoint)
    }

    static func read(_ input: any IngestInput, upTo limit: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            let target = UnsafeMutableRawBufferPointer(buffer)
            while count < limit {
                let n: Int
                do { n = try input.read(into: UnsafeMutableRawBufferPointer(rebasing: target[count...])) } catch {
                    // What was read before it counts; who reads on is told then.
                    guard count > 0 else { throw error }
                    break
                }
                if n == 0 { break }
                count += n
            }
        }
    }
}
