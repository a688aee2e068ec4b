import AuditStore
import TestSupport

@testable import AuditStore

/// What happens to a store, step by step. A seed determines all of it, and each step is what it is without the others, so
/// that a history that goes wrong can be made shorter.
struct CrashHistory: CustomStringConvertible {
    enum Action {
        /// New events, as one append.
        case append(count: Int)
        /// Events that were appended before, acknowledged or not.
        case appendAgain
        case seal
        case ingest(count: Int)
        case compact
        /// Deletes the events whose number ends in a digit.
        case delete(digit: Int)
        /// Drops what is older than 13 months.
        case retain
        /// Adds a legal hold on the events whose number ends in a digit, or removes it.
        case hold(digit: Int, isOn: Bool)
        /// One step of what a writer does beside its stream.
        case compactBeside
        case backup
        case close
        /// Room for so many bytes more; nil for as many as are wanted.
        case room(Int?)
        case kill
        case losePower
    }

    struct Step: CustomStringConvertible {
        var action: Action
        /// Of the file system during the step.
        var fault: MemoryFileSystem.Fault?
        var seed: UInt64

        var description: String { "\(action)" + (fault.map { " while a call \($0)" } ?? "") + " [\(seed)]" }
    }

    var durability: Durability
    var sealBytes: Int
    /// Of the events; those of several are divided when they are sealed, which takes a test most of its time.
    var days: Int
    /// Every third event is old enough to expire.
    var hasOld: Bool
    var steps: [Step]

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        durability = random.oneIn(5) ? .none : .everyCommit
        sealBytes = random.oneIn(3) ? 2000 : 1 << 20
        days = random.oneIn(8) ? 3 : 1
        let changesRetention = random.oneIn(2)
        hasOld = changesRetention && random.oneIn(3)
        steps = (0..<8 + random.below(18)).map { _ in Self.step(&random, changesRetention) }
    }

    private static func step(_ random: inout SeededRandom, _ changesRetention: Bool) -> Step {
        let action: Action
        switch random.below(changesRetention ? 45 : 37) {
        case 0..<12: action = .append(count: 1 + random.below(random.oneIn(4) ? 30 : 4))
        case 12..<16: action = .appendAgain
        case 16..<19: action = .seal
        case 19..<21: action = .ingest(count: 1 + random.below(6))
        case 21: action = .compact
        case 22: action = .close
        case 23..<25: action = .room(random.oneIn(2) ? random.below(6000) : nil)
        case 25..<28: action = .kill
        case 28..<32: action = .losePower
        case 32..<35: action = .compactBeside
        case 35..<37: action = .backup
        case 37..<40: action = .delete(digit: random.below(4))
        case 40..<42: action = .retain
        default: action = .hold(digit: random.below(4), isOn: !random.oneIn(3))
        }
        var fault: MemoryFileSystem.Fault?
        switch random.below(8) {
        case 0, 1: fault = .dies(call: 1 + random.below(40))
        case 2: fault = .failsOnce(call: 1 + random.below(40))
        case 3: if random.oneIn(3) { fault = .readsShort(call: 1 + random.below(40)) }
        default: break
        }
        return Step(action: action, fault: fault, seed: random.next() >> 40)
    }

    var description: String {
        "\(durability), sealed at \(sealBytes) bytes, events of \(days) days\(hasOld ? " and old ones" : ""):"
            + steps.map { "\n    \($0)" }.joined()
    }

    /// What goes wrong; nil if nothing does.
    func run() async -> String? {
        let simulation = Simulation(self)
        for (index, step) in steps.enumerated() {
            if let failure = await simulation.run(step) { return "step \(index), \(step): \(failure)" }
        }
        let last = Step(action: .losePower, fault: nil, seed: 1)
        if let failure = await simulation.run(last) { return "at the end: \(failure)" }
        let end = Step(action: .close, fault: nil, seed: 2)
        if let failure = await simulation.run(end) { return "when all is closed: \(failure)" }
        return nil
    }

    /// The shortest history that goes wrong too, of those with single steps or their faults left out.
    func shrunk() async -> CrashHistory {
        var history = self
        var isShorter = true
        while isShorter {
            isShorter = false
            for index in history.steps.indices.reversed() {
                var shorter = history
                shorter.steps.remove(at: index)
                if await shorter.run() == nil {
                    guard history.steps[index].fault != nil else { continue }
                    shorter = history
                    shorter.steps[index].fault = nil
                    if await shorter.run() == nil { continue }
                }
                history = shorter
                isShorter = true
            }
        }
        return history
    }
}
