extension TimeZoneRules {
    /// Where systems keep their time zone files.
    private static let directories = [
        "/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/var/db/timezone/zoneinfo",
    ]

    /// The rules of a time zone by its IANA name, such as `Europe/Berlin`, from the files of the system. `UTC` needs none.
    ///
    /// - Throws: ``AuditStoreError`` `.invalidArgument` if there is no such zone, `.io` if its file cannot be read.
    public init(named name: String) throws(AuditStoreError) {
        try self.init(named: name, files: PosixFileSystem(), directories: Self.directories)
    }

    init(named name: String, files: any FileSystem, directories: [String]) throws(AuditStoreError) {
        if name == "UTC" || name == "Z" {
            self = .utc
            return
        }
        func failure(_ message: String) -> AuditStoreError {
            AuditStoreError(.invalidArgument, message, expected: "a name such as Europe/Berlin", found: name)
        }
        // A name is no path to elsewhere.
        let isName = name.utf8.allSatisfy { byte in
            byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || [0x2b, 0x2d, 0x2f, 0x5f].contains(byte)
        }
        guard isName, !name.isEmpty, name.utf8.count <= 64, name.utf8.first != 0x2f else {
            throw failure("this is no name of a time zone")
        }
        for directory in directories {
            let path = "\(directory)/\(name)"
            guard try files.kind(of: path) == .file else { continue }
            let file = try files.openForReading(path)
            guard file.size <= UInt64(TimeZoneFile.largestFile) else { throw failure("\(path) is no time zone file") }
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(file.size), alignment: 1)
            defer { buffer.deallocate() }
            let n = try file.read(at: 0, into: buffer)
            guard let rules = TimeZoneFile.parse(Array(buffer[..<n]), name: name) else {
                throw failure("\(path) is no time zone file that can be read")
            }
            self = rules
            return
        }
        throw failure("there is no such time zone in \(directories.joined(separator: ", "))")
    }
}
