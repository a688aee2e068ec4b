import AuditStore

extension ResultRecord {
    /// What a query did, for `--explain`: the figures by name, and the time in seconds.
    init(_ explanation: QueryExplanation) {
        for figure in explanation.figures { add(figure.name, .int(Int64(figure.value))) }
        let seconds = explanation.time / .seconds(1)
        add("seconds", .double(seconds), display: HumanFormat.duration(seconds: seconds))
    }
}
