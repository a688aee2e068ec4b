/// A question in the text form, read and resolved.
struct PreparedTextQuery: Sendable {
    let query: TextQuery
    let scan: EventScan
    let plan: AggregationPlan
    let order: TextOrder
    let having: TextHaving?

    func answer(_ groups: AggregatedGroups) -> TextAnswer {
        TextAnswer(query: query, groups: groups, order: order, having: having)
    }

    /// All groups that can be part of the answer.
    func groups() async throws -> AggregatedGroups {
        try await scan.aggregate(plan, keepsAll: query.keepsAll) { try answer($0).candidates() }
    }
}
