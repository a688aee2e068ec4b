/// What a query did to be answered: how much there is at each level of the store, and how much of it was left out by what.
///
/// Explaining a query executes it, with all that it costs, and drops the answer: the figures are measured, not estimated.
public struct QueryExplanation: Sendable, Hashable {
    /// UTC days.
    public var partitions: Int
    public var partitionsPrunedByTime: Int
    public var segments: Int
    /// By the times that the manifest has of them; their files are not opened.
    public var segmentsPrunedByTime: Int
    /// By a dictionary none of whose values passes, or because they have no such field.
    public var segmentsPrunedByDictionary: Int
    /// Because enough events come before theirs; with a limit only.
    public var segmentsPrunedByLimit: Int
    /// Row groups of the segments that are left.
    public var rowGroups: Int
    /// By the smallest and largest time, or difference of times.
    public var rowGroupsPrunedByZoneMap: Int
    /// By the codes of dictionary values that occur in them.
    public var rowGroupsPrunedByDictionary: Int
    /// By the filter (bloom) of an identity.
    public var rowGroupsPrunedByFilter: Int
    public var rowGroupsPrunedByLimit: Int
    /// Row groups all of whose events match as zone maps and dictionaries tell: the condition is not evaluated there.
    public var rowGroupsMatchingWholly: Int
    /// Events of the store that are not deleted.
    public var rows: Int
    /// Events of the row groups that are left.
    public var rowsScanned: Int
    public var rowsMatched: Int
    /// Groups of a group-by.
    public var groups: Int?
    /// How often the events were gone over: more than once where groups exceed the memory budget. Pages and bytes are those
    /// of all passes, the figures above those of one.
    public var passes: Int
    /// Pages that were read and decompressed, footers included.
    public var pagesDecoded: Int
    /// Bytes read from files.
    public var bytesRead: Int
    public var time: Duration

    /// The figures with their names, in the order of the levels.
    public var figures: [(name: String, value: Int)] {
        var figures = [
            ("partitions", partitions), ("partitionsPrunedByTime", partitionsPrunedByTime), ("segments", segments),
            ("segmentsPrunedByTime", segmentsPrunedByTime), ("segmentsPrunedByDictionary", segmentsPrunedByDictionary),
            ("segmentsPrunedByLimit", segmentsPrunedByLimit), ("rowGroups", rowGroups),
            ("rowGroupsPrunedByZoneMap", rowGroupsPrunedByZoneMap),
            ("rowGroupsPrunedByDictionary", rowGroupsPrunedByDictionary),
            ("rowGroupsPrunedByFilter", rowGroupsPrunedByFilter), ("rowGroupsPrunedByLimit", rowGroupsPrunedByLimit),
            ("rowGroupsMatchingWholly", rowGroupsMatchingWholly), ("rows", rows), ("rowsScanned", rowsScanned),
            ("rowsMatched", rowsMatched),
        ]
        if let groups { figures.append(("groups", groups)) }
        figures += [("passes", passes), ("pagesDecoded", pagesDecoded), ("bytesRead", bytesRead)]
        return figures.map { (name: $0.0, value: $0.1) }
    }
}
