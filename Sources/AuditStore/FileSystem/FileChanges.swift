import Synchronization

/// What has changed in the files and directories that are watched.
package struct ChangeKinds: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// A file was written to.
    package static let contents = ChangeKinds(rawValue: 1)
    /// A file came, went or got another name, or nobody knows what changed.
    package static let names = ChangeKinds(rawValue: 2)
}

/// Tells when something changes in files and directories. One task waits at a time.
package protocol FileChanges: Sendable {
    /// Whether changes are told as they happen. Else `wait` returns now and then, and whoever waits looks himself.
    var isNotified: Bool { get }
    /// Begins to watch a file or a directory.
    /// - Returns: false if it cannot be watched: it is not there, or lies where changes are not told, as on a network.
    func watch(_ path: String) -> Bool
    /// Waits for a change, at most so long; empty if there was none. Returns at once if the task is cancelled.
    func wait(atMost limit: Duration) async -> ChangeKinds
}

/// Looks now and then: for file systems that tell nothing.
package final class PolledChanges: FileChanges {
    private let interval: Duration

    package init(interval: Duration = .milliseconds(250)) { self.interval = interval }

    package var isNotified: Bool { false }

    package func watch(_ path: String) -> Bool { false }

    package func wait(atMost limit: Duration) async -> ChangeKinds {
        try? await Task.sleep(for: min(limit, interval))
        return [.contents, .names]
    }
}

extension FileSystem {
    package func changes() -> any FileChanges { PolledChanges() }
}
