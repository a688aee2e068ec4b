/// Events that must stay whatever their class and whoever asks for their deletion, until the hold is removed.
///
/// A hold is a question, not a list of events: it holds events that come later, too.
public struct LegalHold: Sendable, Hashable {
    public var name: String
    /// A condition in the text form; nil: all events of the time.
    public var condition: String?
    /// Only events at or after this time, in microseconds since 1970.
    public var since: Int64?
    /// Only events before this time.
    public var until: Int64?
    public var reason: String?
    /// Who added it.
    public var by: String?
    /// When it was added, in microseconds since 1970. `now` in the condition means this moment.
    public var added: Int64
}
