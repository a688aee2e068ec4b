import SegmentFormat

extension StoreDirectory {
    /// The name of the schema that the store was made with; nil if there is no store.
    ///
    /// It is read from the first bytes of the manifest, which are not checked: it says as what the store is to be opened, and opening
    /// checks it. A damaged beginning is told by opening, too: then the name is empty.
    package func schemaName() throws(AuditStoreError) -> String? {
        guard try exists else { return nil }
        let file = try files.openForReading(location(FileNames.manifest))
        var bytes = [UInt8](repeating: 0, count: 512)
        var failure: AuditStoreError?
        let n = bytes.withUnsafeMutableBytes { buffer -> Int in
            do throws(AuditStoreError) { return try file.read(at: 0, into: buffer) } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        guard n > Manifest.headerBytes else { return "" }
        return bytes[..<n].withUnsafeBytes { bytes in
            var reader = ByteReader(
                UnsafeRawBufferPointer(rebasing: bytes[Manifest.headerBytes...]), context: "the manifest")
            guard (try? reader.varint()) != nil, let name = try? reader.string(limit: 400) else { return "" }
            return name
        }
    }
}
