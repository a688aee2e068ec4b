/// The groups of a group-by with their aggregates, one after the other: see ``AggregateQuery/stream()``.
///
/// Each iteration starts from the first group. Throws `AuditStoreError`: `.cancelled` soon after its task was cancelled, `.io` if the
/// temporary file cannot be read.
public struct GroupSequence<Keys: Sendable, Values: Sendable>: AsyncSequence, Sendable {
    public typealias Element = AggregateQuery<Keys, Values>.Row

    let query: AggregateQuery<Keys, Values>
    let answer: GroupAnswer

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(query: query, cursor: answer.cursor()) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let query: AggregateQuery<Keys, Values>
        /// Shared by copies of the iterator, which is how they go on from each other.
        fileprivate let cursor: GroupAnswer.Cursor

        public mutating func next() async throws -> Element? {
            try cursor.next { query.row($1, $0) }
        }
    }
}
