import Foundation
import Testing

/// Does work on a thread of its own with a stack of so many KiB.
func onThread<Result: Sendable>(stack kibibytes: Int, _ work: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        let thread = Thread { continuation.resume(returning: work()) }
        thread.stackSize = kibibytes << 10
        thread.start()
    }
}

@Suite("Stack of the text form")
struct TextFormStackTests {
    /// What the comment on `TextFormLimits.nesting` promises.
    static var kibibytes: Int {
        #if DEBUG
            1024
        #else
            512
        #endif
    }

    @Test("The deepest texts do with the stack of a secondary thread", arguments: TextFormLimitsTests.nested.indices)
    func smallStack(index: Int) async {
        let text = TextFormLimitsTests.nested[index].text
        // Parses, prints and frees the deepest tree, then refuses deeper ones.
        let results = await onThread(stack: Self.kibibytes) {
            [100, 101, 60_000 / text(2).utf8.count].map { expressionFailure(text($0)) }
        }
        #expect(results[0].hasPrefix("no error"))
        #expect(results.dropFirst().allSatisfy { $0.contains("nests deeper") })
    }
}
