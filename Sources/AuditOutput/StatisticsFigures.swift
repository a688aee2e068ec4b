package import AuditStore

/// One of the figures of a store, under the name that every output gives it.
package struct Figure: Sendable {
    package enum Unit: Sendable { case none, count, bytes }

    package var name: String
    package var value: Cell
    /// How a person wants to read it.
    package var unit = Unit.none
}

extension StoreStatistics {
    /// What `stats` prints, in its order.
    package var figures: [Figure] {
        func count(_ name: String, _ value: UInt64) -> Figure {
            Figure(name: name, value: .int(Int64(clamping: value)), unit: .count)
        }
        func bytes(_ name: String, _ value: UInt64) -> Figure {
            Figure(name: name, value: .int(Int64(clamping: value)), unit: .bytes)
        }
        func time(_ name: String, _ value: Int64?) -> Figure {
            Figure(name: name, value: value.map { .string(Instant(microseconds: $0).description) } ?? .null)
        }
        func rounded(_ name: String, _ value: Double) -> Figure {
            Figure(name: name, value: .double((value * 100).rounded() / 100))
        }
        return [
            count("events", events), count("deleted", deleted),
            time("firstTime", timeRange?.lowerBound), time("lastTime", timeRange?.upperBound),
            bytes("rawBytes", rawBytes), bytes("storedBytes", storedBytes),
            rounded("bytesPerEvent", bytesPerEvent), rounded("ratio", ratio),
            Figure(name: "segments", value: .int(Int64(segments))),
            Figure(name: "youngSegments", value: .int(Int64(youngSegments))),
            Figure(name: "partitions", value: .int(Int64(partitions))),
            count("unsealedEvents", unsealedEvents), count("quarantined", quarantined),
        ]
    }
}
