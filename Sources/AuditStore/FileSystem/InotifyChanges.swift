#if os(Linux)
    import Dispatch
    #if canImport(Glibc)
        import Glibc
    #else
        import Musl
    #endif
    import Synchronization

    /// Changes as Linux tells them. All that depends on inotify is in this file.
    final class InotifyChanges: FileChanges, @unchecked Sendable {
        // The descriptors do not change, and the calls on them may come from any thread.
        private let descriptor: Int32
        /// A pipe that is written to when a task that waits is cancelled.
        private let wake: [Int32]
        /// Its thread is blocked while somebody waits, and only then there is one.
        private let queue = DispatchQueue(label: "auditstore.changes")

        /// nil if the system has no more of them.
        init?() {
            let descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
            guard descriptor >= 0 else { return nil }
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else {
                close(descriptor)
                return nil
            }
            for end in ends {
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            }
            self.descriptor = descriptor
            wake = ends
        }

        deinit {
            for descriptor in [descriptor] + wake { close(descriptor) }
        }

        var isNotified: Bool { true }

        func watch(_ path: String) -> Bool {
            guard !isRemote(path) else { return false }
            let mask =
                IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF
                | IN_MOVE_SELF
            return inotify_add_watch(descriptor, path, UInt32(mask)) >= 0
        }

        /// By device: watches are set again and again.
        private let remote = Mutex<[UInt64: Bool]>([:])

        /// Whether another machine can write there, of which nothing is told here.
        private func isRemote(_ path: String) -> Bool {
            var status = stat()
            guard stat(path, &status) == 0 else { return true }
            let device = UInt64(status.st_dev)
            return remote.withLock { known in
                let isRemote = known[device] ?? Self.isRemote(device)
                known[device] = isRemote
                return isRemote
            }
        }

        private static func isRemote(_ device: UInt64) -> Bool {
            let major = device >> 8 & 0xfff | device >> 32 & ~0xfff
            let minor = device & 0xff | device >> 12 & ~0xff
            // The third field is the device, and the one behind the dash the kind of file system.
            guard let mounts = try? PosixFileSystem().contents(of: "/proc/self/mountinfo") else { return false }
            for mount in mounts.split(separator: "\n") {
                let fields = mount.split(separator: " ")
                guard fields.count > 2, fields[2] == "\(major):\(minor)", let dash = fields.firstIndex(of: "-"),
                    dash + 1 < fields.count
                else { continue }
                return remoteKinds.contains { fields[dash + 1].hasPrefix($0) }
            }
            return false
        }

        private static let remoteKinds = ["nfs", "cifs", "smb", "fuse", "9p", "ceph", "afs", "gfs", "ocfs", "lustre"]

        func wait(atMost limit: Duration) async -> ChangeKinds {
            let milliseconds = Int32(clamping: max(0, Int64(limit / .milliseconds(1))))
            return await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    queue.async { continuation.resume(returning: self.poll(milliseconds)) }
                }
            } onCancel: {
                var byte: UInt8 = 1
                _ = write(wake[1], &byte, 1)
            }
        }

        private func poll(_ milliseconds: Int32) -> ChangeKinds {
            var entries = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wake[0], events: Int16(POLLIN), revents: 0),
            ]
            // Whatever it says, what can be read tells.
            _ = systemPoll(&entries, 2, milliseconds)
            withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { _ = read(wake[0], $0.baseAddress, 64) }
            return drain()
        }

        private func systemPoll(_ entries: UnsafeMutablePointer<pollfd>, _ count: UInt, _ milliseconds: Int32) -> Int32
        {
            #if canImport(Glibc)
                Glibc.poll(entries, count, milliseconds)
            #else
                Musl.poll(entries, count, milliseconds)
            #endif
        }

        private func drain() -> ChangeKinds {
            var kinds: ChangeKinds = []
            withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 8) { buffer in
                while true {
                    let n = read(descriptor, buffer.baseAddress, buffer.count)
                    guard n > 0 else { return }
                    var offset = 0
                    // The system writes whole events: a head of sixteen bytes, and as many as it says behind it.
                    while offset + 16 <= n {
                        let mask = buffer.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                        let length = buffer.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self)
                        kinds.insert(mask & ~UInt32(IN_ISDIR) == UInt32(IN_MODIFY) ? .contents : .names)
                        offset += 16 + Int(length)
                    }
                }
            }
            return kinds
        }
    }
#endif
