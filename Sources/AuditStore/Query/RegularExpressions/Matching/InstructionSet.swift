extension RegularExpression {
    /// A set of instructions as bits: adding one twice is noticed, and the members come out in order, so that equal
    /// sets make equal states without sorting.
    struct InstructionSet {
        private var words: [UInt64]

        init(capacity: Int) { words = Array(repeating: 0, count: (capacity + 63) / 64) }

        /// Adds a member, and says whether it is new.
        mutating func insert(_ member: Int) -> Bool {
            let bit: UInt64 = 1 << UInt64(member & 63)
            guard words[member >> 6] & bit == 0 else { return false }
            words[member >> 6] |= bit
            return true
        }

        mutating func removeAll() {
            for index in words.indices { words[index] = 0 }
        }

        /// Appends all members in ascending order, and removes them.
        mutating func move(to list: inout [UInt32]) {
            for index in words.indices {
                var word = words[index]
                guard word != 0 else { continue }
                words[index] = 0
                while word != 0 {
                    list.append(UInt32(index * 64 + word.trailingZeroBitCount))
                    word &= word - 1
                }
            }
        }
    }
}
