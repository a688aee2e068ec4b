import AuditStore

/// A log that is held open, and how far it was read.
struct FollowedLog {
    let file: any HeldFile
    let id: LogFileStatus.ID
    /// Its name at present; the last one, if it has none any more.
    var path: String
    /// Under which it was being written.
    var writtenAs: String
    var isListed = true
    /// Another file has taken the name under which it was written.
    var isReplaced = false

    var offset: UInt64 = 0
    /// The first bytes, up to the window.
    var beginning: [UInt8] = []
    /// The last bytes before `offset`, up to the window.
    var recent: [UInt8] = []
    /// As the store knows it; nil if nothing of it was read.
    var checkpoint: InputCheckpoint?
    /// As of the last look.
    var size: UInt64 = 0
    var modified: Int64 = 0
    /// When it was last seen to have changed.
    var changed: Int64
    /// It has less than was read of it, under this name or another: nothing in it is new until it changes.
    var isBehind = false
    /// The size at which the rest turned out to be no whole line, and too long to be read as it comes.
    var longLineSize: UInt64?

    init(_ file: any HeldFile, _ status: LogFileStatus, path: String, now: Int64) {
        self.file = file
        id = status.id
        self.path = path
        writtenAs = path
        modified = status.modified
        size = status.size
        changed = min(now, status.modified)
    }

    /// Its writer went on to another file. A backup stays one when it is removed, because it was compressed or is too old.
    var isRotated: Bool { RotatedName.isBackup(TailPath.name(path)) || !isListed && isReplaced }

    /// Goes to where the checkpoints tell, or to its beginning.
    mutating func restart(_ checkpoints: [InputCheckpoint]) throws {
        (offset, beginning, recent, checkpoint, longLineSize, isBehind) = (0, [], [], nil, nil, false)
        let sized = try SizedFile(file)
        let first = try sized.bytes(from: 0, to: UInt64(InputCheckpoint.window))
        switch try InputPlace.of(sized, beginning: first, checkpoints: checkpoints) {
        case .new: break
        case .behind: isBehind = true
        case .after(let checkpoint, let recent):
            self.checkpoint = checkpoint
            self.recent = recent
            beginning = first
            offset = checkpoint.offset
        }
    }

    /// What the store is told when `bytes`, which stand at `offset`, are taken.
    func progress(taking bytes: UnsafeRawBufferPointer) -> InputProgress {
        var after = self
        after.take(bytes)
        return InputProgress(
            former: checkpoint,
            checkpoint: InputCheckpoint(
                name: path, beginning: after.beginning, offset: after.offset, recent: after.recent))
    }

    /// Goes on behind `bytes`.
    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        let window = InputCheckpoint.window
        // It may have been read ahead of what is taken, and never has less.
        let known = beginning.count - Int(min(offset, UInt64(beginning.count)))
        if beginning.count < window, known < bytes.count {
            beginning += bytes[known...].prefix(window - beginning.count)
        }
        recent = Array((recent.suffix(max(0, window - bytes.count)) + bytes.suffix(window)).suffix(window))
        offset += UInt64(bytes.count)
    }
}

enum TailPath {
    static func name(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    static func directory(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func join(_ directory: String, _ name: String) -> String {
        directory == "." ? name : directory.hasSuffix("/") ? directory + name : directory + "/" + name
    }
}
