/// What is known of the events that deletion and expiry made go, and of the legal holds, whatever failed on the way.
struct RetentionModel {
    /// Nobody may see them again.
    private(set) var gone: Set<Int> = []
    /// What made them go failed, perhaps after it took effect.
    private var going: Set<Int> = []
    private var held: Set<Int> = []
    private var uncertainHolds: Set<Int> = []

    var mayBeGone: Set<Int> { gone.union(going) }

    mutating func begin(_ events: Set<Int>) { going.formUnion(events) }

    mutating func end(_ events: Set<Int>) {
        going.subtract(events)
        gone.formUnion(events)
    }

    mutating func beginHold(_ digit: Int) { uncertainHolds.insert(digit) }

    mutating func endHold(_ digit: Int, _ isOn: Bool) {
        uncertainHolds.remove(digit)
        if isOn { held.insert(digit) } else { held.remove(digit) }
    }

    /// What is wrong with the holds that the store has; nil if nothing is.
    func contradiction(_ holds: Set<Int>) -> String? {
        let wrong = holds.symmetricDifference(held).subtracting(uncertainHolds)
        return wrong.isEmpty ? nil : "the legal holds are \(holds.sorted()) and not \(held.sorted())"
    }

    /// A writer was opened: what it finds is durable.
    mutating func settle(found: Set<Int>, holds: Set<Int>) {
        gone.formUnion(going.subtracting(found))
        going = []
        for digit in uncertainHolds { if holds.contains(digit) { held.insert(digit) } else { held.remove(digit) } }
        uncertainHolds = []
    }
}
