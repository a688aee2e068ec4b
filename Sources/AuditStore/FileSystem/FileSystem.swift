/// Every system call of the store goes through here, so that tests can tear writes, fail calls and forget what was not
/// synced.
package protocol FileSystem: Sendable {
    /// Opens a file that exists, for reading.
    func openForReading(_ path: String) throws(AuditStoreError) -> any ReadableFile
    /// Creates a file, replacing one that is there, for appending.
    func create(_ path: String) throws(AuditStoreError) -> any WritableFile
    /// Creates a file without a name in a directory, nil for the one where temporary files go: it is gone when nobody holds it
    /// any longer, however the process ends.
    func createTemporary(in directory: String?) throws(AuditStoreError) -> any TemporaryFile
    /// Creates a directory and those above it; one that is there is no error.
    func createDirectory(_ path: String) throws(AuditStoreError)
    /// Replaces `target` by `path`, atomically.
    func rename(_ path: String, to target: String) throws(AuditStoreError)
    /// Gives a file a second name, replacing none. - Returns: false where the file systems of the two cannot.
    func link(_ path: String, to target: String) throws(AuditStoreError) -> Bool
    /// Removes an empty directory.
    func removeDirectory(_ path: String) throws(AuditStoreError)
    /// A file that is not there is no error.
    func remove(_ path: String) throws(AuditStoreError)
    /// Makes the names in a directory durable.
    func syncDirectory(_ path: String) throws(AuditStoreError)
    /// The names in a directory, without `.` and `..`.
    func names(in path: String) throws(AuditStoreError) -> [String]
    /// nil: there is no such file or directory.
    func kind(of path: String) throws(AuditStoreError) -> FileKind?
    /// Takes a lock that the system gives back when the process ends, however it ends; nil if another holds it.
    /// What is locked has the name at that time, also if files are renamed meanwhile. The file is created if it is not there and `mode` is exclusive.
    func lock(_ path: String, _ mode: LockMode, wait: Bool) throws(AuditStoreError) -> (any FileLock)?
    /// Tells when something changes in files and directories.
    func changes() -> any FileChanges
    /// The time of day, in microseconds since 1970.
    var now: Int64 { get }
    /// A number that nobody can guess.
    func randomNumber() -> UInt64
}

package enum FileKind: Sendable { case file, directory, other }

package enum LockMode: Sendable { case shared, exclusive }

package protocol ReadableFile: AnyObject, Sendable {
    var size: UInt64 { get }
    /// Reads as much as there is, up to the size of `target`; less only at the end of the file.
    func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) throws(AuditStoreError) -> Int
}

package protocol WritableFile: AnyObject, Sendable {
    /// Appends all bytes.
    func append(_ bytes: UnsafeRawBufferPointer) throws(AuditStoreError)
    /// Writes over the first bytes, in one call.
    func overwrite(_ bytes: UnsafeRawBufferPointer) throws(AuditStoreError)
    /// Begins to bring what was appended to the disk, so that `sync` has less to wait for.
    func startSync()
    /// Forgets the bytes from `size` on; what is appended next follows.
    func truncate(to size: UInt64) throws(AuditStoreError)
    /// Makes what was appended durable.
    func sync() throws(AuditStoreError)
    func close() throws(AuditStoreError)
}

package protocol TemporaryFile: AnyObject, Sendable {
    /// Appends all bytes.
    func append(_ bytes: UnsafeRawBufferPointer) throws(AuditStoreError)
    /// Reads as much as there is, up to the size of `target`.
    func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) throws(AuditStoreError) -> Int
}

package protocol FileLock: AnyObject, Sendable {
    func unlock()
}
