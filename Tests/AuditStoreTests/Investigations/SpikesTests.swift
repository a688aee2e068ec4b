import KubernetesAudit
import Testing

@testable import AuditStore

@Suite struct SpikesTests {
    /// By hand: the median of 1, 2, 3, 4, 100 is 3, the distances are 2, 1, 0, 1, 97, and their median 1.
    @Test func scoreByHand() {
        #expect(RobustScore.median([5, 1, 3]) == 3 && RobustScore.median([4, 1, 3, 2]) == 2.5)
        let score = RobustScore(of: 30, history: [1, 2, 3, 4, 100])
        #expect(score.expected == 3)
        #expect(abs(score.deviation - 3.0.squareRoot()) < 1e-12)
        let wide = RobustScore(of: 300, history: [100, 140, 180, 220, 260])
        #expect(wide.expected == 180 && abs(wide.deviation - 40 / 0.6745) < 1e-9)
        #expect(abs(wide.score - 120 * 0.6745 / 40) < 1e-9)
        // Without any scatter, chance is the measure.
        let steady = RobustScore(of: 130, history: [100, 100, 100, 100])
        #expect(steady.deviation == 10 && steady.score == 3)
        let never = RobustScore(of: 4, history: [0, 0, 0, 0])
        #expect(never.deviation == 1 && never.score == 4)
    }

    /// Which buckets are the measure, of hours.
    @Test func baselines() throws {
        let hour: Int64 = 3_600_000_000
        let monday = Instant("2024-06-03T00:00:00Z")!.microseconds
        func counts(_ covered: [Int64], at hours: Int64) -> (SpikeBaseline, Int)? {
            let history = SpikeHistory(width: hour, covered: covered.map { monday + $0 * hour })
            return history.counts(before: monday + hours * hour, of: [:]).map { ($0.baseline, $0.counts.count) }
        }
        let fourWeeks = counts(Array(0..<Int64(24 * 29)), at: 24 * 28)
        #expect(fourWeeks?.0 == .week && fourWeeks?.1 == 4)
        let tenDays = counts(Array(0..<Int64(24 * 11)), at: 24 * 10)
        #expect(tenDays?.0 == .day && tenDays?.1 == 10)
        let oneDay = counts(Array(0..<40), at: 39)
        #expect(oneDay?.0 == .preceding && oneDay?.1 == 28)
        #expect(counts([0, 1, 2], at: 3) == nil)
        // A gap of the log is no history.
        let gap = counts([0, 1, 2, 30, 31], at: 40)
        #expect(gap?.0 == .preceding && gap?.1 == 5)
        let week = SpikeHistory(width: 7 * hour, covered: (0..<100).map { monday + $0 * 7 * hour })
        #expect(week.counts(before: monday + 99 * 7 * hour, of: [:])?.baseline == .preceding)
    }

    /// Nine days: ten events an hour of all, two of mallory at each noon, and on the ninth day 40 at noon; 40 at midnight are the
    /// nightly job's.
    static func lines() -> [String] {
        var lines: [String] = []
        func add(_ user: String, _ count: Int, hour: Int) {
            for i in 0..<count {
                let time = Instant("2024-06-03T00:00:00Z")! + .seconds(hour * 3600 + i * 3600 / count)
                lines.append(
                    #"{"verb":"get","user":{"username":"\#(user)"},"responseStatus":{"code":403},"stageTimestamp":"\#(time)"}"#
                )
            }
        }
        for hour in 0..<24 * 9 {
            add("all", 10, hour: hour)
            if hour % 24 == 0 { add("job", 40, hour: hour) }
            if hour % 24 == 12 { add("mallory", hour / 24 == 8 ? 40 : 2, hour: hour) }
        }
        return lines
    }

    @Test(arguments: [1, 4])
    func spikesOfADay(threads: Int) async throws {
        let lines = Self.lines()
        let fixture = try QueryFixture([Array(lines[..<1000]), Array(lines[1000...])])
        let events = fixture.events.threads(threads)
        let noon = Instant("2024-06-11T12:00:00Z")!
        let byUser = try await events.spikes(every: .hours(1), since: Instant("2024-06-11")!) { $0.user.name }
        #expect(byUser.map(\.key) == ["mallory"])
        let spike = try #require(byUser.first)
        #expect(spike.time == noon && spike.count == 40 && spike.baseline == .day && spike.history == 8)
        #expect(spike.score.expected == 2 && spike.score.score == 38 / 2.0.squareRoot())
        let all = try await events.spikes(every: .hours(1), since: Instant("2024-06-11")!)
        #expect(all.map(\.time) == [noon] && all.map(\.count) == [50] && all[0].score.expected == 12)
        let text = try await events.spikes(every: .hours(1), since: noon, by: ["user.username"])
        #expect(text.map(\.key) == [[.string("mallory")]])
        let filtered = try await events.where { $0.user.name == "job" }.spikes(every: .hours(1))
        #expect(filtered.allSatisfy { $0.time < Instant("2024-06-08")! }, "\(filtered)")
        // The days of the week have no four weeks of history, so that the job is as usual from the fifth day on.
    }

    @Test func bucketsOfNothingAndTheFirstAreNoHistory() async throws {
        func line(_ minute: Int, _ second: Int, _ user: String) -> String {
            let time = Instant("2024-06-03T00:00:00Z")! + .seconds(minute * 60 + second)
            return #"{"user":{"username":"\#(user)"},"stageTimestamp":"\#(time)"}"#
        }
        // Minutes 0 (begun at second 1), 1, 2, 3 and 7 have events of others; mallory comes in minute 8.
        var lines = [1, 60, 75, 120, 180, 420].map { line(0, $0, "other") }
        lines += (0..<20).map { line(8, $0, "mallory") }
        let fixture = try QueryFixture([lines])
        let spikes = try await fixture.events.spikes(every: .minutes(1)) { $0.user.name }
        #expect(spikes.map(\.key) == ["mallory"] && spikes.map(\.history) == [4])
        // From minute 2 on there are three minutes of history; from within minute 1 on, that one is not whole.
        func history(since time: String) async throws -> [Int] {
            try await fixture.events.since(Instant(time)!).spikes(every: .minutes(1)) { $0.user.name }.map(\.history)
        }
        #expect(try await history(since: "2024-06-03T00:01:00Z") == [4])
        #expect(try await history(since: "2024-06-03T00:00:30Z") == [4])
        #expect(try await history(since: "2024-06-03T00:01:01Z") == [])
    }
}
