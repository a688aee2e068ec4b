import SegmentFormat

/// How far an input was loaded. Commits together with the events that stood before.
package struct InputCheckpoint: Sendable, Equatable {
    /// The path under which it was last loaded.
    package var name: String
    /// An input is known by how it begins, so that a log that was renamed or compressed is still the same one.
    package var beginningLength: UInt32
    package var beginning: UInt64
    /// Bytes loaded, of the decompressed input.
    package var offset: UInt64
    /// The hash of the last bytes before `offset`: an input that begins alike but went on differently is another one.
    package var end: UInt64

    /// Bytes that are hashed at the beginning and at the end.
    package static let window = 4096

    package init(name: String, beginningLength: UInt32, beginning: UInt64, offset: UInt64, end: UInt64) {
        self.name = name
        self.beginningLength = beginningLength
        self.beginning = beginning
        self.offset = offset
        self.end = end
    }

    /// - Parameters:
    ///   - beginning: the first bytes of the input, up to the window.
    ///   - recent: the last bytes before `offset`, up to the window.
    package init(name: String, beginning: [UInt8], offset: UInt64, recent: [UInt8]) {
        let length = Int(min(UInt64(beginning.count), offset))
        self.init(
            name: name, beginningLength: UInt32(length), beginning: InputRecognition.hash(beginning[..<length]),
            offset: offset, end: InputRecognition.hash(recent))
    }

    /// Whether both are the same place of the same input, whatever its name.
    package func isSamePlace(as other: InputCheckpoint) -> Bool {
        beginningLength == other.beginningLength && beginning == other.beginning && offset == other.offset
            && end == other.end
    }

    func encode(to output: inout ByteArena) {
        output.append(string: name)
        output.append(varint: UInt64(beginningLength))
        output.append(integer: beginning)
        output.append(varint: offset)
        output.append(integer: end)
    }

    init(_ reader: inout ByteReader) throws(SegmentError) {
        self.init(
            name: try reader.string(), beginningLength: UInt32(try reader.count(limit: Self.window)),
            beginning: try reader.integer(), offset: try reader.varint(), end: try reader.integer())
    }
}

/// What an append read of an input: where it went on from, and how far it came.
package struct InputProgress: Sendable, Equatable {
    /// nil: the input was read from its beginning.
    package var former: InputCheckpoint?
    package var checkpoint: InputCheckpoint

    package init(former: InputCheckpoint?, checkpoint: InputCheckpoint) {
        self.former = former
        self.checkpoint = checkpoint
    }

    /// Of one block of the WAL; a writer makes one an append.
    static let limit = 1 << 16

    func encode(to output: inout ByteArena) {
        output.append(former == nil ? 0 : 1)
        if var former {
            // It is the same input: one name is enough.
            former.name = ""
            former.encode(to: &output)
        }
        checkpoint.encode(to: &output)
    }

    init(_ reader: inout ByteReader) throws(SegmentError) {
        former = try reader.integer(as: UInt8.self) == 0 ? nil : try InputCheckpoint(&reader)
        checkpoint = try InputCheckpoint(&reader)
    }
}

extension [InputProgress] {
    /// Goes on from what is there, so that a log that was read in thousands of appends is one change.
    mutating func join(_ progress: InputProgress) {
        if let former = progress.former, let index = lastIndex(where: { $0.checkpoint.isSamePlace(as: former) }) {
            self[index].checkpoint = progress.checkpoint
        } else {
            append(progress)
        }
    }
}

extension Manifest {
    /// Notes how far an input was read.
    mutating func record(_ progress: InputProgress) {
        checkpoints.removeAll {
            progress.former?.isSamePlace(as: $0) ?? false || $0.isSamePlace(as: progress.checkpoint)
        }
        checkpoints.append(progress.checkpoint)
    }
}
