import Foundation
import Testing

@Suite("Stack of the text form")
struct TextFormStackTests {
    @Test("The deepest texts do with the stack of a secondary thread", arguments: TextFormLimitsTests.nested.indices)
    func smallStack(index: Int) async {
        let text = TextFormLimitsTests.nested[index].text
        let results = await withCheckedContinuation { continuation in
            let thread = Thread {
                // Parses, compares, hashes, prints and frees the deepest tree, then refuses deeper ones.
                continuation.resume(returning: [100, 101, 60_000 / text(2).utf8.count].map { expressionFailure(text($0)) })
            }
            thread.stackSize = Int(ProcessInfo.processInfo.environment["STACK"] ?? "512")! << 10
            thread.start()
        }
        #expect(results[0].hasPrefix("no error"))
        #expect(results.dropFirst().allSatisfy { $0.contains("nests deeper") })
    }
}
