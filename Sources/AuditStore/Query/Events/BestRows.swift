/// The best rows so far, at most `limit` of them.
struct BestRows: Sendable {
    let limit: Int
    private(set) var rows: [TimedRow] = []
    /// Rows that come after this one are not needed any more.
    private(set) var worst: TimedRow?

    init(limit: Int) { self.limit = limit }

    mutating func add(_ new: [TimedRow]) {
        rows.append(contentsOf: new)
        guard rows.count > limit else { return updateWorst() }
        // Cutting now and then costs less than keeping the order all the time.
        if rows.count >= 2 * limit || new.count > limit || worst == nil {
            rows = rows.smallest(limit) { $0.precedes($1) }
            updateWorst()
        }
    }

    private mutating func updateWorst() {
        guard rows.count == limit else { return }
        worst = rows.max { $0.precedes($1) }
    }

    func sorted() -> [TimedRow] { rows.smallest(min(limit, rows.count)) { $0.precedes($1) } }
}
