/// Frees things on another thread: to free millions of strings takes longer than one who has cancelled, or waits for an answer, should
/// wait.
enum LaterRelease {
    private final class Box<Content: Sendable>: @unchecked Sendable {
        // Written before another thread knows of it.
        var content: Content
        init(_ content: Content) { self.content = content }
    }

    /// Groups that are freed in a millisecond.
    static let fewGroups = 1 << 14

    /// glibc puts millions of freed strings together again while it holds a lock that who unwinds a query needs, too.
    private static let delay = Duration.milliseconds(200)

    /// Frees what somebody holds, a little later, and leaves him something small.
    ///
    /// The content is moved and not copied: on a busy machine the other thread may be done with it before this one has let go of a copy,
    /// and would leave the freeing to this one.
    static func take<Content: Sendable>(_ content: inout Content, leaving small: Content) {
        let box = boxed(&content, small)
        Task.detached {
            try? await Task.sleep(for: delay)
            box.release()
        }
    }

    /// No reference but the one that is given back outlives this.
    @inline(never)
    private static func boxed<Content: Sendable>(_ content: inout Content, _ small: Content) -> Unmanaged<Box<Content>>
    {
        let box = Box(small)
        swap(&box.content, &content)
        return Unmanaged.passRetained(box)
    }
}
