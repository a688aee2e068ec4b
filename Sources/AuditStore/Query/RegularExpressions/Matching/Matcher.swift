extension RegularExpression {
    /// Runs a program over texts, and remembers what it learned about the program from one to the next.
    ///
    /// Not for use by several threads at once: the automaton grows while it runs.
    package final class Matcher {
        private let program: Program
        private var automaton: LazyAutomaton
        /// The class of each byte. A pointer, since an array would be checked and retained in the loop.
        private let classes: UnsafeMutablePointer<UInt8>
        /// For each byte whether a match can begin with it, if that is worth skipping others.
        private let firstBytes: UnsafeMutablePointer<Bool>?

        init(_ program: Program, cacheBytes: Int = RegularExpressionLimits.cacheBytes) {
            self.program = program
            automaton = LazyAutomaton(program, byteLimit: cacheBytes)
            classes = .allocate(capacity: 256)
            for byte in 0..<256 { (classes + byte).initialize(to: program.byteClasses.classOf[byte]) }
            firstBytes = program.hints.firstBytes.map { bytes in
                let copy = UnsafeMutablePointer<Bool>.allocate(capacity: 256)
                for byte in 0..<256 { (copy + byte).initialize(to: bytes[byte]) }
                return copy
            }
        }

        deinit {
            classes.deallocate()
            firstBytes?.deallocate()
        }

        /// Instructions that were looked at to make the automaton; following it costs one step a byte besides.
        var automatonSteps: Int { automaton.steps }
        /// States of the automaton at the moment.
        var automatonStates: Int { automaton.states.count }
        /// Bytes that the automaton takes.
        var automatonBytes: Int { automaton.states.byteCount }
        /// How often the automaton was dropped for its size.
        var automatonFlushes: Int { automaton.flushes }

        /// Whether a part of the text matches.
        package func matches(_ text: UnsafeRawBufferPointer) -> Bool {
            if let required = program.hints.required {
                guard required.first(in: text, from: 0) != nil else { return false }
                if program.hints.requiredIsEnough { return true }
            }
            return run(text)
        }

        private func run(_ text: UnsafeRawBufferPointer) -> Bool {
            let canSkip = program.hints.canSkip
            let (match, dead) = (automaton.match, automaton.dead)
            let classes = classes
            var position = 0
            var entry = automaton.startOfText()
            if canSkip {
                // No match is empty, so without a place to begin there is none.
                guard let next = skip(text, 0) else { return false }
                if next > 0 { entry = automaton.start(after: text[next - 1]) }
                position = next
            }
            if entry == match { return true }
            if entry == dead { return false }
            var row = entry & ~StateStore.attention
            if let base = text.baseAddress {
                var table = automaton.table
                let end = text.count
                while position < end {
                    let byte = base.load(fromByteOffset: position, as: UInt8.self)
                    let byteClass = Int(classes[Int(byte)])
                    // The row is added last: it alone depends on the byte before, and its path is what takes the time.
                    entry = (table + byteClass)[Int(row)]
                    position += 1
                    if entry < StateStore.attention {
                        row = entry
                        continue
                    }
                    if entry == StateStore.unknown {
                        entry = automaton.makeTransition(from: row, on: byteClass)
                        table = automaton.table
                    }
                    if entry == match { return true }
                    if entry == dead { return false }
                    if canSkip, entry >= StateStore.attention {
                        guard let next = skip(text, position) else { return false }
                        if next > position {
                            position = next
                            entry = automaton.start(after: text[next - 1])
                            table = automaton.table
                        }
                    }
                    row = entry & ~StateStore.attention
                }
            }
            let endClass = program.byteClasses.count
            entry = automaton.table[Int(row) + endClass]
            if entry == StateStore.unknown { entry = automaton.makeTransition(from: row, on: endClass) }
            return entry == match
        }

        /// The first place at or after a position where a match can begin; nil if there is none.
        private func skip(_ text: UnsafeRawBufferPointer, _ position: Int) -> Int? {
            if let prefix = program.hints.prefix { return prefix.first(in: text, from: position) }
            guard let firstBytes, let base = text.baseAddress else { return nil }
            var position = position
            while position < text.count {
                if firstBytes[Int(base.load(fromByteOffset: position, as: UInt8.self))] { return position }
                position += 1
            }
            return nil
        }
    }
}
