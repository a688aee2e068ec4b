import SegmentFormat
import Synchronization

/// Chooses the retention class of every event of a segment.
///
/// The rules run as queries do: on the distinct values of each column, once for each of them, and then on codes.
struct RetentionClassifier: Sendable {
    private let schema: SchemaDescription
    private let rules: [(predicate: Predicate, id: UInt64)]

    init(_ rules: RetentionRules, _ state: RetentionState, schema: SchemaDescription) {
        self.schema = schema
        self.rules = rules.rules.map { rule in
            (rule.predicate, state.classes.first { $0.name == rule.className }?.id ?? 0)
        }
    }

    func classes(of segment: SegmentReader) throws -> RowClasses {
        var classes = RowClasses(of: segment.metadata)
        let scratch = ScanScratch()
        var prepared: [(predicate: PreparedPredicate, id: UInt64)] = []
        for rule in rules {
            let predicate = try rule.predicate.prepared(for: segment, schema: schema)
            if case .constant(false) = predicate { continue }
            prepared.append((predicate, rule.id))
            // No later rule is asked.
            if case .constant(true) = predicate { break }
        }
        for group in segment.metadata.rowGroups.indices {
            let reader = scratch.open(segment, group: group)
            try scratch.withMask { (left) throws(SegmentError) in
                left.update(repeating: 1, count: reader.rows)
                for (predicate, id) in prepared where RowMask.isAny(left, reader.rows) {
                    let outlook = predicate.outlook(reader.info, number: group)
                    if outlook == .none { continue }
                    try scratch.withMask { (matching) throws(SegmentError) in
                        matching.update(from: left, count: reader.rows)
                        if outlook == .mixed { try predicate.filter(matching, reader, scratch) }
                        classes.set(matching, to: id, group: group)
                        for row in 0..<reader.rows { left[row] &= ~matching[row] }
                    }
                }
            }
        }
        return classes
    }
}

/// The retention class of each row of a segment.
struct RowClasses {
    /// The classes that occur, or may; the first one is `default`.
    private var ids: [UInt64] = [0]
    /// Places in `ids`, by row group.
    private var places: [[UInt8]]

    init(of segment: SegmentMetadata) { places = segment.rowGroups.map { Array(repeating: 0, count: Int($0.rows)) } }

    /// - Parameter mask: 1 for each row that is of the class.
    mutating func set(_ mask: UnsafePointer<UInt8>, to id: UInt64, group: Int) {
        let place: UInt8
        if let known = ids.firstIndex(of: id) {
            place = UInt8(known)
        } else {
            place = UInt8(ids.count)
            ids.append(id)
        }
        places[group].withUnsafeMutableBufferPointer { places in
            // In bounds: a mask has a byte a row. Nothing was set of these rows before.
            for row in places.indices { places[row] |= mask[row] &* place }
        }
    }

    func id(_ row: Int, group: Int) -> UInt64 { ids[Int(places[group][row])] }

    /// The class of all rows, if they have the same.
    var only: UInt64? {
        guard let first = places.first?.first else { return ids[0] }
        return places.allSatisfy { $0.allSatisfy { $0 == first } } ? ids[Int(first)] : nil
    }
}

/// The classifier of the policy that is in force, compiled once.
final class RetentionClassifiers: Sendable {
    private struct State {
        var policy: String
        var classes: [RetentionClass]
        var classifier: RetentionClassifier
    }
    private let state = Mutex<State?>(nil)
    private let schema: SchemaDescription

    init(schema: SchemaDescription) { self.schema = schema }

    /// nil if all events are of the class `default`.
    func classifier(_ retention: RetentionState) throws -> RetentionClassifier? {
        guard let policy = retention.policy else { return nil }
        return try state.withLock { state in
            if let state, state.policy == policy, state.classes == retention.classes { return state.classifier }
            let new = RetentionClassifier(try rules(policy), retention, schema: schema)
            state = State(policy: policy, classes: retention.classes, classifier: new)
            return new
        }
    }

    func rules(_ policy: String) throws -> RetentionRules {
        guard let compile = schema.retentionRules else {
            throw AuditStoreError(.invalidArgument, "the schema of this store knows no retention rules")
        }
        return try compile(policy)
    }
}
