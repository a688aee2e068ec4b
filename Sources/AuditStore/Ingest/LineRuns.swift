/// Lines of one retention class that follow each other in a text.
struct LineRun {
    var range: Range<Int>
    /// The number of its first event among those of the text.
    var sequence: UInt64

    /// The lines of a text by their class, in the order of their first ones; lines that are no events are in none of them.
    ///
    /// - Parameters:
    ///   - rows: how many events each row group has of the segment that the classes are of.
    ///   - refused: where the lines begin that are no events.
    static func byClass(
        _ text: UnsafeRawBufferPointer, _ classes: RowClasses, rows: [Int], refused: Set<Int>
    ) -> [(retentionClass: UInt64, runs: [LineRun])] {
        var result: [(retentionClass: UInt64, runs: [LineRun])] = []
        var sequence: UInt64 = 0
        var start = 0
        var current: Int?
        for group in rows.indices {
            for row in 0..<rows[group] {
                // What is no event ends a run.
                while refused.contains(start) {
                    start = (LineFeeds.first(in: text, from: start) ?? text.count - 1) + 1
                    current = nil
                }
                let end = (LineFeeds.first(in: text, from: start) ?? text.count - 1) + 1
                let id = classes.id(row, group: group)
                if let current, result[current].retentionClass == id {
                    result[current].runs[result[current].runs.count - 1].range =
                        last(result[current].runs).lowerBound..<end
                } else {
                    let place = result.firstIndex { $0.retentionClass == id } ?? result.count
                    if place == result.count { result.append((id, [])) }
                    result[place].runs.append(LineRun(range: start..<end, sequence: sequence))
                    current = place
                }
                start = end
                sequence += 1
            }
        }
        return result
    }

    private static func last(_ runs: [LineRun]) -> Range<Int> { runs[runs.count - 1].range }
}
