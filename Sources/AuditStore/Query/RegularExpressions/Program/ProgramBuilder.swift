extension RegularExpression {
    /// Makes the program of a syntax tree, from its end to its beginning: so what follows an instruction is always
    /// there already. The work is kept on a list instead of the stack, which a nested pattern could exhaust.
    struct ProgramBuilder {
        private enum Task {
            /// Makes the instructions of a node, ahead of those that `entry` points at.
            case node(SyntaxTree.NodeID)
            /// Makes the next task lead to an instruction.
            case setEntry(Int)
            /// Keeps the entry as one of the alternatives.
            case keepEntry
            /// Splits between the last kept entries.
            case alternatives(Int)
            /// Lets a split lead to the entry as well, and ends the body of `*` at the split.
            case closeLoop(split: Int, isEntry: Bool)
            /// Splits between the entry and an instruction.
            case skippable(to: Int)
        }

        private let tree: SyntaxTree
        private(set) var instructions: [Program.Instruction] = []
        private(set) var transitions: [Program.Transition] = []
        private var tasks: [Task] = []
        private var entry = 0
        private var keptEntries: [Int] = []
        private var automata: [Int: UTF8Automaton] = [:]

        init(_ tree: SyntaxTree) { self.tree = tree }

        /// The first instruction of the pattern, or nil if the program gets too large.
        mutating func build() -> Int? {
            entry = add(.match)
            tasks = [.node(tree.root)]
            var steps = 0
            while let task = tasks.popLast() {
                steps += 1
                guard instructions.count + transitions.count <= RegularExpressionLimits.programSize,
                    steps + tasks.count <= RegularExpressionLimits.compilationSteps
                else { return nil }
                perform(task)
            }
            return instructions.count + transitions.count <= RegularExpressionLimits.programSize ? entry : nil
        }

        private mutating func perform(_ task: Task) {
            switch task {
            case .node(let node): make(tree.nodes[node])
            case .setEntry(let instruction): entry = instruction
            case .keepEntry: keptEntries.append(entry)
            case .alternatives(let count):
                entry = keptEntries[keptEntries.count - 1]
                for other in keptEntries.suffix(count).dropLast().reversed() { entry = add(.split, other, entry) }
                keptEntries.removeLast(count)
            case .closeLoop(let split, let isEntry):
                instructions[split].first = UInt32(entry)
                if isEntry { entry = split }
            case .skippable(let target): entry = add(.split, entry, target)
            }
        }

        private mutating func make(_ node: SyntaxTree.Node) {
            switch node {
            case .empty: break
            case .scalar(let value):
                guard let scalar = Unicode.Scalar(value) else { return }
                for byte in scalar.utf8.reversed() { addBytes(byte, byte) }
            case .set(let index): addSet(index)
            case .anyByte: addBytes(0, 0xFF)
            case .assertion(let assertion): entry = add(.assertion, entry, Int(assertion.rawValue))
            case .concatenation(let items): tasks += tree.children[items].map { .node($0) }
            case .alternation(let items):
                let target = entry
                tasks.append(.alternatives(items.count))
                for item in tree.children[items].reversed() {
                    tasks += [.keepEntry, .node(item), .setEntry(target)]
                }
            case .repetition(let item, let minimum, let maximum): repeatItem(item, minimum, maximum)
            }
        }

        private mutating func repeatItem(_ item: SyntaxTree.NodeID, _ minimum: Int, _ maximum: Int?) {
            tasks += Array(repeating: .node(item), count: maximum == nil ? max(minimum - 1, 0) : minimum)
            if let maximum {
                let target = entry
                // x{2,4} is xx(x(x)?)?: whatever is left out, what comes after it is left out as well.
                for _ in minimum..<maximum { tasks += [.skippable(to: target), .node(item)] }
            } else {
                let split = add(.split, 0, entry)
                entry = split
                tasks += [.closeLoop(split: split, isEntry: minimum == 0), .node(item)]
            }
        }

        // MARK: Instructions

        private mutating func add(_ operation: Program.Operation, _ first: Int = 0, _ second: Int = 0) -> Int {
            instructions.append(
                Program.Instruction(operation: operation, first: UInt32(first), second: UInt32(second)))
            return instructions.count - 1
        }

        private mutating func addBytes(_ low: UInt8, _ high: UInt8) {
            transitions.append(Program.Transition(low: low, high: high, next: UInt32(entry)))
            entry = add(.bytes, transitions.count - 1, 1)
        }

        private mutating func addSet(_ index: Int) {
            let automaton = automata[index] ?? UTF8Automaton(tree.sets[index])
            automata[index] = automaton
            let first = instructions.count
            for state in automaton.states {
                let start = transitions.count
                for transition in state {
                    let next = transition.next == UTF8Automaton.end ? UInt32(entry) : UInt32(first) + transition.next
                    transitions.append(Program.Transition(low: transition.low, high: transition.high, next: next))
                }
                _ = add(.bytes, start, state.count)
            }
            entry = instructions.count - 1
        }

        /// Puts a loop over all bytes ahead, so that the search begins anew at each.
        mutating func addSearchLoop(before start: Int) -> Int {
            entry = add(.split, start, instructions.count + 1)
            let loop = entry
            addBytes(0, 0xFF)
            return loop
        }

        // MARK: Beginnings

        /// Whether there may be a match that begins after the beginning of the text.
        func canStartInside(_ start: Int) -> Bool {
            var canStart = false
            visit(from: start) { instruction in
                switch instruction.operation {
                case .match: canStart = true
                case .bytes: canStart = canStart || instruction.second > 0
                case .assertion: return instruction.second != UInt32(Assertion.textStart.rawValue)
                case .split: break
                }
                return true
            }
            return canStart
        }

        /// The bytes a match can begin with; nil if it can be empty.
        func firstBytes(_ start: Int) -> [Bool]? {
            var bytes = [Bool](repeating: false, count: 256)
            var canBeEmpty = false
            visit(from: start) { instruction in
                switch instruction.operation {
                case .match: canBeEmpty = true
                case .bytes:
                    let first = Int(instruction.first)
                    for transition in transitions[first..<first + Int(instruction.second)] {
                        for byte in transition.low...transition.high { bytes[Int(byte)] = true }
                    }
                case .assertion, .split: break
                }
                return true
            }
            return canBeEmpty ? nil : bytes
        }

        /// Visits all instructions that are reached without a byte, beyond those for which `body` says so.
        private func visit(from start: Int, _ body: (Program.Instruction) -> Bool) {
            var isVisited = [Bool](repeating: false, count: instructions.count)
            var open = [start]
            while let index = open.popLast() {
                guard !isVisited[index] else { continue }
                isVisited[index] = true
                let instruction = instructions[index]
                guard body(instruction) else { continue }
                switch instruction.operation {
                case .split: open += [Int(instruction.first), Int(instruction.second)]
                case .assertion: open.append(Int(instruction.first))
                case .match, .bytes: break
                }
            }
        }
    }
}
