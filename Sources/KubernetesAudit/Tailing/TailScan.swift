import AuditStore

/// Finds the logs that paths name.
struct TailScan: Sendable {
    let paths: [String]
    let files: any TailFileSystem

    /// The logs, the oldest first, each file once whatever names it has.
    ///
    /// - Parameter problem: is told what cannot be looked at.
    func run(_ problem: (_ path: String, _ message: String) -> Void) -> [(path: String, status: LogFileStatus)] {
        var found: [(path: String, status: LogFileStatus)] = []
        func add(_ path: String, _ status: LogFileStatus?) {
            guard let status, status.kind == .file else { return }
            guard let index = found.firstIndex(where: { $0.status.id == status.id }) else {
                return found.append((path, status))
            }
            // Of two names the one under which it is written: a link to the newest log is one.
            if RotatedName.isBackup(TailPath.name(found[index].path)) { found[index] = (path, status) }
        }
        func status(_ path: String) -> LogFileStatus? {
            do { return try files.status(of: path) } catch {
                problem(path, "\(error)")
                return nil
            }
        }
        for path in paths {
            do {
                let root = try files.status(of: path)
                if root?.kind == .directory {
                    let names = try files.names(in: path)
                    // A store's own files are no logs.
                    if names.contains(FileNames.manifest), names.contains(FileNames.partitions) { continue }
                    for name in names where !name.hasPrefix(".") {
                        add(TailPath.join(path, name), status(TailPath.join(path, name)))
                    }
                } else {
                    add(path, root)
                    if root == nil { problem(path, "it is not there yet") }
                    let (directory, log) = (TailPath.directory(path), TailPath.name(path))
                    guard try files.status(of: directory)?.kind == .directory else { continue }
                    for name in try files.names(in: directory) where RotatedName.isBackup(name, of: log) {
                        add(TailPath.join(directory, name), status(TailPath.join(directory, name)))
                    }
                }
            } catch { problem(path, "\(error)") }
        }
        return found.sorted { ($0.status.modified, $0.path) < ($1.status.modified, $1.path) }
    }

    /// Watches where logs may appear. - Returns: whether all changes are told.
    func watch(_ changes: any FileChanges) -> Bool {
        var isTold = true
        for path in paths {
            // A link leads to a file in a directory that nobody watches: so the file is watched, too.
            let isFileWatched = changes.watch(path)
            let kind = (try? files.status(of: path))?.kind
            if kind == .directory {
                if !isFileWatched { isTold = false }
                for name in (try? files.names(in: path)) ?? [] where !name.hasPrefix(".") {
                    if !RotatedName.isBackup(name), !changes.watch(TailPath.join(path, name)) { isTold = false }
                }
            } else if !changes.watch(TailPath.directory(path)) {
                isTold = false
            }
        }
        return isTold
    }
}
