extension RegularExpression {
    /// The states of a deterministic automaton that were met so far: what each stands for, and where each byte leads.
    ///
    /// A state is known by where its row begins in the table, so that following a transition takes no multiplication.
    /// The memory is the caller's to bound: ``byteCount`` says how much the states take.
    struct StateStore: ~Copyable {
        /// Where a row begins, and in the table perhaps ``attention`` as well.
        typealias State = UInt32

        /// What a state stands for.
        struct Contents {
            /// The part of `members` that the state has.
            var members: Range<Int>
            /// What came before, if an assertion of a member still asks for it.
            var context: Context
            /// Whether a member is an assertion that waits for the next byte.
            var isWaiting: Bool
            /// Whether the state is the one without a match under way, if the matcher wants to know.
            var isStart: Bool
        }

        /// The bit that is set where the matcher has more to do than to go on with the next byte, so that its loop
        /// tests for all such cases at once.
        static let attention: State = 1 << 31
        /// The entry of a transition that was not asked for yet.
        static let unknown = attention

        /// Entries of a row: one for each class of bytes, and one for the end of the text.
        let stride: Int
        /// The state in which the text is known to match.
        let match: State
        /// The state from which there is no way to a match.
        let dead: State

        private(set) var table: UnsafeMutablePointer<State>
        private var rowCapacity = 16
        private(set) var contents: [Contents] = []
        private(set) var members: [UInt32] = []
        /// A hash table of rows; 0 where none is.
        private var slots: [State] = Array(repeating: 0, count: 32)

        private static let reservedRows = 3

        init(classCount: Int) {
            stride = classCount + 1
            match = State(stride) | Self.attention
            dead = State(stride * 2) | Self.attention
            table = .allocate(capacity: rowCapacity * stride)
            table.initialize(repeating: Self.unknown, count: rowCapacity * stride)
        }

        deinit { table.deallocate() }

        var count: Int { contents.count }

        var byteCount: Int {
            (contents.count + Self.reservedRows) * stride * MemoryLayout<State>.size
                + contents.count * MemoryLayout<Contents>.stride + (members.count + slots.count) * 4
        }

        func contents(of row: State) -> Contents { contents[Int(row) / stride - Self.reservedRows] }

        private func row(_ index: Int) -> State { State((index + Self.reservedRows) * stride) }

        mutating func removeAll() {
            table.update(repeating: Self.unknown, count: rowCapacity * stride)
            contents.removeAll(keepingCapacity: true)
            members.removeAll(keepingCapacity: true)
            for index in slots.indices { slots[index] = 0 }
        }

        /// The state of the members and the context, if there is one already.
        func state(_ list: [UInt32], _ context: Context, isWaiting: Bool) -> State? {
            var slot = Self.hash(list, context) & (slots.count - 1)
            while slots[slot] != 0 {
                let found = contents(of: slots[slot])
                if found.context == context, found.isWaiting == isWaiting, members[found.members].elementsEqual(list) {
                    return slots[slot] | (found.isStart ? Self.attention : 0)
                }
                slot = (slot + 1) & (slots.count - 1)
            }
            return nil
        }

        /// Adds a state that is not there.
        mutating func add(_ list: [UInt32], _ context: Context, isWaiting: Bool, isStart: Bool) -> State {
            let start = members.count
            members += list
            contents.append(
                Contents(members: start..<members.count, context: context, isWaiting: isWaiting, isStart: isStart))
            growTable()
            let added = contents.count - 1
            if contents.count * 2 > slots.count {
                slots = Array(repeating: 0, count: slots.count * 2)
                for index in contents.indices { enter(index) }
            } else {
                enter(added)
            }
            return row(added) | (isStart ? Self.attention : 0)
        }

        mutating func setTransition(of row: State, on byteClass: Int, to next: State) {
            table[Int(row) + byteClass] = next
        }

        private mutating func growTable() {
            let rows = contents.count + Self.reservedRows
            guard rows > rowCapacity else { return }
            let grown = UnsafeMutablePointer<State>.allocate(capacity: rowCapacity * 2 * stride)
            grown.update(from: table, count: rowCapacity * stride)
            (grown + rowCapacity * stride).initialize(repeating: Self.unknown, count: rowCapacity * stride)
            table.deallocate()
            table = grown
            rowCapacity *= 2
        }

        private mutating func enter(_ index: Int) {
            let hash = Self.hash(members[contents[index].members], contents[index].context)
            var slot = hash & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = row(index)
        }

        private static func hash(_ list: some Collection<UInt32>, _ context: Context) -> Int {
            var hash = UInt64(context.rawValue) &+ 0x9E37_79B9_7F4A_7C15
            for member in list {
                hash = (hash ^ UInt64(member)) &* 0xFF51_AFD7_ED55_8CCD
                hash ^= hash >> 32
            }
            return Int(truncatingIfNeeded: hash >> 1)
        }
    }
}
