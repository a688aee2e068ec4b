extension RegularExpression {
    /// The deterministic automaton of a program, of which each state and transition is made when a text first needs it.
    ///
    /// A state is a set of the instructions that the program may be at. Following a byte costs at most a step for each
    /// instruction of the program, and nothing but a look-up the next time. When the states exceed the memory allowed
    /// they are dropped: even if that happens at every byte, the time is linear in the text.
    struct LazyAutomaton: ~Copyable {
        typealias State = StateStore.State

        private let program: Program
        private let byteLimit: Int
        private(set) var states: StateStore
        /// The states without a match under way, by the context before them.
        private var starts: [State]
        /// The members of such states where they can be skipped, by the context before them.
        private var startMembers: [[UInt32]] = []
        /// Instructions that were looked at, which is what the time is proportional to. For tests.
        private(set) var steps = 0
        /// How often the states were dropped. For tests.
        private(set) var flushes = 0

        // Kept between calls to spare their allocation.
        private var visited: InstructionSet
        private var reached: InstructionSet
        private var open: [UInt32] = []
        private var sources: [UInt32] = []
        private var members: [UInt32] = []
        private var isWaiting = false
        private var hasMatch = false

        init(_ program: Program, byteLimit: Int) {
            self.program = program
            // The table is indexed by 31 bits, and a few states must fit whatever the program.
            self.byteLimit = min(max(byteLimit, program.instructions.count * 16), 1 << 28)
            states = StateStore(classCount: program.byteClasses.count)
            starts = Array(repeating: StateStore.unknown, count: Self.contextCount)
            visited = InstructionSet(capacity: program.instructions.count)
            reached = InstructionSet(capacity: program.instructions.count)
            if program.hints.canSkip {
                startMembers = Array(repeating: [], count: Self.contextCount)
                for context in [[], .lineStart, .afterWord] as [Context] where context == relevant(context) {
                    beginSet()
                    follow(UInt32(program.start), context, knowsNext: false)
                    reached.move(to: &startMembers[Int(context.rawValue)])
                }
            }
        }

        /// Of what comes before a place.
        private static let contextCount = 8

        var table: UnsafeMutablePointer<State> { states.table }
        var match: State { states.match }
        var dead: State { states.dead }

        // MARK: Beginnings

        /// The state at the beginning of a text.
        mutating func startOfText() -> State { start([.textStart, .lineStart]) }

        /// The state after a byte where no match is under way.
        mutating func start(after byte: UInt8) -> State { start(relevant(.after(byte))) }

        private mutating func start(_ context: Context) -> State {
            let known = starts[Int(context.rawValue)]
            if known != StateStore.unknown { return known }
            beginSet()
            follow(UInt32(program.start), context, knowsNext: false)
            let state = finishedState(context)
            starts[Int(context.rawValue)] = state
            return state
        }

        /// Only what some assertion of the program asks for: other differences would double the states.
        private func relevant(_ context: Context) -> Context {
            var context = context
            if !program.byteClasses.hasLineStarts { context.remove(.lineStart) }
            if !program.byteClasses.hasWordBoundaries { context.remove(.afterWord) }
            return context
        }

        // MARK: Transitions

        /// Finds where a state leads on a class of bytes, or at the end of the text. The state itself may be gone then,
        /// and the table elsewhere.
        mutating func makeTransition(from row: State, on byteClass: Int) -> State {
            let flushesBefore = flushes
            let next = next(row, byteClass)
            if flushes == flushesBefore { states.setTransition(of: row, on: byteClass, to: next) }
            return next
        }

        private mutating func next(_ row: State, _ byteClass: Int) -> State {
            let contents = states.contents(of: row)
            let isEnd = byteClass == program.byteClasses.count
            let byte = isEnd ? 0 : program.byteClasses.representatives[byteClass]
            sources.removeAll(keepingCapacity: true)
            if contents.isWaiting {
                let context = contents.context.union(isEnd ? [.textEnd, .lineEnd] : .before(byte))
                beginSet()
                for member in contents.members { follow(states.members[member], context, knowsNext: true) }
                if hasMatch { return states.match }
                reached.move(to: &sources)
            } else {
                sources += states.members[contents.members]
            }
            if isEnd { return states.dead }

            let context = relevant(.after(byte))
            beginSet()
            steps += sources.count
            for source in sources {
                if let next = program.next(program.instructions[Int(source)], byte) {
                    follow(next, context, knowsNext: false)
                }
            }
            return finishedState(context)
        }

        // MARK: Sets

        private mutating func beginSet() {
            visited.removeAll()
            reached.removeAll()
            hasMatch = false
            isWaiting = false
        }

        /// Adds an instruction and what it leads to without a byte to the set. Until the next byte is known, assertions
        /// about it stay in the set.
        private mutating func follow(_ start: UInt32, _ context: Context, knowsNext: Bool) {
            open.append(start)
            while let index = open.popLast() {
                guard visited.insert(Int(index)) else { continue }
                steps += 1
                let instruction = program.instructions[Int(index)]
                switch instruction.operation {
                case .match: hasMatch = true
                case .bytes: _ = reached.insert(Int(index))
                case .split:
                    open.append(instruction.second)
                    open.append(instruction.first)
                case .assertion:
                    guard let assertion = Assertion(rawValue: UInt8(instruction.second)) else { continue }
                    if !knowsNext, !assertion.looksBehindOnly {
                        isWaiting = true
                        _ = reached.insert(Int(index))
                    } else if context.satisfies(assertion) {
                        open.append(instruction.first)
                    }
                }
            }
        }

        /// The state of the set.
        private mutating func finishedState(_ context: Context) -> State {
            if hasMatch { return states.match }
            members.removeAll(keepingCapacity: true)
            reached.move(to: &members)
            if members.isEmpty { return states.dead }
            let isStart = !startMembers.isEmpty && members == startMembers[Int(context.rawValue)]
            let context = isWaiting ? context : []
            if let state = states.state(members, context, isWaiting: isWaiting) { return state }
            let added = members.count * 4 + states.stride * 4 + 64
            if states.byteCount + added > byteLimit, states.count > 0 {
                states.removeAll()
                for index in starts.indices { starts[index] = StateStore.unknown }
                flushes += 1
            }
            return states.add(members, context, isWaiting: isWaiting, isStart: isStart)
        }
    }
}
