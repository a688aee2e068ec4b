import Synchronization

extension RegularExpression {
    /// Matchers that no thread uses at the moment.
    final class MatcherPool: Sendable {
        /// A matcher is used by whoever took it from the pool, and by nobody else.
        private struct Idle: @unchecked Sendable {
            let matcher: Matcher
        }

        private let idle = Mutex<[Idle]>([])

        func take() -> Matcher? { idle.withLock { $0.popLast() }?.matcher }

        func put(_ matcher: Matcher) {
            let matcher = Idle(matcher: matcher)
            idle.withLock { idle in
                if idle.count < RegularExpressionLimits.idleMatchers { idle.append(matcher) }
            }
        }
    }
}
