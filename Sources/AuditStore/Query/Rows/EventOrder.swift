/// The order of events in an answer.
public enum EventOrder: String, Sendable, CaseIterable {
    /// As they came in.
    case ingest
    /// By time upwards; equal times in ingest order, events without a time last.
    case oldest
    /// By time downwards; of equal times the one that came in last is first, events without a time are last.
    case newest
}
