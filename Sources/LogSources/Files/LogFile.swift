package import AuditStore

/// A log file, or standard input, decompressed by content.
final class LogFile: IngestInput {
    let name: String
    private let stream: any DecompressingStream
    let file: (any ReadableFile)?
    /// A compressed file was finished before it was compressed; standard input and pipes do not come again.
    let canGrow: Bool
    private var failure: (any Error)?

    init(_ path: String) throws {
        let isStandardInput = path == LogFiles.standardInput
        name = isStandardInput ? "standard input" : path
        stream = try openStream(path: path)
        let system = PosixFileSystem()
        canGrow = !isStandardInput && stream.format == .plain && (try? system.kind(of: path)) == .file
        // Opened once more: whoever reads it finds out whether it is still the same.
        file = canGrow ? try? system.openForReading(path) : nil
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if let failure { throw failure }
        do { return try stream.read(into: buffer) } catch {
            failure = error
            throw error
        }
    }

    var consumed: UInt64 { stream.compressedOffset }
}

/// Finds the log files that paths name.
package enum LogFiles {
    /// The path that stands for standard input.
    package static let standardInput = "-"

    /// The files that the paths name: files as they are, directories with all files below them by name, so that rotated
    /// logs (`audit-2024-06-16T….log`) come before the one that is being written (`audit.log`).
    ///
    /// What cannot be looked at becomes a source that cannot be opened: the others are loaded all the same.
    ///
    /// - Parameter lists: see ``SchemaDescription``: keys of the lists that files may hold instead of lines.
    package static func sources(_ paths: [String], lists: [String] = []) -> [IngestSource] {
        paths.flatMap { files(below: $0, depth: 0) }.map { file in
            // A pipe gives its bytes once; only a file can be read again to be recognised.
            let isFile = file != standardInput && (try? PosixFileSystem().kind(of: file)) == .file
            return IngestSource(name: file, isRepeatable: isFile) {
                ListedEvents(try LogFile(file), keys: lists)
            }
        }
    }

    /// Bytes of the files as they lie on disk; nil if one of them is no ordinary file.
    package static func totalBytes(_ sources: [IngestSource]) -> UInt64? {
        var total: UInt64 = 0
        for source in sources {
            guard source.isRepeatable, let file = try? PosixFileSystem().openForReading(source.name) else { return nil }
            total += file.size
        }
        return total
    }

    /// Links can make a directory its own ancestor.
    private static let depthLimit = 16

    private static func files(below path: String, depth: Int) -> [String] {
        let system = PosixFileSystem()
        guard path != standardInput, depth < depthLimit, (try? system.kind(of: path)) == .directory,
            let names = try? system.names(in: path)
        else { return [path] }
        // A store's own files are no logs.
        if names.contains(FileNames.manifest), names.contains(FileNames.partitions) { return [] }
        return names.filter { !$0.hasPrefix(".") }.flatMap {
            files(below: path.hasSuffix("/") ? path + $0 : path + "/" + $0, depth: depth + 1)
        }
    }
}
