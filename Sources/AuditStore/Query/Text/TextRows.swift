/// The rows of an answer in the text form, one after the other.
///
///     let rows = try await store.rows(of: TextQuery(by: ["user.name"]))
///     for try await row in rows { print(row) }
///
/// The groups were found when this was made; groups that do not fit the memory budget lie in a temporary file, which is gone when
/// nobody has the rows any longer. Each iteration starts from the first row.
///
/// Throws `AuditStoreError`: `.cancelled` soon after its task was cancelled, `.io` if the temporary file cannot be read.
public struct TextRows: AsyncSequence, Sendable {
    public typealias Element = [TextValue]

    /// As of a ``TextResult``.
    public let columns: [String]
    /// How many of the columns, from the first on, are keys.
    public let keyColumns: Int
    /// How many there are, if that is known before they are read: it is where the question has a limit.
    package var count: Int? { answer.count }
    private let question: PreparedTextQuery
    private let answer: GroupAnswer

    init(_ question: PreparedTextQuery, _ answer: GroupAnswer) {
        self.question = question
        self.answer = answer
        columns = question.query.columns
        keyColumns = question.plan.keys.count
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(question: question, cursor: answer.cursor()) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let question: PreparedTextQuery
        /// Shared by copies of the iterator, which is how they go on from each other.
        fileprivate let cursor: GroupAnswer.Cursor

        public mutating func next() async throws -> [TextValue]? {
            try cursor.next { question.answer($0).row($1) }
        }
    }
}
