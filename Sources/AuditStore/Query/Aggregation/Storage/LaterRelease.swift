/// Frees things on another thread: to free millions of strings takes longer than one who has cancelled, or waits for an answer, should
/// wait.
enum LaterRelease {
    private final class Box: Sendable {
        let content: any Sendable
        init(_ content: any Sendable) { self.content = content }
    }

    /// - Parameter content: what nobody else holds, once the caller has let go of it.
    static func release(_ content: any Sendable) {
        let box = Unmanaged.passRetained(Box(content))
        Task.detached { box.release() }
    }

    /// Groups that are freed in a millisecond.
    static let fewGroups = 1 << 14
}
