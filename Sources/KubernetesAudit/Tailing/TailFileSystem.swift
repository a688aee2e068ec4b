package import AuditStore

/// What a tail asks the file system for, so that tests can rotate, truncate and forbid at any moment.
package protocol TailFileSystem: Sendable {
    /// The names in a directory.
    func names(in directory: String) throws(AuditStoreError) -> [String]
    /// Of what the path leads to, links followed; nil if there is nothing.
    func status(of path: String) throws(AuditStoreError) -> LogFileStatus?
    func open(_ path: String) throws(AuditStoreError) -> any HeldFile
    func changes() -> any FileChanges
    /// The time of day, in microseconds since 1970.
    var now: Int64 { get }
}

/// A file that stays the same one, whatever becomes of its name.
package protocol HeldFile: AnyObject, Sendable {
    /// As it is now.
    func status() throws(AuditStoreError) -> LogFileStatus
    /// Reads as much as there is, up to the size of `target`; less only at the end of the file.
    func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) throws(AuditStoreError) -> Int
}

package struct LogFileStatus: Sendable, Equatable {
    /// Which file it is, as long as it is there: a number is used again for a later file.
    package struct ID: Hashable, Sendable {
        package var device: UInt64
        package var inode: UInt64

        package init(device: UInt64, inode: UInt64) {
            self.device = device
            self.inode = inode
        }
    }
    package var id: ID
    package var kind: FileKind
    package var size: UInt64
    /// When it was last written to, in microseconds since 1970.
    package var modified: Int64

    package init(id: ID, kind: FileKind, size: UInt64, modified: Int64) {
        self.id = id
        self.kind = kind
        self.size = size
        self.modified = modified
    }
}
