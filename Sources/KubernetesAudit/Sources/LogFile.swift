package import AuditStore

/// A log file, or standard input, decompressed by content.
final class LogFile: IngestInput {
    let name: String
    private let stream: any DecompressingStream
    private let isStandardInput: Bool

    init(_ path: String) throws {
        isStandardInput = path == LogFiles.standardInput
        name = isStandardInput ? "standard input" : path
        stream = try openStream(path: path)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int { try stream.read(into: buffer) }

    /// A compressed file was finished before it was compressed, and standard input does not come again.
    var canGrow: Bool { stream.format == .plain && !isStandardInput }

    var consumed: UInt64 { stream.compressedOffset }
}

/// Finds the log files that paths name.
package enum LogFiles {
    /// The path that stands for standard input.
    package static let standardInput = "-"

    /// The files that the paths name: files as they are, directories with all files below them by name, so that rotated
    /// logs (`audit-2024-06-16T….log`) come before the one that is being written (`audit.log`).
    package static func sources(_ paths: [String]) throws -> [IngestSource] {
        var sources: [IngestSource] = []
        for path in paths {
            for file in try files(below: path) {
                sources.append(IngestSource(name: file, isRepeatable: file != standardInput) { try LogFile(file) })
            }
        }
        return sources
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

    private static func files(below path: String) throws -> [String] {
        guard path != standardInput else { return [path] }
        let system = PosixFileSystem()
        switch try system.kind(of: path) {
        case nil:
            throw AuditStoreError(.io, "there is no such file or directory", location: .init(file: path))
        case .directory?:
            return try system.names(in: path).filter { !$0.hasPrefix(".") }.flatMap {
                try files(below: path.hasSuffix("/") ? path + $0 : path + "/" + $0)
            }
        case .file?, .other?: return [path]
        }
    }
}
