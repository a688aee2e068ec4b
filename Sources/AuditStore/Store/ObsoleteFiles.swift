/// Removes files that a commit replaced, once nobody reads them any more.
///
/// Who reads holds `reader.lock`, and took it before reading the manifest. Where there are always readers it is never free;
/// so it is replaced by another file, which all later readers take, and which holds the names of what was replaced until
/// then: when the last of the readers before is gone, nobody reads these.
extension StoreDirectory {
    package func removeObsolete(_ writer: WriterLock) throws { try writer.whileRemoving { try removeReplaced(writer) } }

    private func removeReplaced(_ writer: WriterLock) throws {
        let names = writer.manifest.obsolete
        guard !names.isEmpty else { return }
        let current = location(FileNames.readerLock)
        let old = location(FileNames.oldReaderLock)
        // Each lock is given back before the next is tried: both are one file if replacing it was interrupted.
        if try files.kind(of: old) != nil {
            guard let lock = try files.lock(old, .exclusive, wait: false) else { return }
            defer { lock.unlock() }
            let replaced = try lines(of: current)
            try remove(names.filter { replaced.contains($0) }, writer)
            try files.remove(old)
        }
        if let lock = try files.lock(current, .exclusive, wait: false) {
            defer { lock.unlock() }
            return try remove(writer.manifest.obsolete, writer)
        }
        // The old name first: as long as it is there, nothing is removed without its lock.
        guard try files.link(current, to: old) else { return }
        // After a loss of power nobody reads, and what of this is there then is no matter.
        let next = try files.create(location(FileNames.nextReaderLock))
        let text = Array(writer.manifest.obsolete.map { $0 + "\n" }.joined().utf8)
        try text.withUnsafeBytes { try next.append($0) }
        try next.close()
        try files.rename(location(FileNames.nextReaderLock), to: current)
    }

    private func remove(_ names: [String], _ writer: WriterLock) throws {
        guard !names.isEmpty else { return }
        for name in names { try files.remove(location(name)) }
        let removed = Set(names)
        try writer.commit { $0.obsolete.removeAll { removed.contains($0) } }
    }

    /// Those with a line feed.
    private func lines(of path: String) throws -> Set<String> {
        let file = try files.openForReading(path)
        var text = [UInt8](repeating: 0, count: Int(file.size))
        let n = try text.withUnsafeMutableBytes { try file.read(at: 0, into: $0) }
        let lines = text[..<n].split(separator: 0x0a, omittingEmptySubsequences: false).dropLast()
        return Set(lines.map { String(decoding: $0, as: UTF8.self) })
    }
}
