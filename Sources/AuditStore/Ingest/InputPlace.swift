import SegmentFormat

/// Where the reading of an input goes on, as far as the checkpoints tell.
package enum InputPlace: Sendable {
    /// No checkpoint is of this input.
    case new
    /// Behind the checkpoint, before which the `recent` bytes stand.
    case after(InputCheckpoint, recent: [UInt8])
    /// It begins like an input that was read farther than this one goes: a copy that is being made, or one that was made before the
    /// rest was written. Nothing of it is new.
    case behind
}

extension InputPlace {
    /// Finds the place in a file that can be read in any order.
    ///
    /// - Parameter beginning: the first bytes of the file, up to the window.
    package static func of(
        _ file: any ReadableFile, beginning: [UInt8], checkpoints: [InputCheckpoint]
    ) throws(AuditStoreError) -> InputPlace {
        let candidates = InputRecognition.candidates(checkpoints, beginning: beginning)
        if candidates.contains(where: { $0.offset > file.size }) { return .behind }
        for candidate in candidates {
            let recent = try file.bytes(
                from: candidate.offset - min(candidate.offset, UInt64(InputCheckpoint.window)), to: candidate.offset)
            if InputRecognition.hash(recent) == candidate.end { return .after(candidate, recent: recent) }
        }
        return .new
    }

    /// Finds the place in an input that can only be read from its beginning on. It is read up to the farthest checkpoint.
    ///
    /// - Returns: also whether something stands behind the place.
    package static func of(
        _ input: any IngestInput, checkpoints: [InputCheckpoint]
    ) throws -> (place: InputPlace, hasMore: Bool) {
        var recent = try InputRecognition.read(input, upTo: InputCheckpoint.window)
        var ahead = recent
        recent = []
        var offset: UInt64 = 0
        var best: InputPlace = .new
        for candidate in InputRecognition.candidates(checkpoints, beginning: ahead).reversed() {
            while offset < candidate.offset {
                try Task.checkCancellation()
                if ahead.isEmpty { ahead = try InputRecognition.read(input, upTo: 1 << 20) }
                if ahead.isEmpty { return (.behind, false) }
                let n = Int(min(UInt64(ahead.count), candidate.offset - offset))
                recent = Array((recent + ahead[..<n]).suffix(InputCheckpoint.window))
                ahead.removeFirst(n)
                offset += UInt64(n)
            }
            if InputRecognition.hash(recent) == candidate.end { best = .after(candidate, recent: recent) }
        }
        if case .after(let checkpoint, _) = best, checkpoint.offset < offset { return (best, true) }
        if ahead.isEmpty { ahead = try InputRecognition.read(input, upTo: 3) }
        // The end of a last line that was complete but for it is nothing new.
        let isLineEnd = recent.last.map { $0 != 0x0a } ?? false && (ahead == [0x0a] || ahead == [0x0d, 0x0a])
        return (best, !ahead.isEmpty && !isLineEnd)
    }
}

extension ReadableFile {
    /// Bytes of the file; fewer if it ends before.
    package func bytes(from start: UInt64, to end: UInt64) throws(AuditStoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(end - start))
        var result: Result<Int, AuditStoreError> = .success(0)
        bytes.withUnsafeMutableBytes { target in
            do throws(AuditStoreError) { result = .success(try read(at: start, into: target)) } catch {
                result = .failure(error)
            }
        }
        bytes.removeLast(bytes.count - (try result.get()))
        return bytes
    }
}
