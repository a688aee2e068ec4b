/// One event, before it is text: what was asked for, by whom, from where, of what, and how it ended.
///
/// What is random about its text follows from `id`, so that records can be rendered in any order and by any thread.
struct EventRecord {
    enum Stage: UInt8 {
        case complete, started, panicked
    }

    /// When the stage was reached.
    var time: Int64
    /// Microseconds since the request came in.
    var latency: UInt32 = 0
    /// The seed of the event's own texts, first of all its auditID. Both stages of a watch have the same.
    var id: UInt64
    /// Which object: its uid, and what is random in its name.
    var key: UInt64 = 0
    /// When the object was made.
    var created: Int64 = 0
    /// When it was last written before this.
    var prior: Int64 = 0
    /// The last source address; 0 is the loopback address of IPv6.
    var address: UInt32 = 0
    /// The machine that the request is about.
    var node: Int32 = 0
    /// The machine that it comes from, where it comes from a pod.
    var origin: Int32 = 0
    /// Of a workload's object its revision; of a job's the minute it was scheduled for; else a number that the name has.
    var revision: Int32 = 0
    var operation: Operation
    var stage = Stage.complete
    var code: UInt16
    var actor: UInt16
    /// An index into the texts of `Agents`.
    var agent: UInt16
    var workload: UInt16 = 0
    var namespace: UInt16 = 0
}
