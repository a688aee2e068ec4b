import Testing

@testable import AuditServer

@Suite struct DeadlineTests {
    private struct Late: Error {}

    @Test func whatIsLateIsCancelled() async throws {
        #expect(
            try await Deadline.run(.seconds(60)) {
                1
            } expired: {
                Late()
            } == 1)
        await #expect(throws: Late.self) {
            try await Deadline.run(.milliseconds(10)) {
                try await Task.sleep(for: .seconds(60))
            } expired: {
                Late()
            }
        }
        // What was done all the same is not thrown away.
        let done = try await Deadline.run(.milliseconds(10)) {
            try? await Task.sleep(for: .seconds(60))
            return 2
        } expired: {
            Late()
        }
        #expect(done == 2)
        await #expect(throws: CancellationError.self) {
            try await Deadline.run(.seconds(60)) {
                throw CancellationError()
            } expired: {
                Late()
            }
        }
    }

    @Test func slotsComeBack() throws {
        let slots = QuerySlots(2)
        do {
            let first = try slots.take()
            let second = try slots.take()
            #expect(throws: HTTPFailure.self) { try slots.take() }
            withExtendedLifetime((first, second)) {}
        }
        #expect(slots.taken == 0)
        _ = try slots.take()
    }

    @Test func admission() throws {
        let admission = IngestAdmission(requests: 2, bytes: 10 << 20)
        try admission.enter()
        try admission.enter()
        #expect(throws: HTTPFailure.self) { try admission.enter() }
        try admission.hold(9 << 20, before: 0)
        // A small batch always has room; a large event has not.
        try admission.hold(1 << 20, before: 0)
        #expect(throws: HTTPFailure.self) { try admission.hold(5 << 20, before: 1 << 20) }
        admission.leave(held: 9 << 20)
        try admission.hold(5 << 20, before: 1 << 20)
        admission.leave(held: 5 << 20)
        #expect(admission.requests == 0)
    }
}
