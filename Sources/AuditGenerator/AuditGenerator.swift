/// Writes the log of a Kubernetes cluster that does not exist.
///
/// The log is a function of the options: equal ones give equal bytes. Memory does not depend on how many events there are.
public struct AuditGenerator: Sendable {
    /// What has been written so far.
    public struct Progress: Sendable {
        public var events: Int
        public var bytes: Int
    }

    private let options: GeneratorOptions

    /// - Throws: `GeneratorError` where an option is out of bounds.
    public init(_ options: GeneratorOptions) throws(GeneratorError) {
        self.options = try options.checked()
    }

    /// Hands over the log piece by piece, each some whole lines, in the order of time.
    ///
    /// The bytes are valid during the call. What `write` throws ends the log, and so does cancelling the task.
    /// - Throws: what `write` throws; `CancellationError`.
    public func run(
        progress: (Progress) -> Void = { _ in }, write: (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        let model = Model(options)
        var pipeline = Pipeline(model: model, threads: options.threads)
        defer { pipeline.cancel() }
        var done = Progress(events: 0, bytes: 0)
        while let piece = try await pipeline.next() {
            try Task.checkCancellation()
            try write(piece.bytes)
            done.events += piece.events
            done.bytes += piece.bytes.count
            progress(done)
            pipeline.recycle(piece)
        }
    }
}
