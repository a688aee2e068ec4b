extension RegularExpression {
    /// Bytes that no part of a program tells apart, numbered: a state of the deterministic automaton has an entry for
    /// each class instead of 256, which keeps the table in the processor's cache.
    struct ByteClasses: Sendable {
        /// The class of each byte.
        let classOf: [UInt8]
        /// A byte of each class.
        let representatives: [UInt8]

        var count: Int { representatives.count }

        /// Whether a state has to know if the byte before was a letter, digit or underscore.
        let hasWordBoundaries: Bool
        /// Whether a state has to know if the byte before was a newline.
        let hasLineStarts: Bool

        init(_ builder: ProgramBuilder) {
            // Whether a class ends at the byte.
            var isLast = [Bool](repeating: false, count: 256)
            func separate(_ low: UInt8, _ high: UInt8) {
                if low > 0 { isLast[Int(low) - 1] = true }
                isLast[Int(high)] = true
            }
            for transition in builder.transitions { separate(transition.low, transition.high) }
            var assertions: Set<UInt32> = []
            for instruction in builder.instructions where instruction.operation == .assertion {
                assertions.insert(instruction.second)
            }
            func contains(_ assertion: Assertion) -> Bool { assertions.contains(UInt32(assertion.rawValue)) }
            hasWordBoundaries = contains(.wordBoundary) || contains(.noWordBoundary)
            hasLineStarts = contains(.lineStart)
            if hasLineStarts || contains(.lineEnd) { separate(0x0A, 0x0A) }
            if hasWordBoundaries {
                for bytes in Context.wordBytes { separate(bytes.lowerBound, bytes.upperBound) }
            }
            var representatives: [UInt8] = []
            var classOf: [UInt8] = []
            var isNew = true
            for byte in UInt8.min...UInt8.max {
                if isNew { representatives.append(byte) }
                classOf.append(UInt8(representatives.count - 1))
                isNew = isLast[Int(byte)]
            }
            self.representatives = representatives
            self.classOf = classOf
        }
    }
}
