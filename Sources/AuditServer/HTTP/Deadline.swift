/// Work that may take so long and no longer.
enum Deadline {
    /// Cancels `body` when its time is over, and waits until it has stopped. What it gives all the same is not thrown away.
    static func run<Value: Sendable>(
        _ time: Duration, _ body: @escaping @Sendable () async throws -> Value, expired: () -> any Error
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: time)
                return nil
            }
            defer { group.cancelAll() }
            if let value = try await group.next() ?? nil { return value }
            group.cancelAll()
            do {
                if let value = try await group.next() ?? nil { return value }
            } catch {}
            throw expired()
        }
    }
}

/// Work that computes: it is kept off the threads of the connections, so that events come in meanwhile.
enum Background {
    static func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let task = Task.detached(operation: body)
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
